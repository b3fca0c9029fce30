import DomainLifecycle
import HostInterface
import SExpressions
import Synchronization

/// Publishes events in order, numbers them, and keeps the last ones for readers that come back.
///
/// Publishing never waits: a reader that falls behind by more than is kept is let go, and goes on by number when it comes back.
public final class EventHub: Sendable {
    /// Enough for a reader that was away for some minutes of a busy machine.
    public static let keptEvents = 4096
    /// Readers at one time that came over the network; each costs memory and a connection.
    public static let maximumReaders = 4096

    private struct Reader {
        var patterns: [EventPattern]
        /// Whether it came over the network.
        let isCounted: Bool
        /// The newest event that it has seen, or that does not concern it.
        var position: UInt64
    }

    /// How long what happens is gathered for those who are called: an operation's events come together, and cost each of a thousand
    /// watchers one packet.
    static let gathering = Duration.milliseconds(1)

    private struct Waiter {
        let reader: UInt64
        var patterns: [EventPattern]
        let way: Way
    }

    /// How a reader learns that something has happened.
    private enum Way {
        case resumed(CheckedContinuation<Void, Never>)
        case called(@Sendable () -> Void)
    }

    private struct State {
        var kept: [NumberedEvent] = []
        var newest: UInt64
        var readers: [UInt64: Reader] = [:]
        /// Those of them that have seen everything, in the order in which they had.
        var waiting: [Waiter] = []
        /// Those for which something has happened, and who will be called when it has been gathered.
        var due: [Waiter] = []
        /// What was taken last: nearly all readers have seen the same, and want the same.
        var taken: (after: UInt64, newest: UInt64, patterns: [EventPattern], events: [NumberedEvent])?
        /// How many of them are counted.
        var counted = 0
        var nextReader: UInt64 = 0
        var onPublish: [@Sendable (NumberedEvent) -> Void] = []

        /// The first event that is kept, or the next one.
        var oldest: UInt64 { kept.first?.number ?? newest + 1 }

        /// Kept events have numbers without gaps.
        func events(after number: UInt64, matching patterns: [EventPattern]) -> [NumberedEvent] {
            guard number < newest else { return [] }
            let start = Int(max(number + 1, oldest) - oldest)
            return kept[start...].filter { kept in patterns.contains { $0.matches(kept.event.name) } }
        }

        mutating func takeDue() -> [Waiter] {
            defer { due = [] }
            return due
        }

        mutating func takeEvents(after number: UInt64, matching patterns: [EventPattern]) -> [NumberedEvent] {
            guard number < newest else { return [] }
            if let taken, taken.after == number, taken.newest == newest, taken.patterns == patterns {
                return taken.events
            }
            let events = events(after: number, matching: patterns)
            taken = (number, newest, patterns, events)
            return events
        }
    }

    private let clock: any HostClock
    private let tasks: any TaskSpawner
    private let state: Mutex<State>

    /// - Parameters:
    ///   - clock: when things happen.
    ///   - tasks: calls readers.
    ///   - firstNumber: numbers go on where an earlier daemon stopped, or later.
    public init(clock: any HostClock, tasks: any TaskSpawner, firstNumber: UInt64 = 0) {
        self.clock = clock
        self.tasks = tasks
        state = Mutex(State(newest: firstNumber))
    }

    /// Called with each event, in order, before readers get it; must not block.
    public func observe(_ body: @escaping @Sendable (NumberedEvent) -> Void) {
        state.withLock { $0.onPublish.append(body) }
    }

    /// Numbers an event, and hands it to all who have subscribed.
    public func publish(_ event: Event) {
        let time = clock.wallTime.seconds
        let isFirstDue = state.withLock { state in
            state.newest += 1
            let numbered = NumberedEvent(number: state.newest, time: time, event: event)
            state.kept.append(numbered)
            // Dropping half at a time keeps the cost of dropping off each single event.
            if state.kept.count > 2 * Self.keptEvents { state.kept.removeFirst(Self.keptEvents) }
            for body in state.onPublish { body(numbered) }
            let wasDue = !state.due.isEmpty
            deliver(numbered, &state)
            return !wasDue && !state.due.isEmpty
        }
        guard isFirstDue else { return }
        tasks.spawn { [self, clock] in
            try? await clock.sleep(for: Self.gathering)
            tellWhatIsGathered()
        }
    }

    /// Calls readers for whom something has happened, now: before their connections are closed.
    public func tellWhatIsGathered() { wake(state.withLock { $0.takeDue() }) }

    private func deliver(_ numbered: NumberedEvent, _ state: inout State) {
        guard !state.waiting.isEmpty else { return }
        var due: [Waiter] = []
        // Whoever is not waiting takes it with what it is about to read.
        state.waiting.removeAll { waiter in
            guard waiter.patterns.contains(where: { $0.matches(numbered.event.name) }) else { return false }
            switch waiter.way {
            case .resumed(let continuation): continuation.resume()
            case .called: due.append(waiter)
            }
            return true
        }
        state.due += due
    }

