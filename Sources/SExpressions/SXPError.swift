/// Why SXP text cannot be read, and where.
public struct SXPError: Error, Hashable, Sendable {
    /// Where reading stopped.
    public let position: SXPPosition
    /// What is wrong there.
    public let reason: Reason

    /// What is wrong. The texts are those of 2004 (reference/sxp.md §2).
    public enum Reason: Hashable, Sendable {
        /// A `)` without a list to close.
        case strayClose
        /// The input ends inside the list or string opened there.
        case unexpectedEOF(opened: SXPPosition)
        /// No value can start with this byte.
        case invalidCharacter(UInt8)
        /// A backslash in a string is followed by this byte, which means nothing there.
        case invalidEscape(UInt8)
        /// `\x` is not followed by two hex digits, but has this byte in their place.
        case invalidHexEscape(UInt8)
        /// An octal escape above 377.
        case octalOutOfRange(Int)
        /// Lists nested deeper than the limit (`SXPLimits.depth`).
        case tooDeep(limit: Int)
        /// A value of more bytes than the limit (`SXPLimits.bytes`).
        case tooLong(limit: Int)
        /// A value of more atoms and lists than the limit (`SXPLimits.values`).
        case tooManyValues(limit: Int)
        /// There is no value where one was needed.
        case noValue
    }

    init(_ reason: Reason, at position: SXPPosition) {
        self.position = position
        self.reason = reason
    }
}

extension SXPError: CustomStringConvertible {
    /// What is wrong, without the position. The texts of the first three and of the octal escape are xend 2.0's.
    public var description: String {
        switch reason {
        case .strayClose: "syntax error: )"
        case .unexpectedEOF: "unexpected EOF"
        case .invalidCharacter(let byte): "invalid character: code \(byte)"
        case .octalOutOfRange(let value): "invalid octal escape: out of range \(String(value, radix: 8))"
        case .invalidEscape(let byte): "invalid escape: backslash before code \(byte)"
        case .invalidHexEscape(let byte): "invalid hex escape: code \(byte) is not a hex digit"
        case .tooDeep(let limit): "lists nested more than \(limit) deep"
        case .tooLong(let limit): "expression longer than \(limit) bytes"
        case .tooManyValues(let limit): "expression of more than \(limit) values"
        case .noValue: "no value"
        }
    }

    /// `file:line:column: what is wrong`, for people who have to find it.
    public func describe(file: String) -> String {
        let message = "\(file):\(position): \(self)"
        guard case .unexpectedEOF(let opened) = reason else { return message }
        return "\(message) (what begins at \(opened) is never closed)"
    }
}
