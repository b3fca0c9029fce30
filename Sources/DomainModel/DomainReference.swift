/// How a domain is named in a request: by name, id or uuid, tried in that order.
public struct DomainReference: Hashable, Sendable, CustomStringConvertible {
    /// As it was written; what it refers to is only known when it is looked up.
    public let text: String
    /// Only as long as its configuration has this generation; nil: whichever it has.
    public let generation: UInt64?

    public init(_ text: String, generation: UInt64? = nil) {
        self.text = text
        self.generation = generation
    }

    public var description: String { text }
}
