// What can be wrong with a configuration file, and where.

/// A place in a configuration file; both numbers start at 1, columns count characters.
public struct SourcePosition: Equatable, Sendable {
    /// From 1.
    public var line: Int
    /// From 1, in characters.
    public var column: Int

    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

/// A configuration file of `xm create` that could not be read as data.
///
/// It prints as `FILE:LINE:COLUMN: what`, followed by what is supported where that helps.
public struct ConfigFileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file as the user named it.
    public var file: String
    /// Where in the file.
    public var position: SourcePosition
    /// What is wrong, and what would be right.
    public var text: String

    public init(file: String, position: SourcePosition, text: String) {
        self.file = file
        self.position = position
        self.text = text
    }

    public var description: String { "\(file):\(position.line):\(position.column): \(text)" }
}

/// A fault found by a part of the reader that does not know the name of the file.
struct Fault: Error, Equatable {
    var position: SourcePosition
    var text: String

    init(_ position: SourcePosition, _ text: String) {
        self.position = position
        self.text = text
    }
}
