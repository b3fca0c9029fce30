import DomainModel
import HypervisorInterface

/// A domain of the contract, made by the bare steps.
struct ContractGuest {
    let setting: ContractSetting
    let id: DomainID
    let kind: GuestKind

    private static let memory = MemorySize(mebibytes: 8)
    private static let uuid = DomainUUID(bytes: Array(0xA0...0xAF))

    var hypervisor: any Hypervisor { setting.machine.hypervisor }
    var store: any XenStore { setting.machine.store }
    var path: String { "/local/domain/\(id)" }

    /// Runs `body` with an empty domain, which it may destroy; it is gone afterwards.
    static func empty<Value>(
        _ setting: ContractSetting, id: DomainID? = nil, kind: GuestKind = .pv,
        _ body: (ContractGuest) async throws -> Value
    ) async throws -> Value {
        let creation = DomainCreation(id: id, uuid: uuid, kind: kind)
        let made = try await setting.machine.hypervisor.createDomain(creation)
        let guest = ContractGuest(setting: setting, id: made, kind: kind)
        do {
            let value = try await body(guest)
            try await guest.vanish()
            return value
        } catch {
            try? await guest.vanish()
            throw error
        }
    }

    /// Runs `body` with a domain that is ready to run, paused.
    static func built<Value>(
        _ setting: ContractSetting, _ kernel: String, id: DomainID? = nil, kind: GuestKind = .pv,
        _ body: (ContractGuest) async throws -> Value
    ) async throws -> Value {
        try await empty(setting, id: id, kind: kind) { guest in
            try await guest.build(kernel)
            return try await body(guest)
        }
    }

    /// The same, running.
    static func running<Value>(
        _ setting: ContractSetting, _ kernel: String, kind: GuestKind = .pv,
        _ body: (ContractGuest) async throws -> Value
    ) async throws -> Value {
        try await built(setting, kernel, kind: kind) { guest in
            try await guest.hypervisor.unpause(guest.id)
            return try await body(guest)
        }
    }

    // MARK: Steps

    func build(_ kernel: String, memory: MemorySize = memory) async throws {
        try await hypervisor.setMaximumMemory(memory, of: id)
        let (storePort, consolePort) = try await allocatePorts()
        let built = try await hypervisor.build(
            id,
            DomainBuild(
                kernel: kernel, ramdisk: nil, commandLine: "", kind: kind, memory: memory, vcpus: 1,
                storePort: storePort, consolePort: consolePort))
        try await introduce(built, storePort, consolePort)
    }

    func allocatePorts() async throws -> (store: EventPort, console: EventPort) {
        let channels = setting.machine.eventChannels
        return (
            try await channels.allocateUnbound(in: id, remote: .zero),
            try await channels.allocateUnbound(in: id, remote: .zero)
        )
    }

    /// Writes what a guest and the console daemon need, and tells xenstored.
    func introduce(_ built: BuiltDomain, _ storePort: EventPort, _ consolePort: EventPort) async throws {
        let nodes = [
            ("name", "contract-\(id)"), ("domid", "\(id)"), ("memory/target", "\(Self.memory.kibibytes)"),
            ("cpu/0/availability", "online"), ("control/shutdown", ""), ("store/ring-ref", "\(built.storeFrame)"),
            ("store/port", "\(storePort)"), ("console/type", "xenconsoled"), ("console/limit", "1048576"),
            ("console/ring-ref", "\(built.consoleFrame)"), ("console/port", "\(consolePort)"),
        ]
        try await store.makeDirectory(path, in: nil)
        try await store.setPermissions(path, [.init(.zero, .none), .init(id, .read)], in: nil)
        for (name, value) in nodes { try await store.write("\(path)/\(name)", value) }
        try await store.setPermissions("\(path)/control/shutdown", [.init(id, .none)], in: nil)
        try await store.introduce(id, frame: built.storeFrame, port: storePort)
    }

    func request(_ word: String) async throws { try await store.write("\(path)/control/shutdown", word) }

    func report() async throws -> DomainReport {
        guard let report = try await hypervisor.domain(id) else { throw ContractViolation("domain \(id) is gone") }
        return report
    }

    func stops(_ reason: ShutdownReason) async throws {
        try await setting.eventually("domain \(id) stops with \(reason)") {
            try await report().shutdownReason == reason
        }
    }

    /// Ends the domain, if there is one, and forgets it.
    func vanish() async throws {
        do throws(HypervisorError) {
            try await hypervisor.destroy(id)
        } catch {
            guard error.reason == .noSuchDomain else { throw error }
        }
        try? await store.release(id)
        try await store.removeIfPresent(path)
        try await setting.eventually("domain \(id) is gone") { try await hypervisor.domain(id) == nil }
    }

    // MARK: Console

    func withConsole<Value>(_ body: (ContractConsole) async throws -> Value) async throws -> Value {
        let stream = try await setting.machine.consoles.open(id)
        let console = ContractConsole(stream: stream)
        do {
            let value = try await body(console)
            await stream.close()
            return value
        } catch {
            await stream.close()
            throw error
        }
    }
}

/// Reads a console until something has been printed.
struct ContractConsole {
    let stream: any ConsoleStream

    /// Reads on until `text` has come; throws when the console ends before.
    func expect(_ text: String) async throws {
        var seen = ""
        while !seen.contains(text) {
            let bytes = try await stream.read()
            try require(!bytes.isEmpty, "the console ended after \"\(seen)\", without \"\(text)\"")
            seen += String(decoding: bytes, as: UTF8.self)
        }
    }

    /// Sends something and waits until it comes back.
    func expectEcho() async throws {
        try await send("still there")
        try await expect("still there")
    }

    func send(_ text: String) async throws { try await stream.write(Array(text.utf8)) }
}
