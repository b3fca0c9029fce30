import XendTesting

/// Connections of a story to consoles: they outlive the lives of their domain (manual L4), as long as the daemon lives.
struct HeldConsoles {
    private struct Held {
        var stream: any ByteStream
        var identity: String
        var life: Int
    }
    private var held: [Held] = []

    /// - Parameter isClosed: the client itself has ended it.
    mutating func hold(_ stream: any ByteStream, of identity: String, _ host: RunningHost, isClosed: Bool) {
        held.removeAll { $0.stream === stream }
        guard !isClosed, !stream.isEnded else { return }
        held.append(Held(stream: stream, identity: identity, life: host.host.incarnation?.number ?? 0))
    }

    /// What is wrong when a domain has been built again.
    mutating func problem(of identity: String, _ host: RunningHost) -> String? {
        let life = host.host.incarnation?.number ?? 0
        let lost = held.filter { $0.identity == identity && $0.life == life && $0.stream.isEnded }
        held.removeAll { $0.stream.isEnded }
        return lost.isEmpty ? nil : "a restart on \(host.name) has ended a connection to the console"
    }
}
