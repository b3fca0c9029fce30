import DomainLifecycle
import DomainModel
import HostInterface
import HypervisorInterface

/// Steps that write a domain's nodes in xenstore, as guests and other toolstacks expect them.
struct DomainNodes: ManagerPart {
    let context: ManagerContext
    let libxl: LibxlDesk

    /// Writes the nodes of a domain that is built, and tells xenstored of it.
    func introduce(
        _ memory: MemorySize, _ maximum: MemorySize, _ vcpus: Int, _ online: Int, _ record: DomainRecord,
        _ rings: DomainRings?
    ) async throws(StepFailure) {
        guard let id = record.id, let rings else { return }
        let base = "/local/domain/\(id)"
        let vm = "/vm/\(record.uuid)"
        var changes = guestNodes(of: id)
        changes += [
            .write("name", record.name.rawValue), .write("domid", "\(id)"), .write("vm", vm),
            .write("memory/target", "\(memory.kibibytes)"), .write("memory/static-max", "\(maximum.kibibytes)"),
        ]
        changes += connection(rings)
        changes += [.write("\(vm)/uuid", "\(record.uuid)"), .write("\(vm)/name", record.name.rawValue)]
        for vcpu in 0..<vcpus { changes.append(.write("cpu/\(vcpu)/availability", availability(vcpu, online))) }
        let store = machine.store
        do {
            try await store.removeIfPresent(base)
            // Before the transaction: a new node changes the one above it, which all domains share, and transactions that
            // change the same node conflict.
            for directory in [base, vm] { try await store.makeDirectory(directory, in: nil) }
            try await store.commit(changes, below: base)
            try await store.introduce(id, frame: rings.built.storeFrame, port: rings.storePort)
        } catch {
            throw StepFailure("cannot introduce \(record.title): \(error)")
        }
        if var console = table[record.uuid]?.console {
            console.eventPort = rings.consolePort.rawValue
            table.note(.console(console), of: record.uuid)
        }
        await libxl.record(record.uuid)
    }

    /// How xenstored and the console daemon reach the guest, and what it may ask of them.
    private func connection(_ rings: DomainRings) -> [XenStoreChange] {
        [
            .write("store/ring-ref", "\(rings.built.storeFrame)"), .write("store/port", "\(rings.storePort)"),
            .write("console/ring-ref", "\(rings.built.consoleFrame)"), .write("console/port", "\(rings.consolePort)"),
            .write("console/type", "xenconsoled"), .write("console/limit", "1048576"),
            .write("control/platform-feature-multiprocessor-suspend", "1"),
            .write("control/platform-feature-xs_reset_watches", "1"),
        ]
    }

    /// A new node has the permissions of the one above it. So all is the guest's while the guest's nodes are made, which nobody sees:
    /// it is one transaction. A request for each of them less.
    private func guestNodes(of id: DomainID) -> [XenStoreChange] {
        let readable = [XenStorePermission(.zero, .none), XenStorePermission(id, .read)]
        var changes = [XenStoreChange.setPermissions("", [XenStorePermission(id, .none)])]
        changes += ownedByGuest
        for directory in ["", "control", "device", "device/suspend"] {
            changes.append(.setPermissions(directory, readable))
        }
        return changes
    }

    /// Takes a domain's nodes away. xenstored itself lets go of the domain when Xen tells it of its end, and passes that on to
    /// the console daemon; had it been made to let go before, nobody would tell the console daemon, which would hold the
    /// dead domain's memory for ever.
    func withdraw(_ record: DomainRecord) async throws(StepFailure) {
        guard let id = record.id else { return }
        do {
            try await machine.store.removeIfPresent("/local/domain/\(id)")
            try await machine.store.removeIfPresent("/vm/\(record.uuid)")
            if record.isForeign || libxl.isThere { try await libxl.withdraw(id, record.uuid) }
        } catch {
            throw StepFailure("cannot withdraw \(record.title) from xenstore: \(error)")
        }
    }