    /// Calls, and resumes, without the lock: whoever is called takes at once.
    private func wake(_ waiters: [Waiter]) {
        for waiter in waiters {
            switch waiter.way {
            case .resumed(let continuation): continuation.resume()
            case .called(let call): call()
            }
        }
    }

    /// The events after a number that match; nil = none, only the newest number.
    public func page(since: UInt64?, matching patterns: [EventPattern]) -> EventPage {
        state.withLock { state in
            guard let since else { return EventPage(events: [], newest: state.newest, missed: 0) }
            let missed = since + 1 < state.oldest ? state.oldest - since - 1 : 0
            return EventPage(
                events: state.events(after: since, matching: patterns), newest: state.newest, missed: missed)
        }
    }

    // MARK: - Readers

    /// Somebody who reads the events that match over the network, beginning with the one after `since`, for as long as the reader is
    /// kept.
    /// - Returns: nil when there are too many readers.
    public func reader(since: UInt64?, matching patterns: [EventPattern]) -> EventReader? {
        let number: UInt64? = state.withLock { state in
            guard state.counted < Self.maximumReaders else { return nil }
            return add(isCounted: true, since, patterns, &state)
        }
        return number.map { EventReader(self, number: $0) }
    }

    /// A reader of the daemon itself, or of those few that it has counted already: nobody who reads over the network keeps them out.
    public func ownReader(matching patterns: [EventPattern]) -> EventReader {
        EventReader(self, number: state.withLock { add(isCounted: false, nil, patterns, &$0) })
    }

    private func add(
        isCounted: Bool, _ since: UInt64?, _ patterns: [EventPattern], _ state: inout State
    ) -> UInt64 {
        state.nextReader += 1
        let position = min(max(since ?? state.newest, state.oldest - 1), state.newest)
        state.readers[state.nextReader] = Reader(patterns: patterns, isCounted: isCounted, position: position)
        if isCounted { state.counted += 1 }
        return state.nextReader
    }

    func listen(_ number: UInt64, to patterns: [EventPattern]) {
        state.withLock { state in
            guard let reader = state.readers[number], reader.patterns != patterns else { return }
            state.readers[number] = Reader(patterns: patterns, isCounted: reader.isCounted, position: state.newest)
            guard let place = state.waiting.firstIndex(where: { $0.reader == number }) else { return }
            state.waiting[place].patterns = patterns
        }
    }

    /// What a reader has not seen yet; returns when there is something. nil: it was let go, or is cancelled.
    func next(of reader: UInt64) async -> [NumberedEvent]? {
        while !Task.isCancelled {
            switch state.withLock({ take(reader, &$0) }) {
            case .events(let events): return events
            case .over: return nil
            case .nothing: await wait(reader)
            }
        }
        return nil
    }

    /// What a reader has not seen yet; where there is nothing, it is called when there is.
    func take(_ number: UInt64, orCall call: @escaping @Sendable () -> Void) -> TakenEvents {
        state.withLock { state in
            let taken = take(number, &state)
            if case .nothing = taken, let reader = state.readers[number] {
                state.waiting.append(Waiter(reader: number, patterns: reader.patterns, way: .called(call)))
            }
            return taken
        }
    }

    private func take(_ number: UInt64, _ state: inout State) -> TakenEvents {
        guard let reader = state.readers[number] else { return .over }
        guard reader.position + 1 >= state.oldest || reader.patterns.isEmpty else {
            // Something that it has not seen is kept no more.
            remove(number, &state)
            return .over
        }
        let events = state.takeEvents(after: reader.position, matching: reader.patterns)
        state.readers[number]?.position = state.newest
        return events.isEmpty ? .nothing : .events(events)
    }

    private func wait(_ number: UInt64, isolation: isolated (any Actor)? = #isolation) async {
        await withTaskCancellationHandler {
            _ = isolation
            await withCheckedContinuation { continuation in
                let isWaiting = state.withLock { state in
                    // Something may have come since it was looked for.
                    guard let reader = state.readers[number], reader.position == state.newest, !Task.isCancelled else {
                        return false
                    }
                    state.waiting.append(
                        Waiter(reader: number, patterns: reader.patterns, way: .resumed(continuation)))
                    return true
                }
                if !isWaiting { continuation.resume() }
            }
        } onCancel: {
            wake(number)
        }
    }

    private func wake(_ number: UInt64) {
        let waiter = state.withLock { state in
            state.waiting.firstIndex { $0.reader == number }.map { state.waiting.remove(at: $0) }
        }
        if let waiter { wake([waiter]) }
    }

    func forget(_ reader: UInt64) {
        state.withLock { state in
            remove(reader, &state)
            state.waiting.removeAll { $0.reader == reader }
        }
    }

    private func remove(_ number: UInt64, _ state: inout State) {
        if state.readers.removeValue(forKey: number)?.isCounted == true { state.counted -= 1 }
    }

    /// Ends all readers: the daemon stops.
    public func finish() {
        // Before the end is told.
        tellWhatIsGathered()
        wake(
            state.withLock { state in
                defer { (state.readers, state.counted, state.waiting, state.due) = ([:], 0, [], []) }
                return state.waiting + state.due
            })
    }
}
