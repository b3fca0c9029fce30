import DomainLifecycle

/// What a reader of events is given.
public enum TakenEvents: Sendable {
    /// All that it has not seen yet and that concerns it, at least one.
    case events([NumberedEvent])
    /// It has seen everything.
    case nothing
    /// There will be nothing more: it has fallen too far behind, or the daemon stops.
    case over
}

/// Whoever reads events as they happen, at a pace of their own.
public protocol EventReading: Sendable {
    /// What has happened since the last call and concerns the reader, all at once.
    ///
    /// - Parameter call: is called once where there is nothing: a moment after something has happened, or when it is over.
    func take(orCall call: @escaping @Sendable () -> Void) -> TakenEvents
}

/// A reader of an `EventHub`. It takes what has come at one go: the more happens, the less each event costs.
public final class EventReader: EventReading {
    private let hub: EventHub
    private let number: UInt64

    init(_ hub: EventHub, number: UInt64) {
        self.hub = hub
        self.number = number
    }

    deinit { hub.forget(number) }

    /// What it wants from now on: a reader that wants nothing sleeps through all that happens, and has missed none of it.
    public func listen(to patterns: [EventPattern]) { hub.listen(number, to: patterns) }

    /// What has happened since the last call and matches, as soon as it has. nil: it has fallen too far behind, the daemon stops, or its
    /// task is cancelled.
    public func next() async -> [NumberedEvent]? { await hub.next(of: number) }

    public func take(orCall call: @escaping @Sendable () -> Void) -> TakenEvents { hub.take(number, orCall: call) }
}
