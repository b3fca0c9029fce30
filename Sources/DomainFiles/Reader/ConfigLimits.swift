// Everything a configuration file can make grow has its limit here.

/// Bounds of a configuration file. They are far above every honest file, and low enough that a hostile one
/// neither fills the memory nor keeps `xm` busy for a noticeable time.
enum ConfigLimits {
    /// Bytes of one file. The longest sample of the time has four kilobytes.
    static let fileSize = 1 << 20
    /// Brackets, blocks and operators inside each other; keeps the recursive parser off the end of the stack.
    static let nesting = 60
    /// Operators of one kind in a row, as in `a + b + c`.
    static let chain = 200
    /// Expressions and statements evaluated, function bodies counted each time.
    static let steps = 200_000
    /// Calls of functions inside each other.
    static let callDepth = 30
    /// Expressions and statements that are being evaluated inside each other, through all calls: a daemon reads files too, and its threads
    /// have a stack of 2 MB at least. A chain of the longest kind fits.
    static let depth = 300
    /// Lists inside each other in the value of a variable: what takes a value apart, or ends it, goes as deep.
    static let valueDepth = 60
    /// Members of the value of a variable, those of members included.
    static let valueSize = 100_000
    /// Bytes of one string, so that `'x' * 999999999` is refused before it is made.
    static let stringSize = 1 << 16
    /// Members of one list, tuple or dictionary.
    static let members = 4096
    /// Bytes of all strings and list members made during one evaluation (doubling through variables).
    static let allocation = 1 << 24
}
