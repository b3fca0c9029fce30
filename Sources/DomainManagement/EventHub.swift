import DomainLifecycle
import HostInterface
import SExpressions
import Synchronization

/// Publishes events in order, numbers them, and keeps the last ones for readers that come back.
///
/// Publishing never waits: a reader that falls behind by more than `readerLimit` events is let go, and goes on by number when it
/// comes back.
public final class EventHub: Sendable {
    /// Enough for a reader that was away for some minutes of a busy machine.
    public static let keptEvents = 4096
    /// Events waiting for one reader.
    public static let readerLimit = 1024
    /// Readers at one time that came over the network; each costs memory.
    public static let maximumReaders = 256

    private struct Reader {
        var patterns: [EventPattern]
        var isCounted: Bool
        var continuation: AsyncStream<NumberedEvent>.Continuation
    }

    private struct State {
        var kept: [NumberedEvent] = []
        var newest: UInt64
        var readers: [UInt64: Reader] = [:]
        var nextReader: UInt64 = 0
        var onPublish: [@Sendable (NumberedEvent) -> Void] = []
    }

    private let clock: any HostClock
    private let state: Mutex<State>
    /// Readers that stopped, to be forgotten at the next occasion.
    private let ended = Mutex<[UInt64]>([])

    /// - Parameter firstNumber: numbers go on where an earlier daemon stopped, or later.
    public init(clock: any HostClock, firstNumber: UInt64 = 0) {
        self.clock = clock
        state = Mutex(State(newest: firstNumber))
    }

    /// Called with each event, in order, before readers get it; must not block.
    public func observe(_ body: @escaping @Sendable (NumberedEvent) -> Void) {
        state.withLock { $0.onPublish.append(body) }
    }

    /// Numbers an event, and hands it to all who have subscribed.
    public func publish(_ event: Event) {
        let time = clock.wallTime.seconds
        state.withLock { state in
            forgetEnded(&state)
            state.newest += 1
            let numbered = NumberedEvent(number: state.newest, time: time, event: event)
            state.kept.append(numbered)
            // Dropping half at a time keeps the cost of dropping off each single event.
            if state.kept.count > 2 * Self.keptEvents { state.kept.removeFirst(Self.keptEvents) }
            for body in state.onPublish { body(numbered) }
            deliver(numbered, &state)
        }
    }

    private func deliver(_ numbered: NumberedEvent, _ state: inout State) {
        for (id, reader) in state.readers.sorted(by: { $0.key < $1.key })
        where reader.patterns.contains(where: { $0.matches(numbered.event.name) }) {
            if case .dropped = reader.continuation.yield(numbered) {
                reader.continuation.finish()
                state.readers[id] = nil
            }
        }
    }

    /// The events after a number that match; nil = none, only the newest number.
    public func page(since: UInt64?, matching patterns: [EventPattern]) -> EventPage {
        state.withLock { state in
            guard let since else { return EventPage(events: [], newest: state.newest, missed: 0) }
            let oldest = state.kept.first?.number ?? state.newest + 1
            let missed = since + 1 < oldest ? oldest - since - 1 : 0
            let events = state.kept.filter { kept in
                kept.number > since && patterns.contains { $0.matches(kept.event.name) }
            }
            return EventPage(events: events, newest: state.newest, missed: missed)
        }
    }

    /// The events that match, as they come, beginning with the one after `since`.
    /// - Returns: nil when there are too many readers.
    public func stream(since: UInt64?, matching patterns: [EventPattern]) -> AsyncStream<NumberedEvent>? {
        stream(since: since, matching: patterns, isCounted: true)
    }

    /// The events that match, as they come, for the daemon itself and those few that it has counted already: nobody who reads
    /// over the network keeps them out.
    public func ownStream(matching patterns: [EventPattern]) -> AsyncStream<NumberedEvent> {
        stream(since: nil, matching: patterns, isCounted: false) ?? AsyncStream { $0.finish() }
    }

    private func stream(
        since: UInt64?, matching patterns: [EventPattern], isCounted: Bool
    ) -> AsyncStream<NumberedEvent>? {
        let limit = Self.readerLimit + 2 * Self.keptEvents
        let (stream, continuation) = AsyncStream.makeStream(
            of: NumberedEvent.self, bufferingPolicy: .bufferingOldest(limit))
        let id: UInt64? = state.withLock { state in
            forgetEnded(&state)
            let isFull = isCounted && state.readers.values.count(where: \.isCounted) >= Self.maximumReaders
            guard !isFull else { return nil }
            if let since {
                for kept in state.kept
                where kept.number > since && patterns.contains(where: { $0.matches(kept.event.name) }) {
                    continuation.yield(kept)
                }
            }
            state.nextReader += 1
            state.readers[state.nextReader] = Reader(
                patterns: patterns, isCounted: isCounted, continuation: continuation)
            return state.nextReader
        }
        guard let id else { return nil }
        continuation.onTermination = { [weak self] _ in
            // The hub may be delivering to this very reader: its lock must not be taken again here.
            self?.forgetLater(id)
        }
        return stream
    }

    private func forgetLater(_ id: UInt64) { ended.withLock { $0.append(id) } }

    private func forgetEnded(_ state: inout State) {
        let ids = ended.withLock { ended in
            defer { ended = [] }
            return ended
        }
        for id in ids { state.readers[id] = nil }
    }

    /// Ends all readers: the daemon stops.
    public func finish() {
        let readers = state.withLock { state in
            defer { state.readers = [:] }
            return state.readers.values.map(\.continuation)
        }
        for reader in readers { reader.finish() }
    }
}
