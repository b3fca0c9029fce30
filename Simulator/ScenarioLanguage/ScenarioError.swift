import SExpressions

/// A place in a scenario file.
public struct ScenarioPlace: Hashable, Sendable, CustomStringConvertible {
    /// The file as it was named by whoever asked to read it.
    public var file: String
    /// Line and column, from 1.
    public var position: SXPPosition

    public init(file: String, position: SXPPosition = SXPPosition()) {
        self.file = file
        self.position = position
    }

    /// `file:line:column`
    public var description: String { "\(file):\(position)" }
    /// `file:line`
    public var line: String { "\(file):\(position.line)" }
}

/// Why a scenario is refused before anything runs: where, what, and what is allowed there.
public struct ScenarioError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where it is.
    public var place: ScenarioPlace
    /// What is wrong, and what is allowed there.
    public var message: String

    public init(_ place: ScenarioPlace, _ message: String) {
        self.place = place
        self.message = message
    }

    /// What is no s-expression.
    package init(_ error: SXPError, file: String) {
        var message = "\(error)"
        if case .unexpectedEOF(let opened) = error.reason { message += " (what begins at \(opened) is never closed)" }
        self.init(ScenarioPlace(file: file, position: error.position), message)
    }

    /// `file:line:column: message`
    public var description: String { "\(place): \(message)" }
}
