/// A value that is copied as a reference: large, handed on often, changed seldom. A change gives it another place.
///
/// A record of a domain is copied some seventy times between its creation and its end, and its configuration was most of it.
@propertyWrapper
public struct Boxed<Value: Hashable & Sendable>: Hashable, Sendable {
    private final class Place: Sendable {
        let value: Value

        init(_ value: Value) { self.value = value }
    }

    private var place: Place

    /// - Parameter wrappedValue: the value itself.
    public init(wrappedValue: Value) { place = Place(wrappedValue) }

    /// The value itself.
    public var wrappedValue: Value {
        // Not copied to be looked at.
        _read { yield place.value }
        set { place = Place(newValue) }
    }

    /// Equal when the values are.
    public static func == (left: Boxed, right: Boxed) -> Bool {
        left.place === right.place || left.place.value == right.place.value
    }

    /// As the value does.
    public func hash(into hasher: inout Hasher) { hasher.combine(place.value) }
}
