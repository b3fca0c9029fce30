/// A place in SXP text.
public struct SXPPosition: Hashable, Sendable {
    /// The line, counted from 1.
    public var line: Int
    /// The column in bytes, counted from 1.
    public var column: Int
    /// The number of bytes before this place.
    public var offset: Int

    /// The start of the text, unless another place is given.
    public init(line: Int = 1, column: Int = 1, offset: Int = 0) {
        self.line = line
        self.column = column
        self.offset = offset
    }

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
