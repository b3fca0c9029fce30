import DomainModel
import HypervisorInterface
import Synchronization

let movingCases: [ContractCase] =
    GuestKind.allCases.flatMap(movingCases) + [
        // Of a pvh domain Xen's library asks for each page below the highest one, a million of them: where the machine is emulated,
        // as the lab's is, that takes longer than all other cases together.
        coreCase(.pv),
        ContractCase("a save ends when the guest does not suspend; the guest runs on") { setting in
            try await ContractGuest.running(setting, setting.kernels.refusesSuspend) { guest in
                try await requireFailure(.callback, "saving") { () throws(HypervisorError) in
                    let observer = Suspender(guest: guest, patience: .milliseconds(300))
                    try await guest.hypervisor.save(guest.id, live: false, output: MemoryOutput(), observer: observer)
                }
                try requireEqual(try await guest.report().shutdownReason, nil, "the reason it stopped")
            }
        },
        ContractCase("an image that is cut short or is none cannot be restored") { setting in
            let image = try await ContractGuest.running(setting, setting.kernels.echoes) { try await $0.save() }
            let noImage = [UInt8](repeating: 7, count: 4096)
            for (bytes, reason) in [
                (Array(image.prefix(50_000)), HypervisorError.Reason.callback), (noImage, .badImage),
            ] {
                try await ContractGuest.empty(setting) { guest in
                    let ports = try await guest.allocatePorts()
                    try await guest.hypervisor.setMaximumMemory(MemorySize(mebibytes: 8), of: guest.id)
                    try await requireFailure(reason, "restoring") { () throws(HypervisorError) in
                        let restore = DomainRestore(kind: .pv, storePort: ports.store, consolePort: ports.console)
                        _ = try await guest.hypervisor.restore(guest.id, restore, input: MemoryInput(bytes))
                    }
                }
            }
        },
    ]

