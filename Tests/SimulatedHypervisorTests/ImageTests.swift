import DomainModel
import Glibc
import HostInterface
import HypervisorInterface
import SimulatedHost
import SimulatedHypervisor
import Synchronization
import Testing

@Suite("Images of simulated domains")
struct ImageTests {
    private static func guest(_ kind: GuestKind, dirties: UInt64 = 0) -> GuestBehaviour {
        var behaviour = GuestBehaviour()
        behaviour.dirtyRate = dirties
        behaviour.dirtyRange = dirties > 0 ? 16 << 20 : nil
        behaviour.terminal = .shell
        return behaviour
    }

    /// Boots a guest on alpha and saves it after some seconds.
    private func save(
        _ bench: Bench, _ behaviour: GuestBehaviour, kind: GuestKind = .pv, memory: Int = 64, live: Bool
    ) throws -> (image: [UInt8], rounds: [SaveProgress]) {
        bench.alpha.kernels.behaviours["/boot/vmlinuz"] = behaviour
        let toolstack = Toolstack(bench.alpha.startIncarnation())
        return try bench.run {
            var wish = Toolstack.Wish()
            wish.kind = kind
            wish.memory = MemorySize(mebibytes: memory)
            let id = try await toolstack.create(wish)
            try await toolstack.machine.hypervisor.unpause(id)
            try await toolstack.host.clock.sleep(for: .seconds(5))
            let output = Bytes()
            let observer = Observer(toolstack: toolstack, id: id)
            try await toolstack.machine.hypervisor.save(id, live: live, output: output, observer: observer)
            return (output.all, observer.rounds)
        }
    }

    private func restore(_ bench: Bench, _ image: [UInt8], kind: GuestKind = .pv) throws -> (SimulatedHost, DomainID) {
        let beta = bench.world.addHost(MachineConfiguration(name: "beta"))
        let toolstack = Toolstack(beta.startIncarnation())
        let id = try bench.run {
            let hypervisor = toolstack.machine.hypervisor
            let id = try await hypervisor.createDomain(
                DomainCreation(uuid: DomainUUID(bytes: Array(0..<16)), kind: kind, vcpus: 1))
            var wish = Toolstack.Wish()
            wish.kind = kind
            try await hypervisor.setMaximumMemory(MemorySize(mebibytes: 64), of: id)
            let store = try await toolstack.machine.eventChannels.allocateUnbound(in: id, remote: .zero)
            let console = try await toolstack.machine.eventChannels.allocateUnbound(in: id, remote: .zero)
            let built = try await hypervisor.restore(
                id, DomainRestore(kind: kind, storePort: store, consolePort: console), input: Source(image))
            try await toolstack.introduce(id, wish, built, store, console)
            try await toolstack.plug(.vbd, 2049, into: id, Toolstack.disk)
            try await hypervisor.unpause(id)
            try await toolstack.host.clock.sleep(for: .seconds(1))
            #expect(try await toolstack.states(.vbd, 2049, of: id) == "4/4")
            return id
        }
        return (beta, id)
    }

