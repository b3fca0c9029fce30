/// Why a configuration file, or a part of one, makes no configuration of a domain.
public struct DomainFileFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong, with the very word.
    public var text: String

    package init(_ text: String) { self.text = text }

    public var description: String { text }
}
