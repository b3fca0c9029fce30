import DomainManagement
import HostInterface

/// How the other hosts of the pool are: asked when somebody wants to know, and not more often than that is worth.
actor PoolWatch {
    private let host: Host
    private let port: UInt16
    private var hosts: [PoolHost]
    private var isAsking = false
    private var askedAt: Instant?

    /// What is older than that is asked anew.
    private static let freshness = Duration.seconds(10)
    /// A host that has not answered by then does not.
    private static let patience = Duration.seconds(3)
    /// More hosts of a pool are not asked.
    private static let maximum = 64

    /// - Parameters:
    ///   - names: of the hosts.
    ///   - port: on which xend listens for HTTP there, as here.
    init(_ names: some Sequence<String>, port: UInt16, host: Host) {
        hosts = names.sorted().prefix(Self.maximum).map { PoolHost(name: $0) }
        self.port = port
        self.host = host
    }

    /// What is known at the moment. Who asks does not wait for a host that does not answer.
    func known() -> [PoolHost] {
        let now = host.clock.now
        if !isAsking, !hosts.isEmpty, askedAt.map({ now - $0 >= Self.freshness }) ?? true {
            isAsking = true
            askedAt = now
            host.tasks.spawn { await self.ask() }
        }
        return hosts
    }

    private func ask() async {
        let (host, port) = (host, port)
        let states = await withTaskGroup(of: (String, PoolHost.State).self) { group in
            for name in hosts.map(\.name) { group.addTask { (name, await Self.state(of: name, port, host)) } }
            var states: [String: PoolHost.State] = [:]
            for await (name, state) in group { states[name] = state }
            return states
        }
        let time = host.clock.wallTime.seconds
        hosts = hosts.map { PoolHost(name: $0.name, state: states[$0.name] ?? .unknown, asked: time) }
        isAsking = false
    }

    private static func state(of name: String, _ port: UInt16, _ host: Host) async -> PoolHost.State {
        let deadline = host.clock.now + patience
        do {
            let connection = try await host.network.connect(host: name, port: port, deadline: deadline)
            await connection.close()
            return .up
        } catch {
            return .down("\(error)")
        }
    }
}
