import AccessControl

extension HTML {
    /// The same, and each form in it that changes something has the field that proves that it came from here, and the key with which it
    /// is done once: none can be forgotten.
    func sealed(by exchange: Exchange) -> HTML {
        // Without a seal browsers cannot send them.
        guard let value = exchange.seal.value(for: exchange.request.caller) else { return self }
        return sealed(by: value, exchange.notices)
    }

    private func sealed(by value: String, _ notices: NoticeBoard) -> HTML {
        switch self {
        case .text: return self
        case .group(let pieces): return .group(pieces.map { $0.sealed(by: value, notices) })
        case .element(let tag, let attributes, let content):
            let inside = content.map { $0.sealed(by: value, notices) }
            guard tag.description == "form", attributes.contains(where: \.isPost) else {
                return .element(tag, attributes, inside)
            }
            let fields = [
                input(.type("hidden"), .name(FormSeal.field), .value(value)),
                input(.type("hidden"), .name(NoticeBoard.field), .value(notices.newKey())),
            ]
            return .element(tag, attributes, inside + fields)
        }
    }
}

extension HTML.Attribute {
    fileprivate var isPost: Bool { name.description == "method" && value == "post" }
}
