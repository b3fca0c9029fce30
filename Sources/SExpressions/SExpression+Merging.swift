/// Putting two elements together, as when a configuration is laid over defaults.
extension SExpression {
    /// This element completed by `other`: children of the same name are paired in order of appearance and merged, those
    /// without a partner are kept, and where both say something this one wins. Plain values and attributes are this
    /// one's only.
    ///
    /// This element's children keep their places; what only `other` has follows in its order. (xend 2.0 left the
    /// order to a dictionary.)
    public func merging(_ other: SExpression) -> SExpression {
        guard case .list(let members) = self, isElement() else { return self }
        var theirs = Partners(other.children())
        let head = members.prefix(attributeList == nil ? 1 : 2)
        let merged = children().map { child in
            guard let partner = theirs.take(for: child) else { return child }
            return child.merging(partner)
        }
        return .list(head + merged + theirs.rest)
    }
}

/// The named elements of one side of a merge, as far as they have not been paired.
private struct Partners {
    private var elements: [SExpression?]
    /// Places in `elements` by name, the first one last.
    private var places: [String: [Int]] = [:]

    init(_ children: [SExpression]) {
        elements = children.filter { Self.key(of: $0) != nil }
        for (place, element) in elements.enumerated().reversed() {
            guard let key = element.flatMap(Self.key) else { continue }
            places[key, default: []].append(place)
        }
    }

    mutating func take(for child: SExpression) -> SExpression? {
        guard let key = Self.key(of: child), let place = places[key]?.popLast() else { return nil }
        defer { elements[place] = nil }
        return elements[place]
    }

    var rest: [SExpression] { elements.compactMap { $0 } }

    /// The name of an element; plain values and lists without a name have no partner.
    private static func key(of child: SExpression) -> String? {
        child.list == nil ? nil : child.name
    }
}
