import DomainModel
import HostInterface
import HypervisorInterface
import SimulatedHost
import SimulatedHypervisor
import Simulation
import Synchronization
import Testing

/// A world with one host and a toolstack that does by hand what a daemon does, without any of its rules.
final class Bench: Sendable {
    let world: SimulatedWorld
    let alpha: SimulatedHost
    let trace = Mutex<[String]>([])

    init(seed: UInt64 = 0, _ configure: (inout MachineConfiguration) -> Void = { _ in }) {
        world = SimulatedWorld(seed: seed)
        var configuration = MachineConfiguration()
        configure(&configuration)
        alpha = world.addHost(configuration)
        let executor = world.executor
        alpha.trace = { [weak self] line in
            self?.trace.withLock { $0.append("\(executor.now.nanoseconds) \(line)") }
        }
    }

    /// Runs `body` as a task of the world until it ends, in at most an hour of the world's time.
    func run<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) throws -> Value {
        defer { #expect(world.executor.foreignJobs == 0) }
        do {
            return try world.complete(body)
        } catch let unfinished as SimulatedWorld.Unfinished {
            Issue.record("nothing moved any more")
            throw unfinished
        }
    }

    func advance(_ duration: Duration) { world.executor.advance(by: duration) }
}

/// What a toolstack does with a machine.
struct Toolstack: Sendable {
    let machine: Machine
    let host: Host

    init(_ life: (machine: Machine, host: Host)) { (machine, host) = life }

    struct Wish: Sendable {
        var name = "web"
        var kernel = "/boot/vmlinuz"
        var memory = MemorySize(mebibytes: 64)
        var kind = GuestKind.pv
        var id: DomainID?
        var vcpus = 1
    }

    /// Create, build, introduce; the domain is left paused.
    func create(_ wish: Wish = Wish()) async throws -> DomainID {
        let hypervisor = machine.hypervisor
        let uuid = DomainUUID(random: host.random.bytes(16))
        let id = try await hypervisor.createDomain(
            DomainCreation(id: wish.id, uuid: uuid, kind: wish.kind, vcpus: wish.vcpus))
        try await hypervisor.setMaximumMemory(wish.memory, of: id)
        let store = try await machine.eventChannels.allocateUnbound(in: id, remote: .zero)
        let console = try await machine.eventChannels.allocateUnbound(in: id, remote: .zero)
        let built = try await hypervisor.build(
            id,
            DomainBuild(
                kernel: wish.kernel, ramdisk: nil, commandLine: "", kind: wish.kind, memory: wish.memory,
                vcpus: wish.vcpus, storePort: store, consolePort: console))
        try await introduce(id, wish, built, store, console)
        return id
    }

    func introduce(
        _ id: DomainID, _ wish: Wish, _ built: BuiltDomain, _ store: EventPort, _ console: EventPort
    ) async throws {
        let home = "/local/domain/\(id)"
        let xenstore = machine.store
        try await xenstore.makeDirectory(home, in: nil)
        try await xenstore.setPermissions(
            home, [XenStorePermission(.zero, .none), XenStorePermission(id, .read)], in: nil)
        for (node, value) in [
            ("name", wish.name), ("domid", "\(id)"), ("memory/target", "\(wish.memory.kibibytes)"),
            ("console/ring-ref", "\(built.consoleFrame)"), ("console/port", "\(console)"), ("device", ""),
        ] { try await xenstore.write("\(home)/\(node)", value) }
        try await xenstore.write("\(home)/control/shutdown", "")
        try await xenstore.setPermissions("\(home)/control/shutdown", [XenStorePermission(id, .none)], in: nil)
        try await xenstore.introduce(id, frame: built.storeFrame, port: store)
    }

    /// Both directories of a device, the front-end's first state last.
    func plug(
        _ type: DeviceType, _ number: Int, into id: DomainID, _ nodes: [(String, String)], backend: DomainID = .zero
    ) async throws {
        let back = "/local/domain/\(backend)/backend/\(type.rawValue)/\(id)/\(number)"
        let front = "/local/domain/\(id)/device/\(type.rawValue)/\(number)"
        let store = machine.store
        try await store.transaction { (transaction) throws(XenStoreError) in
            let frontNodes = [("backend", back), ("backend-id", "\(backend)"), ("state", "1")]
            for (path, value) in frontNodes.map({ ("\(front)/\($0)", $1) }) {
                try await store.write(path, value, in: transaction)
            }
            for path in [front, "\(front)/backend", "\(front)/backend-id", "\(front)/state"] {
                try await store.setPermissions(
                    path, [XenStorePermission(id, .none), XenStorePermission(backend, .read)], in: transaction)
            }
            try await store.makeDirectory(back, in: transaction)
            try await store.setPermissions(
                back, [XenStorePermission(backend, .none), XenStorePermission(id, .read)], in: transaction)
            let common = [("frontend", front), ("frontend-id", "\(id)"), ("online", "1"), ("state", "1")]
            for (name, value) in nodes + common { try await store.write("\(back)/\(name)", value, in: transaction) }
        }
    }

    static let disk = [("mode", "w"), ("dev", "sda1"), ("physical-device", "8:1")]
    static let card = [("handle", "0"), ("script", "vif-bridge"), ("mac", "aa:00:00:00:00:01")]

    /// The states of both ends of a device, as `back/front`.
    func states(_ type: DeviceType, _ number: Int, of id: DomainID) async throws -> String {
        let back = try await machine.store.readIfPresent(
            "/local/domain/0/backend/\(type.rawValue)/\(id)/\(number)/state")
        let front = try await machine.store.readIfPresent("/local/domain/\(id)/device/\(type.rawValue)/\(number)/state")
        return "\(back ?? "-")/\(front ?? "-")"
    }

    /// Destroys a domain and removes all of it.
    func destroy(_ id: DomainID) async throws {
        try await machine.hypervisor.destroy(id)
        for type in DeviceType.allCases {
            try await machine.store.removeIfPresent("/local/domain/\(id)/device/\(type.rawValue)")
        }
        try await host.clock.sleep(for: .milliseconds(50))
        for type in DeviceType.allCases {
            try await machine.store.removeIfPresent("/local/domain/0/backend/\(type.rawValue)/\(id)")
        }
        try await machine.store.removeIfPresent("/local/domain/\(id)")
        try await host.clock.sleep(for: .milliseconds(50))
    }
}