    /// A domain has another name and another uuid.
    func rename(_ record: DomainRecord, from uuid: DomainUUID) async throws(XenStoreError) {
        guard let id = record.id else { return }
        let vm = "/vm/\(record.uuid)"
        for (node, value) in [
            ("/local/domain/\(id)/name", record.name.rawValue), ("/local/domain/\(id)/vm", vm),
            ("\(vm)/uuid", "\(record.uuid)"), ("\(vm)/name", record.name.rawValue),
        ] {
            try await machine.store.write(node, value)
        }
        try await machine.store.removeIfPresent("/vm/\(uuid)")
        if libxl.isThere { try await libxl.withdraw(id, uuid) }
    }

    /// Takes away what the console daemon wrote after `withdraw`: it names the terminal of a domain whose ring it has mapped,
    /// whatever has become of the domain. When Xen has let go of the domain, the daemon has let go of the ring.
    func removeLate(_ record: DomainRecord, _ id: DomainID) async throws(StepFailure) {
        do {
            try await machine.store.removeIfPresent("/local/domain/\(id)")
        } catch {
            throw StepFailure("cannot withdraw \(record.title) from xenstore: \(error)")
        }
    }

    func writeControl(_ word: String, _ record: DomainRecord) async throws(StepFailure) {
        try await write("control/shutdown", word, record, to: "ask \(record.title) for \(word)")
    }

    func writeTarget(_ size: MemorySize, _ record: DomainRecord) async throws(StepFailure) {
        let aim = "set the memory target of \(record.title)"
        // Of domain 0 libxl takes a target for granted only beside its limit, and is content with any that stands there.
        if record.id == .zero, let limit = table.reports[record.uuid]?.maximumMemory,
            await isAbsent("/local/domain/0/memory/static-max")
        {
            try await write("memory/static-max", "\(limit.kibibytes)", record, to: aim)
        }
        try await write("memory/target", "\(size.kibibytes)", record, to: aim)
    }

    private func isAbsent(_ path: String) async -> Bool {
        do {
            return try await machine.store.readIfPresent(path) == nil
        } catch {
            return false
        }
    }

    /// The guest takes virtual cpus out of use, or into it again, as it is told here; Xen made all of them.
    func writeAvailability(_ count: Int, _ record: DomainRecord) async throws(StepFailure) {
        guard let id = record.id else { return }
        let title = "cannot let \(record.title) use \(count) vcpus"
        let directory = "/local/domain/\(id)/cpu"
        do {
            let made = try await machine.store.listIfPresent(directory).compactMap { Int($0) }.sorted()
            guard (1...max(1, made.count)).contains(count) else {
                throw StepFailure("\(title): it was made with \(made.count)", kind: .invalid)
            }
            for number in made {
                try await machine.store.write("\(directory)/\(number)/availability", availability(number, count))
            }
        } catch let failure as StepFailure {
            throw failure
        } catch {
            throw StepFailure("\(title): \(error)")
        }
    }

    private func availability(_ vcpu: Int, _ online: Int) -> String { vcpu < online ? "online" : "offline" }

    func writeName(_ name: DomainName, _ record: DomainRecord) async throws(StepFailure) {
        try await write("name", name.rawValue, record, to: "rename \(record.title)")
    }

    /// Writes the one node of a domain's part that a step is about.
    func write(_ node: String, _ value: String, _ record: DomainRecord, as step: Step) async throws(StepFailure) {
        try await write(node, value, record, to: "\(step) in \(record.title)")
    }

    /// - Parameter what: what that is for, in words that stand behind "cannot".
    private func write(
        _ node: String, _ value: String, _ record: DomainRecord, to what: String
    ) async throws(StepFailure) {
        guard let id = record.id else { return }
        do {
            try await machine.store.write("/local/domain/\(id)/\(node)", value)
        } catch {
            throw StepFailure("cannot \(what): \(error)")
        }
    }
}

/// Nodes that belong to the guest: it answers, suspends and reports through them.
private let ownedByGuest = [
    "control/shutdown", "control/sysrq", "control/feature-poweroff", "control/feature-reboot",
    "control/feature-suspend",
    "control/feature-halt", "device/suspend/event-channel", "data", "drivers", "feature", "attr", "error",
].map(XenStoreChange.makeDirectory)