/// What a guest of either kind can be put through.
private func movingCases(_ kind: GuestKind) -> [ContractCase] {
    [
        ContractCase("a saved \(kind) domain is suspended, and goes on elsewhere from its image") { setting in
            let image = try await ContractGuest.running(setting, setting.kernels.echoes, kind: kind) { guest in
                try await guest.withConsole { try await $0.expect("ready\n") }
                let image = try await guest.save()
                try requireEqual(try await guest.report().shutdownReason, .suspend, "the reason it stopped")
                return image
            }
            let marker = [UInt8](repeating: 0xFF, count: 8) + Array("XENF".utf8)
            try require(image.starts(with: marker), "this is no image")
            try await ContractGuest.empty(setting, kind: kind) { guest in
                try await guest.restore(image)
                try await guest.hypervisor.unpause(guest.id)
                try await guest.withConsole { try await $0.expectEcho() }
            }
        },
        ContractCase("a \(kind) domain that has never run boots to be suspended") { setting in
            let mayBeLive = try await setting.machine.hypervisor.node().canMigrateLive.contains(kind)
            for live in mayBeLive ? [false, true] : [false] {
                let image = try await ContractGuest.built(setting, setting.kernels.echoes, kind: kind) {
                    try await $0.saveAsMade(live: live)
                }
                try await ContractGuest.empty(setting, kind: kind) { guest in
                    try await guest.restore(image)
                    try await guest.hypervisor.unpause(guest.id)
                    try await guest.withConsole { try await $0.expectEcho() }
                }
            }
        },
        ContractCase("what follows an image of a \(kind) domain in its input is not taken") { setting in
            let image = try await ContractGuest.running(setting, setting.kernels.echoes, kind: kind) {
                try await $0.save()
            }
            let input = MemoryInput(image + [1, 2, 3])
            try await ContractGuest.empty(setting, kind: kind) { try await $0.restore(input) }
            try requireEqual(input.left, 3, "what is left")
        },
        ContractCase("a \(kind) domain that was suspended for a save can be resumed") { setting in
            try await ContractGuest.running(setting, setting.kernels.echoes, kind: kind) { guest in
                try await guest.withConsole { console in
                    try await console.expect("ready\n")
                    _ = try await guest.save()
                    try await guest.hypervisor.resume(guest.id)
                    try await console.expectEcho()
                }
                try requireEqual(try await guest.report().shutdownReason, nil, "the reason it stopped")
            }
        },
        ContractCase("@releaseDomain tells the end of a \(kind) domain that was suspended and runs on") { setting in
            try await ContractGuest.running(setting, setting.kernels.echoes, kind: kind) { guest in
                try await guest.withConsole { try await $0.expect("ready\n") }
                let watch = try await guest.store.watch("@releaseDomain")
                defer { watch.cancel() }
                var changes = watch.changes.makeAsyncIterator()
                try requireEqual(await changes.next(), "@releaseDomain", "the event of the registration")
                _ = try await guest.save()
                try requireEqual(await changes.next(), "@releaseDomain", "the event of the suspension")
                try await guest.hypervisor.resume(guest.id)
                try await guest.store.resume(guest.id)
                try await guest.request("poweroff")
                try requireEqual(await changes.next(), "@releaseDomain", "the event of the end")
                try await guest.stops(.poweroff)
            }
        },
        ContractCase("a \(kind) domain is saved live where the node says that it can be") { setting in
            guard try await setting.machine.hypervisor.node().canMigrateLive.contains(kind) else { return }
            let image = try await ContractGuest.running(setting, setting.kernels.echoes, kind: kind) { guest in
                try await guest.withConsole { try await $0.expect("ready\n") }
                let observer = Suspender(guest: guest)
                let output = MemoryOutput()
                try await guest.hypervisor.save(guest.id, live: true, output: output, observer: observer)
                try require(observer.rounds.value > 0, "there was no round")
                return output.bytes
            }
            try await ContractGuest.empty(setting, kind: kind) { guest in
                try await guest.restore(image)
                try await guest.hypervisor.unpause(guest.id)
                try await guest.withConsole { try await $0.expectEcho() }
            }
        },
        ContractCase("a save of a \(kind) domain ends when its output fails; the guest can be resumed") { setting in
            try await ContractGuest.running(setting, setting.kernels.echoes, kind: kind) { guest in
                try await guest.withConsole { console in
                    try await console.expect("ready\n")
                    let size = try await guest.save().count
                    try await guest.hypervisor.resume(guest.id)
                    // The last byte comes when the hypervisor's own work is done.
                    for limit in [100_000, size - 1] {
                        try await console.expectEcho()
                        try await requireFailure(.callback, "saving") { () throws(HypervisorError) in
                            try await guest.hypervisor.save(
                                guest.id, live: false, output: MemoryOutput(limit: limit),
                                observer: Suspender(guest: guest))
                        }
                        try await guest.hypervisor.resume(guest.id)
                    }
                    try await console.expectEcho()
                }
            }
        },
    ]
}

extension ContractGuest {
    fileprivate func save() async throws -> [UInt8] {
        let output = MemoryOutput()
        try await hypervisor.save(id, live: false, output: output, observer: Suspender(guest: self))
        return output.bytes
    }

    /// Paused, as it has been made.
    fileprivate func saveAsMade(live: Bool) async throws -> [UInt8] {
        let output = MemoryOutput()
        try await hypervisor.save(id, live: live, output: output, observer: Suspender(guest: self, unpauses: true))
        return output.bytes
    }

    fileprivate func restore(_ image: [UInt8]) async throws { try await restore(MemoryInput(image)) }

    fileprivate func restore(_ input: MemoryInput) async throws {
        try await hypervisor.setMaximumMemory(MemorySize(mebibytes: 8), of: id)
        let (storePort, consolePort) = try await allocatePorts()
        let restore = DomainRestore(kind: kind, storePort: storePort, consolePort: consolePort)
        let built = try await hypervisor.restore(id, restore, input: input)
        try await introduce(built, storePort, consolePort)
    }
}

