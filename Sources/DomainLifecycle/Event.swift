import DomainModel
import SExpressions

/// Something that happened, published by dotted name (reference/lifecycle-and-events.md §4).
public struct Event: Hashable, Sendable {
    /// `xend.domain.create`: words with dots between them.
    public var name: String
    /// What the event is about; its form goes with its name.
    public var value: SExpression

    public init(_ name: String, _ value: SExpression) {
        self.name = name
        self.value = value
    }

    /// `(NAME VALUE)`
    public var expression: SExpression { [.atom(name), value] }
}

/// Which events a reader wants: an exact name; `a.b.?`, any last part; `a.b.*`, that and everything below; `*`, all.
public struct EventPattern: Hashable, Sendable {
    /// A name; with `.?` at its end for any last part, with `.*` for all below; or `*`.
    public let text: String
    public init(_ text: String) { self.text = text }

    /// Whether an event of this name is meant.
    public func matches(_ name: String) -> Bool {
        if text == "*" || text == name { return true }
        if text.hasSuffix(".*") {
            let stem = text.dropLast(2)
            return name == stem || name.hasPrefix(stem + ".")
        }
        guard text.hasSuffix(".?") else { return false }
        let stem = text.dropLast(1)
        return name.hasPrefix(stem) && !name.dropFirst(stem.count).contains(".") && name.count > stem.count
    }
}

/// An event with its number: readers that were away go on after the last number they saw.
public struct NumberedEvent: Hashable, Sendable {
    /// Counts from 1 in each life of the daemon.
    public var number: UInt64
    /// Seconds since 1970.
    public var time: Double
    /// What happened.
    public var event: Event

    public init(number: UInt64, time: Double, event: Event) {
        self.number = number
        self.time = time
        self.event = event
    }
}
