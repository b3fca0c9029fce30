import DomainLifecycle
import SExpressions

/// The parameters of an operation, by name.
///
/// Each given, known parameter is coerced first, then each must be present; others are ignored. The texts are those of
/// xend 2.0 (reference/http-api.md §4.2).
public struct Arguments: Sendable {
    /// As it came, with fields that nobody asks for.
    public let form: Form

    public init(_ form: Form) { self.form = form }

    /// The values of the parameters, in their order.
    /// - Throws: about the first parameter that cannot be read, else about the first that is missing.
    public func read<each Value>(_ parameters: repeat Parameter<each Value>) throws(Failure) -> (repeat each Value) {
        let given = (repeat try value(of: each parameters))
        return (repeat try require(each parameters, each given))
    }

    private func value<Value>(of parameter: Parameter<Value>) throws(Failure) -> Value? {
        for name in parameter.names {
            let fields = form.values(name)
            guard fields.count <= 1 else { throw Failure(OperationError(.invalid, "Too many values for \(name)")) }
            guard let field = fields.first, !(field.value.isEmpty && parameter.ignoresBlank) else { continue }
            return try parameter.coerce(field)
        }
        return nil
    }

    private func require<Value>(_ parameter: Parameter<Value>, _ value: Value?) throws(Failure) -> Value {
        if let value = value ?? parameter.fallback { return value }
        throw Failure(OperationError(.invalid, "Missing parameter: \(parameter.names[0])"))
    }
}

/// One parameter that an operation knows.
public struct Parameter<Value: Sendable>: Sendable {
    /// The first is the one that messages use; the others are accepted too (reference/http-api.md §7).
    let names: [String]
    /// nil: it must be given.
    var fallback: Value?
    /// A form that was left blank has not given the parameter.
    var ignoresBlank = false
    let coerce: @Sendable (Form.Field) throws(Failure) -> Value

    init(_ names: [String], _ coerce: @escaping @Sendable (Form.Field) throws(Failure) -> Value) {
        self.names = names
        self.coerce = coerce
    }

    func or(_ fallback: Value) -> Parameter {
        var parameter = self
        parameter.fallback = fallback
        return parameter
    }
}
