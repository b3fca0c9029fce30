import DomainModel
import HypervisorInterface
import Synchronization

let movingCases: [ContractCase] =
    GuestKind.allCases.flatMap(movingCases) + [
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

    fileprivate func restore(_ image: [UInt8]) async throws { try await restore(MemoryInput(image)) }

    fileprivate func restore(_ input: MemoryInput) async throws {
        try await hypervisor.setMaximumMemory(MemorySize(mebibytes: 8), of: id)
        let (storePort, consolePort) = try await allocatePorts()
        let restore = DomainRestore(kind: kind, storePort: storePort, consolePort: consolePort)
        let built = try await hypervisor.restore(id, restore, input: input)
        try await introduce(built, storePort, consolePort)
    }
}

/// Asks the guest to suspend through xenstore.
private struct Suspender: SaveObserver {
    let guest: ContractGuest
    var patience = Duration.seconds(10)
    let rounds = Counter()

    func suspend() async throws {
        try await guest.request("suspend")
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
