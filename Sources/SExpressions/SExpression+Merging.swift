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
        var unpaired = other.children().filter { $0.isElement() }
        let head = members.prefix(attributeList == nil ? 1 : 2)
        let merged = children().map { child in
            guard child.isElement(), let partner = unpaired.firstIndex(where: { $0.name == child.name }) else {
                return child
            }
            return child.merging(unpaired.remove(at: partner))
        }
        return .list(head + merged + unpaired)
    }
}