    @Test(
        "A guest goes on elsewhere with all its pages, saved at once or while it runs and writes",
        arguments: [
            (GuestKind.pv, false, UInt64(0)), (.pvh, false, 0), (.pv, true, 0), (.pv, true, 4 << 20),
            (.pvh, true, 4 << 20),
        ])
    func moves(_ kind: GuestKind, _ live: Bool, _ dirties: UInt64) throws {
        let bench = Bench()
        let (image, rounds) = try save(bench, Self.guest(kind, dirties: dirties), kind: kind, live: live)
        #expect(rounds.isEmpty == !live)
        if dirties > 0 { #expect(rounds.contains { $0.pagesDirty > 0 }) }
        let (beta, id) = try restore(bench, image, kind: kind)
        #expect(beta.machine.corruptions == [])
        #expect(beta.machine.inspection.guestPhase(id) == "up")
        #expect(beta.machine.report(of: id)?.memory.mebibytes == 64)
        try writeForInspection(image, "\(kind)-\(live ? "live" : "plain")-\(dirties)")
    }

    @Test("A page that is wrong, missing or from another time is noticed")
    func corruption() throws {
        let bench = Bench()
        var (image, _) = try save(bench, Self.guest(.pv, dirties: 1 << 20), live: false)
        image[image.count / 2] ^= 0xFF
        let (beta, _) = try restore(bench, image)
        #expect(beta.machine.corruptions.count == 1)
    }

    @Test("A large domain is saved in little room, for it has written little of its memory")
    func large() throws {
        let bench = Bench { $0.memory = MemorySize(mebibytes: 128 << 10) }
        let (image, _) = try save(bench, GuestBehaviour(), memory: 1 << 10, live: false)
        #expect(image.count < 80 << 20)
    }

    @Test("Records follow each other as the format says", arguments: GuestKind.allCases)
    func records(_ kind: GuestKind) throws {
        let (image, _) = try save(Bench(), Self.guest(kind), kind: kind, live: false)
        var types: [UInt32] = []
        var offset = 40
        while offset < image.count {
            let word = { (at: Int) in (0..<4).reduce(UInt32(0)) { $0 | UInt32(image[at + $1]) << (8 * UInt32($1)) } }
            if types.last != word(offset) { types.append(word(offset)) }
            offset += 8 + Int((word(offset + 4) + 7) & ~7)
        }
        #expect(offset == image.count)
        // Numbers of docs/specs/libxc-migration-stream: page data is 1, the end 0.
        let expected: [GuestKind: [UInt32]] = [
            .pv: [2, 0x11, 0x12, 0x10, 3, 1, 8, 7, 4, 5, 0], .pvh: [0x11, 0x12, 0x10, 1, 8, 9, 0xA, 0],
        ]
        #expect(types == expected[kind])
    }

    /// Leaves images for Xen's own verify-stream-v2, where somebody wants them.
    private func writeForInspection(_ image: [UInt8], _ name: String) throws {
        guard let directory = getenv("SIMULATED_IMAGES").map({ String(cString: $0) }) else { return }
        let file = try #require(fopen("\(directory)/\(name).img", "w"))
        #expect(fwrite(image, 1, image.count, file) == image.count)
        fclose(file)
    }
}

private final class Bytes: ImageOutput {
    private let bytes = Mutex<[UInt8]>([])
    var all: [UInt8] { bytes.withLock { $0 } }
    func write(_ more: [UInt8]) async throws { bytes.withLock { $0 += more } }
}

private final class Source: ImageInput {
    private let rest: Mutex<ArraySlice<UInt8>>
    init(_ bytes: [UInt8]) { rest = Mutex(bytes[...]) }
    struct Ended: Error {}
    func read(_ count: Int) async throws -> [UInt8] {
        try rest.withLock { rest in
            guard rest.count >= count else { throw Ended() }
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
    }
}

/// Asks the guest to suspend, and lets a live save make three rounds.
private final class Observer: SaveObserver {
    private let toolstack: Toolstack
    private let id: DomainID
    private let seen = Mutex<[SaveProgress]>([])
    var rounds: [SaveProgress] { seen.withLock { $0 } }

    init(toolstack: Toolstack, id: DomainID) {
        self.toolstack = toolstack
        self.id = id
    }

    func suspend() async throws {
        try await toolstack.machine.store.write("/local/domain/\(id)/control/shutdown", "suspend")
        while try await toolstack.machine.hypervisor.domain(id)?.shutdownReason != .suspend {
            try await toolstack.host.clock.sleep(for: .milliseconds(10))
        }
    }

    func round(_ progress: SaveProgress) async -> Bool {
        seen.withLock { $0.append(progress) }
        return progress.round < 2
    }
}
