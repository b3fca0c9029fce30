/// What is pressed together with SysRq: a letter or a digit, to which the guest's kernel gives a meaning (Linux,
/// Documentation/admin-guide/sysrq.rst).
public struct SysRqKey: Hashable, Sendable, CustomStringConvertible {
    /// One that Linux has a meaning for, or some other letter or digit.
    public let character: Character

    /// - Parameter text: the key; or its number in ASCII, of two or three digits.
    ///
    /// nil: it is no key for this.
    public init?(_ text: String) {
        let code = (2...3).contains(text.utf8.count) ? UInt8(text) : nil
        guard let key = code.map({ Character(UnicodeScalar($0)) }) ?? text.first,
            code != nil || text.utf8.count == 1, key.isASCII, key.isLetter || key.isNumber
        else { return nil }
        character = key
    }

    public var description: String { String(character) }
}
