/// A value that is copied as a reference: large, handed on often. It is changed in its place where nobody else has it, and gets another
/// place otherwise.
///
/// A record of a domain is copied some hundred and forty times between its creation and its end, the table of all of them eighty
/// times: with all they have that was a tenth of what the daemon does for such a domain.
@propertyWrapper
public struct Boxed<Value: Sendable>: Sendable {
    /// `@unchecked Sendable`: changed only by whoever alone has it.
    private final class Place: @unchecked Sendable {
        @exclusivity(unchecked) var value: Value

        init(_ value: Value) { self.value = value }
    }

    private var place: Place

    /// - Parameter wrappedValue: the value itself.
    public init(wrappedValue: Value) { place = Place(wrappedValue) }

    /// The value itself.
    public var wrappedValue: Value {
        // Not copied to be looked at.
        _read { yield place.value }
        _modify {
            if !isKnownUniquelyReferenced(&place) { place = Place(place.value) }
            yield &place.value
        }
    }

    /// Whether neither has been changed since one was copied from the other. It is not looked at: false says nothing.
    func isUnchanged(since other: Boxed) -> Bool { place === other.place }
}

extension Boxed: Equatable where Value: Equatable {
    /// Equal when the values are.
    public static func == (left: Boxed, right: Boxed) -> Bool {
        left.place === right.place || left.place.value == right.place.value
    }
}

extension Boxed: Hashable where Value: Hashable {
    /// As the value does.
    public func hash(into hasher: inout Hasher) { hasher.combine(place.value) }
}
