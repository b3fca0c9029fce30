/// A place in SXP text.
public struct SXPPosition: Hashable, Sendable {
    /// The line, counted from 1.
    public var line = 1
    /// The column in bytes, counted from 1.
    public var column = 1
    /// The number of bytes before this place.
    public var offset = 0

    /// The start of the text.
    public init() {}

    mutating func advance(over byte: UInt8) {
        offset += 1
        if byte == Ascii.lineFeed {
            line += 1
            column = 1
        } else {
            column += 1
        }
    }
}

extension SXPPosition: CustomStringConvertible {
    /// `line:column`.
    public var description: String { "\(line):\(column)" }
}
