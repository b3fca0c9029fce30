// What a configuration file says, before anything of it is evaluated.

/// An expression and where it stands.
struct Expression {
    var position: SourcePosition
    var kind: Kind

    indirect enum Kind {
        case literal(ConfigValue)
        case name(String)
        case list([Expression])
        case tuple([Expression])
        case dictionary([(key: Expression, value: Expression)])
        case unary(String, Expression)
        case binary(String, Expression, Expression)
        /// `a < b <= c`: each operator with its right side.
        case comparison(Expression, [(operation: String, right: Expression)])
        case and(Expression, Expression)
        case or(Expression, Expression)
        case conditional(condition: Expression, then: Expression, otherwise: Expression)
        case call(Expression, [Argument])
        case attribute(Expression, String)
        case item(Expression, Expression)
        case slice(Expression, from: Expression?, to: Expression?)
        /// `[member for target in source if condition]`, also as the one argument of a call.
        case comprehension(Expression, target: Expression, source: Expression, condition: Expression?)
    }

    struct Argument {
        /// Set for `name=value`.
        var name: String?
        var value: Expression
    }
}

/// A statement and where it starts.
struct Statement {
    var position: SourcePosition
    var kind: Kind

    indirect enum Kind {
        case assign(targets: [Expression], value: Expression)
        case augment(target: Expression, operation: String, value: Expression)
        case evaluate(Expression)
        case define(FunctionDefinition)
        case choose([(condition: Expression, body: [Statement])], otherwise: [Statement])
        case raise(exception: Expression?, text: Expression?)
        case giveBack(Expression?)
        /// `for target in source: body`.
        case each(target: Expression, source: Expression, body: [Statement])
        /// `while condition: body`.
        case loop(while: Expression, body: [Statement])
        /// `break`, or `continue`.
        case leaveLoop(forGood: Bool)
        case print([Expression])
        case pass
    }
}

/// `def name(parameters): body`.
struct FunctionDefinition {
    var name: String
    var parameters: [Parameter]
    var body: [Statement]

    struct Parameter {
        var name: String
        var standard: Expression?
    }
}