/// Whether these are the bytes of a core in libxc's form: a head of ELF, and sections with the pages and what pages they are.
private func requireCore(_ bytes: [UInt8], _ kind: GuestKind) throws {
    func number(_ offset: Int, _ size: Int) throws -> Int {
        try require(offset >= 0 && offset + size <= bytes.count, "the core ends before byte \(offset + size)")
        return bytes[offset..<offset + size].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    try require(bytes.starts(with: [0x7F] + Array("ELF".utf8) + [2, 1, 1]), "this is no ELF file of 64 bits")
    try requireEqual(try number(16, 2), 4, "its type, ET_CORE")
    let (table, size, count, names) = (try number(40, 8), try number(58, 2), try number(60, 2), try number(62, 2))
    let strings = try number(table + names * size + 24, 8)
    var sections: [String: Int] = [:]
    for index in 0..<count {
        let section = table + index * size
        let start = strings + (try number(section, 4))
        let name = String(decoding: bytes[start...].prefix { $0 != 0 }, as: UTF8.self)
        let (place, length) = (try number(section + 24, 8), try number(section + 32, 8))
        try require(section == table || place + length <= bytes.count, "\(name) goes beyond the end")
        sections[name] = length
    }
    let pages = sections[".xen_pages"] ?? 0
    try require(pages > 0 && pages % 4096 == 0, "it has \(pages) bytes of pages")
    let (entry, entries) = kind == .pv ? (16, ".xen_p2m") : (8, ".xen_pfn")
    try requireEqual(sections[entries], pages / 4096 * entry, "the size of \(entries)")
    for name in [".note.Xen", ".xen_prstatus", ".shstrtab"] { try require(sections[name] != nil, "no \(name)") }
}

/// Asks the guest to suspend through xenstore.
private struct Suspender: SaveObserver {
    let guest: ContractGuest
    var patience = Duration.seconds(10)
    var unpauses = false
    let rounds = Counter()

    func suspend() async throws {
        try await guest.request("suspend")
        if unpauses { try await guest.hypervisor.unpause(guest.id) }
        try await guest.setting.eventually("domain \(guest.id) suspends", within: patience) {
            try await guest.report().shutdownReason == .suspend
        }
    }

    func round(_ progress: SaveProgress) async -> Bool {
        rounds.count()
        return progress.round < 5
    }
}

private final class Counter: Sendable {
    private let counted = Mutex(0)
    var value: Int { counted.withLock { $0 } }
    func count() { counted.withLock { $0 += 1 } }
}

private final class MemoryOutput: ImageOutput {
    private let limit: Int
    private let written = Mutex<[UInt8]>([])

    init(limit: Int = .max) { self.limit = limit }

    var bytes: [UInt8] { written.withLock { $0 } }

    func write(_ bytes: [UInt8]) async throws {
        try written.withLock { written in
            try require(written.count + bytes.count <= limit, "no room for the image")
            written += bytes
        }
    }
}

private final class MemoryInput: ImageInput {
    private let rest: Mutex<ArraySlice<UInt8>>

    init(_ bytes: [UInt8]) { rest = Mutex(bytes[...]) }

    var left: Int { rest.withLock { $0.count } }

    func read(_ count: Int) async throws -> [UInt8] {
        try rest.withLock { rest in
            try require(rest.count >= count, "the image ends too early")
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
    }
}

/// A core is whole, and its domain goes on.
private func coreCase(_ kind: GuestKind) -> ContractCase {
    ContractCase("a core of a \(kind) domain is an ELF file with its pages; the domain is as it was") { setting in
        try await ContractGuest.running(setting, setting.kernels.echoes, kind: kind) { guest in
            try await guest.withConsole { console in
                try await console.expect("ready\n")
                let output = MemoryOutput()
                try await guest.hypervisor.pause(guest.id)
                try await guest.hypervisor.dumpCore(guest.id, output: output)
                try requireCore(output.bytes, kind)
                try await requireFailure(.callback, "dumping") { () throws(HypervisorError) in
                    try await guest.hypervisor.dumpCore(guest.id, output: MemoryOutput(limit: 100_000))
                }
                try await guest.hypervisor.unpause(guest.id)
                try await console.expectEcho()
            }
        }
    }
}
