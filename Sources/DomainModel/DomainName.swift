/// The name of a domain: letters, digits and `_ - . : / +`, not digits alone, which would be an id (manual, decision 15).
///
/// A `/` is kept: in a URL such a name is written with `%2F`.
public struct DomainName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Longer names are refused: they would not fit into a file name or a page.
    public static let maximumLength = 255

    /// As it was given; lower and upper case differ.
    public let rawValue: String

    /// A name that somebody chooses.
    ///
    /// - Throws: `missing vm name` for an empty one, `invalid vm name` for one of digits alone or with a character that
    ///   names do not have.
    public init(_ text: String) throws(ConfigurationError) {
        guard !text.isEmpty else { throw ConfigurationError("missing vm name") }
        guard !text.utf8.allSatisfy(Self.isDigit), text.utf8.allSatisfy(Self.isAllowed),
            text.utf8.count <= Self.maximumLength
        else {
            throw ConfigurationError(
                "invalid vm name", field: "name", value: text,
                allowed: "letters, digits and _ - . : / +, not digits alone, at most \(Self.maximumLength)")
        }
        rawValue = text
    }

    /// A name that did not come from a configuration: given to a domain that others made. Any text.
    public init(foreign text: String) { rawValue = text }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ":"): true
        case UInt8(ascii: "/"), UInt8(ascii: "+"): true
        default: false
        }
    }

    public static func < (a: DomainName, b: DomainName) -> Bool { a.rawValue < b.rawValue }
    public var description: String { rawValue }
}
