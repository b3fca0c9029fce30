/// What is pressed together with SysRq: a letter or a digit, to which the guest's kernel gives a meaning (Linux,
/// Documentation/admin-guide/sysrq.rst).
public struct SysRqKey: Hashable, Sendable, CustomStringConvertible {
    /// One that Linux has a meaning for, or some other letter or digit.
    public let character: Character

    /// nil: it is no key for this.
    public init?(_ text: String) {
        guard text.utf8.count == 1, let key = text.first, key.isLetter || key.isNumber else { return nil }
        character = key
    }

    public var description: String { String(character) }
}
