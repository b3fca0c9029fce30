import AccessControl

extension HTML {
    /// The same, and each form in it that changes something has the field that proves that it came from here: none can be forgotten.
    ///
    /// - Parameter value: of the field; nil: they have none, and browsers cannot send them.
    func sealed(by value: String?) -> HTML {
        guard let value else { return self }
        switch self {
        case .text: return self
        case .group(let pieces): return .group(pieces.map { $0.sealed(by: value) })
        case .element(let tag, let attributes, let content):
            let inside = content.map { $0.sealed(by: value) }
            guard tag.description == "form", attributes.contains(where: \.isPost) else {
                return .element(tag, attributes, inside)
            }
            let field = input(.type("hidden"), .name(FormSeal.field), .value(value))
            return .element(tag, attributes, inside + [field])
        }
    }
}

extension HTML.Attribute {
    fileprivate var isPost: Bool { name.description == "method" && value == "post" }
}
