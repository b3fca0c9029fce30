/// A parameter of an operation: its names, what it may be, and how its value is read.
public struct Argument<Value: Sendable>: Sendable {
    /// The first is the one that messages use; the others are accepted too: later clients and earlier pages have them.
    public let names: [String]
    /// What it may be, as data: forms, usages and exploration are made from it.
    public let kind: ArgumentKind
    /// nil: it must be given.
    public private(set) var fallback: Value?
    /// A form that was left blank has not given the parameter.
    var ignoresBlank = false
    /// What is said when it is missing; nil: the words that all have.
    var missing: String?
    /// Of several values of one name, the one that is not blank counts: of a file and a text box browsers send both.
    var takesFirstFilled = false
    let coerce: @Sendable (ArgumentText) throws(OperationError) -> Value

    init(
        _ names: [String], _ kind: ArgumentKind,
        _ coerce: @escaping @Sendable (ArgumentText) throws(OperationError) -> Value
    ) {
        self.names = names
        self.kind = kind
        self.coerce = coerce
    }

    /// The same parameter, which may be left out and is this then.
    public func or(_ fallback: Value) -> Argument {
        var argument = self
        argument.fallback = fallback
        return argument
    }

    /// The parameter as data.
    public var description: ArgumentDescription {
        ArgumentDescription(names: names, kind: kind, isRequired: fallback == nil)
    }

    func choose(_ fields: [ArgumentText]) throws(OperationError) -> ArgumentText {
        guard fields.count > 1 else { return fields[0] }
        guard takesFirstFilled else { throw OperationError(.invalid, "Too many values for \(fields[0].name)") }
        return fields.first { !$0.value.isEmpty } ?? fields[0]
    }
}

/// What is known of a parameter without its type.
public struct ArgumentDescription: Hashable, Sendable {
    /// The first is the one that messages use.
    public let names: [String]
    /// What it may be.
    public let kind: ArgumentKind
    /// Whether an operation is refused without it.
    public let isRequired: Bool

    /// The name that messages use.
    public var name: String { names[0] }
}
