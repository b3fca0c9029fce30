/// Looking into values: the convention that a list is an *element*, `(name (@ (key value)…)? child…)`.
///
/// The helpers and their meaning are those of xend 2.0's `sxp.py`.
extension SExpression {
    /// The text, if this is an atom.
    public var atom: String? {
        guard case .atom(let text) = self else { return nil }
        return text
    }

    /// The members, if this is a list.
    public var list: [SExpression]? {
        guard case .list(let members) = self else { return nil }
        return members
    }

    /// The head of an element. An atom is its own name; an empty list, or one that begins with a list, has none.
    public var name: String? {
        switch self {
        case .atom(let text): text
        case .list(let members): members.first?.atom
        }
    }

    /// Whether this is a list with a head, and with the head `name` if one is given.
    public func isElement(_ name: String? = nil) -> Bool {
        guard case .list(let members) = self, let head = members.first else { return false }
        return name == nil || head.atom == name
    }

    /// What follows the head and the attribute list; with a name only the elements of that name.
    public func children(_ name: String? = nil) -> [SExpression] {
        guard let members = list else { return [] }
        let all = members.dropFirst(attributeList == nil ? 1 : 2)
        guard let name else { return Array(all) }
        return all.filter { $0.isElement(name) }
    }

    /// The first child that is an element of that name.
    public func child(_ name: String) -> SExpression? {
        // An attribute list is no child, but its head is `@`: only a search for that name needs care.
        guard name != "@" else { return children(name).first }
        return list?.dropFirst().first { $0.isElement(name) }
    }

    /// The child at that place, counted from 0.
    public func child(at index: Int) -> SExpression? {
        guard let members = list, index >= 0 else { return nil }
        let place = index + (attributeList == nil ? 1 : 2)
        return place < members.count ? members[place] : nil
    }

    /// The first child of the first child of that name: `1` in `(domain (id 1))` for `id`.
    public func childValue(_ name: String) -> SExpression? {
        child(name)?.child(at: 0)
    }

    /// `childValue(_:)`, if it is an atom.
    public func childText(_ name: String) -> String? {
        childValue(name)?.atom
    }
}

/// Attributes: `(id x)` and `(n 1)` in `(a (@ (id x) (n 1)) child)`.
extension SExpression {
    /// The attributes, each usually `(key value)`.
    public var attributes: [SExpression] {
        attributeList.map { Array($0.dropFirst()) } ?? []
    }

    /// The value of the first attribute with that key.
    public func attribute(_ key: String) -> SExpression? {
        guard let members = attributes.first(where: { $0.isElement(key) })?.list, members.count > 1 else { return nil }
        return members[1]
    }

    /// Whether the attribute `id` is `id`.
    public func hasID(_ id: String) -> Bool {
        attribute("id") == .atom(id)
    }

    /// The first expression with that id below this one, depth first. This one itself is not tested.
    public func withID(_ id: String) -> SExpression? {
        for member in list ?? [] {
            if member.hasID(id) { return member }
            if let found = member.withID(id) { return found }
        }
        return nil
    }

    /// This element and all elements among its children, at any depth, each before what it contains.
    public func elements() -> [SExpression] {
        guard isElement() else { return [] }
        return [self] + children().flatMap { $0.elements() }
    }

    /// The members of the attribute list, its head `@` included.
    var attributeList: [SExpression]? {
        guard let members = list, members.count > 1, members[1].isElement("@") else { return nil }
        return members[1].list
    }
}
