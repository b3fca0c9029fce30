// The way in: bytes of a configuration file to the variables it sets.

/// A configuration file of `xm create` or `xl create`, read as data.
///
/// The original executed the file as Python. This reader evaluates the part of Python that such files are written
/// in and refuses the rest with the place and the reason; nothing outside the file is looked at.
public struct ConfigFile: Sendable {
    /// The variables the file has set, in the order in which each was set first.
    public let variables: [(name: String, value: ConfigValueView)]
    /// What the file declared with `xm_vars.var`, for `--help_config`.
    public let declared: [DeclaredVariable]

    /// The names whose values the file has asked for: those are its own, whatever they are called.
    public let read: Set<String>

    /// What the file has printed, a line each.
    public let printed: [String]

    /// A variable the file asks for.
    public struct DeclaredVariable: Equatable, Sendable {
        /// As it stands in the file.
        public var name: String
        /// The file's own explanation of it, empty where it has none.
        public var use: String
    }

    /// How a file is to be read.
    public struct Options: Sendable {
        /// `VAR=VAL` of the command line that are no options of `create`, in order.
        public var arguments: [(name: String, value: String)]
        /// Accept indented lines outside blocks, as `xl` does.
        public var looseIndentation: Bool
        /// Only the declarations are wanted: stop quietly at the first thing that fails.
        public var onlyDeclarations: Bool

        public init(
            arguments: [(name: String, value: String)] = [], looseIndentation: Bool = false,
            onlyDeclarations: Bool = false
        ) {
            self.arguments = arguments
            self.looseIndentation = looseIndentation
            self.onlyDeclarations = onlyDeclarations
        }
    }

    /// Reads and evaluates a file.
    /// - Parameter name: the file as the user named it, for messages and `xm_file`.
    public init(_ bytes: [UInt8], name: String, options: Options = Options()) throws(ConfigFileError) {
        do throws(Fault) {
            let tokens = try Lexer.tokens(of: bytes, looseIndentation: options.looseIndentation)
            let statements = try Parser.statements(of: tokens, looseIndentation: options.looseIndentation)
            var evaluator = Evaluator(file: name, options: options)
            try evaluator.run(statements)
            variables = evaluator.variables
            printed = evaluator.printed
            read = evaluator.read.union(evaluator.declared.map(\.name))
            declared = evaluator.declared.map { DeclaredVariable(name: $0.name, use: $0.use) }
        } catch {
            throw ConfigFileError(file: name, position: error.position, text: error.text)
        }
    }
}

/// A value of a configuration file as the rest of `xm` sees it.
public indirect enum ConfigValueView: Equatable, Sendable {
    /// A whole number.
    case int(Int)
    /// A number with a fraction.
    case float(Double)
    /// A text.
    case string(String)
    /// A list, or a tuple.
    case list([ConfigValueView])
    /// `True` or `False`.
    case bool(Bool)
    /// `None`, tuples, dictionaries and functions, which never set an option.
    case other(String)

    /// The value in one text, as tables of names take it; nil for functions and the like, which are the file's own.
    var word: String? {
        switch self {
        case .int(let number): String(number)
        case .float(let number): PythonText.float(number)
        case .string(let text): text
        case .bool(let value): value ? "1" : "0"
        case .list(let members): members.isEmpty ? "" : "[\(members.compactMap(\.word).joined(separator: ", "))]"
        case .other(let type): type == "None" || type == "tuple" || type == "dict" ? "" : nil
        }
    }

    init(_ value: ConfigValue) {
        switch value {
        case .int(let value): self = .int(value)
        case .float(let value): self = .float(value)
        case .string(let text): self = .string(text)
        case .bool(let value): self = .bool(value)
        case .list(let members): self = .list(members.map(ConfigValueView.init))
        case .none, .tuple, .dictionary, .function, .builtin, .variableTable, .module, .exception:
            self = .other(value.typeName)
        }
    }
}
