import NIOCore
import Synchronization

/// The places of a server: so many connections may be open. When all are taken, the one that has waited longest for its client
/// gives way to the next, so that clients which connect and say nothing, begin a request and never end it, or do not read their
/// answers hold up nobody but each other.
final class Seats: Sendable {
    /// How long a client may keep its place before it has to give way: it has connected in order to say something.
    static let patience = TimeAmount.seconds(1)

    private struct State {
        var taken: [UInt64: (seat: Seat, channel: any Channel)] = [:]
        var newest: UInt64 = 0
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    /// Takes a place for a channel until it closes. To be called on its event loop.
    /// - Returns: nil when there is none, and none is to be had.
    func take(_ channel: any Channel) -> Seat? {
        let now = channel.eventLoop.now
        let seat = Seat(waitingSince: now)
        let (number, leaving) = state.withLock { state -> (UInt64?, (any Channel)?) in
            let leaving = state.taken.count < limit ? nil : longestWaiting(in: state, at: now)
            guard state.taken.count < limit || leaving != nil else { return (nil, nil) }
            let channelLeaving = leaving.flatMap { state.taken.removeValue(forKey: $0)?.channel }
            state.newest += 1
            state.taken[state.newest] = (seat, channel)
            return (state.newest, channelLeaving)
        }
        leaving?.close(promise: nil)
        guard let number else { return nil }
        channel.closeFuture.whenComplete { [self] _ in state.withLock { _ = $0.taken.removeValue(forKey: number) } }
        return seat
    }

    private func longestWaiting(in state: State, at now: NIODeadline) -> UInt64? {
        state.taken.lazy
            .compactMap { number, place in place.seat.waitingSince.map { (since: $0, number: number) } }
            .filter { now - $0.since >= Self.patience }
            .min { ($0.since, $0.number) < ($1.since, $1.number) }?.number
    }
}

/// One connection's place, which tells whom it waits for: its client, or the server.
final class Seat: Sendable {
    /// Nanoseconds; `working` while the server works for it.
    private let since: Atomic<UInt64>
    private static let working = UInt64.max

    init(waitingSince now: NIODeadline) { since = Atomic(now.uptimeNanoseconds) }

    /// The client's turn: to send a request, or to take its answer.
    func waits(since now: NIODeadline) { since.store(now.uptimeNanoseconds, ordering: .relaxed) }

    /// The server's turn.
    func works() { since.store(Self.working, ordering: .relaxed) }

    /// nil: it does not wait for its client.
    var waitingSince: NIODeadline? {
        let since = since.load(ordering: .relaxed)
        return since == Self.working ? nil : .uptimeNanoseconds(since)
    }
}
