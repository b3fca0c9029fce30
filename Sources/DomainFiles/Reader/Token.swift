// The words of a configuration file.

/// One token and where it starts.
struct Token: Equatable {
    var kind: Kind
    var position: SourcePosition

    enum Kind: Equatable {
        case name(String)
        case int(Int)
        case float(Double)
        case string(String)
        /// An operator or bracket, in its own spelling.
        case symbol(String)
        /// The end of a logical line; line breaks inside brackets are not tokens.
        case newline
        case indent
        case dedent
        case end
    }
}

extension Token.Kind {
    /// How an error message names the token.
    var spoken: String {
        switch self {
        case .name(let name): "\"\(name)\""
        case .int(let value): "the number \(value)"
        case .float(let value): "the number \(value)"
        case .string: "a string"
        case .symbol(let symbol): "\"\(symbol)\""
        case .newline: "the end of the line"
        case .indent: "an indented line"
        case .dedent: "the end of the block"
        case .end: "the end of the file"
        }
    }
}
