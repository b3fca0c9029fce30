/// How a domain is named in a request: by name, id or uuid, tried in that order.
public struct DomainReference: Hashable, Sendable, CustomStringConvertible {
    /// As it was written; what it refers to is only known when it is looked up.
    public let text: String
    public init(_ text: String) { self.text = text }
    public var description: String { text }
}
