import HostInterface
import SimulatedHypervisor

/// An end of a simulated TCP connection.
///
/// `@unchecked Sendable`: used on the thread of the simulation's executor only, like the network it belongs to.
final class SimulatedSocket: NetworkConnection, @unchecked Sendable {
    let peer: NetworkAddress
    let identity: PeerIdentity
    private let incoming: Pipe
    private let outgoing: Pipe
    private let incarnation: Incarnation
    private var isClosed = false
    private var rite: UInt64 = 0

    init(peer: NetworkAddress, identity: PeerIdentity, incoming: Pipe, outgoing: Pipe, incarnation: Incarnation) {
        self.peer = peer
        self.identity = identity
        self.incoming = incoming
        self.outgoing = outgoing
        self.incarnation = incarnation
        incoming.partner = outgoing
        outgoing.partner = incoming
        rite = incarnation.atEnd { [weak self] in self?.shut() }
    }

    func read(_ count: Int) async throws(NetworkError) -> [UInt8] {
        while true {
            if incarnation.isFenced { throw .fenced }
            if isClosed { throw .closed }
            if incoming.available > 0 { return incoming.take(count) }
            if incoming.hasEnded { return [] }
            if let failure = incoming.failure { throw failure }
            try await wait(on: incoming) { [incoming] in incoming.available > 0 || incoming.isOver }
        }
    }

    func write(_ bytes: [UInt8]) async throws(NetworkError) {
        while true {
            if incarnation.isFenced { throw .fenced }
            if isClosed || outgoing.isFinished { throw .closed }
            if let failure = outgoing.failure { throw failure }
            if outgoing.hasRoom { return outgoing.send(bytes) }
            try await wait(on: outgoing) { [outgoing] in outgoing.hasRoom || outgoing.isFinished || outgoing.isOver }
        }
    }

    /// Waits until something changes. `isDue` is asked again when the waiter is in place: what is waited for may have come between
    /// the caller's look and that moment.
    private func wait(on pipe: Pipe, unless isDue: @escaping () -> Bool) async throws(NetworkError) {
        var ticket = 0
        let wake = await incarnation.park(until: nil) { signal in
            ticket = pipe.wait(signal)
            if isDue() { signal() }
        }
        pipe.forget(waiter: ticket)
        switch wake {
        case .elapsed, .signalled: return
        case .fenced: throw .fenced
        case .cancelled: throw .closed
        }
    }

    func finish() async {
        guard !incarnation.isFenced else { return }
        outgoing.finish()
    }

    func close() async {
        guard !incarnation.isFenced else { return }
        incarnation.forgetAtEnd(rite)
        shut()
    }

    /// What the kernel does when the last descriptor goes: the end is sent; a peer that sends on is told that nobody
    /// listens.
    private func shut() {
        guard !isClosed else { return }
        isClosed = true
        outgoing.finish()
        incoming.receiverIsGone()
    }
}
