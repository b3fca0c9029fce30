import SExpressions

/// A parameter as it came: its name and the bytes of its value.
public struct ArgumentText: Hashable, Sendable {
    /// Of the parameter.
    public var name: String
    /// Bytes, for an uploaded file is a value, too.
    public var value: [UInt8]
    /// What a browser called the file whose contents this is.
    public var fileName: String?

    public init(_ name: String, _ value: [UInt8], fileName: String? = nil) {
        self.name = name
        self.value = value
        self.fileName = fileName
    }

    /// The value as text; bytes that are not UTF-8 survive the way back (`SXPText`).
    public var text: String { SXPText.string(decoding: value) }
}

/// Where the parameters of an operation come from: a form of the wire, or what a test writes down.
public protocol ArgumentSource {
    /// Every value of that name, in the order in which they came.
    func values(_ name: String) -> [ArgumentText]
}

extension ArgumentSource {
    /// The values of the parameters, in their order.
    ///
    /// Each given, known parameter is coerced first, then each must be present; others are ignored. The texts are those of xend 2.0.
    /// - Throws: `invalid` about the first parameter that cannot be read, else about the first that is missing.
    public func read<each Value>(
        _ arguments: repeat Argument<each Value>
    ) throws(OperationError) -> (repeat each Value) {
        let given = (repeat try value(of: each arguments))
        return (repeat try require(each arguments, each given))
    }

    private func value<Value>(of argument: Argument<Value>) throws(OperationError) -> Value? {
        for name in argument.names {
            let fields = values(name)
            if fields.isEmpty { continue }
            let field = try argument.choose(fields)
            if field.value.isEmpty, argument.ignoresBlank { continue }
            return try argument.coerce(field)
        }
        return nil
    }

    private func require<Value>(_ argument: Argument<Value>, _ value: Value?) throws(OperationError) -> Value {
        if let value = value ?? argument.fallback { return value }
        throw OperationError(.invalid, argument.missing ?? "Missing parameter: \(argument.names[0])")
    }
}
