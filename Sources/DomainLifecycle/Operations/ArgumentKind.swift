/// What a parameter may be.
public enum ArgumentKind: Hashable, Sendable {
    /// Any text: a path, a host, a URL.
    case text
    /// A decimal integer.
    case integer(ClosedRange<Int>)
    /// 0 or 1.
    case flag
    /// One of these words.
    case word([String])
    /// A cpu's number with -1 for any, or several: `0-1,3`.
    case cpus(ClosedRange<Int>)
    /// A device by its idx; in its last name by what the guest or xenstore calls it.
    case device
    /// One letter or digit, or its number in ASCII.
    case key
    /// A domain's name.
    case name
    /// An s-expression; clients send the contents of a file.
    case expression
}

extension ArgumentKind {
    /// A value that it allows; of configurations one of each that some operation takes.
    var examples: [String] {
        switch self {
        case .text: ["/tmp/x"]
        case .integer(let range): [String(range.contains(0) ? 0 : range.lowerBound)]
        case .flag: ["1", "0"]
        case .word(let words): [words[0]]
        case .cpus, .device: ["0"]
        case .key: ["s"]
        case .name: ["db"]
        case .expression: [Self.domain, "(domain (config \(Self.domain)))", "(vif (bridge br1))"]
        }
    }

    private static let domain = "(vm (name db) (memory 64) (image (linux (kernel /boot/vmlinuz))))"

    /// Values that it does not allow, those nearest to the allowed ones among them.
    public var mistakes: [String] {
        switch self {
        case .text: []
        case .integer(let range):
            ["x", "1.5", ""] + (range.lowerBound > .min ? [String(range.lowerBound - 1)] : [])
                + (range.upperBound < .max ? [String(range.upperBound + 1)] : [])
        case .flag: ["maybe"]
        case .word: ["odd", "\u{0}"]
        case .cpus(let range): ["x", "3-1", String(range.upperBound + 1), String(range.lowerBound - 1)]
        case .device: ["x", "1.5", ""]
        case .key: ["", "sync", "%", "7777", "32"]
        case .name: ["", "a b", "<b>", "a\nb"]
        case .expression: ["", "(", ")"]
        }
    }
}

extension OperationRule {
    /// Parameters that the operation takes, each allowed by its kind: for tests of everything that every operation has to keep.
    public var example: [ArgumentText] {
        for choice in 0..<3 {
            let fields = arguments.map { argument in
                let examples = argument.kind.examples
                return ArgumentText(argument.name, Array(examples[min(choice, examples.count - 1)].utf8))
            }
            if (try? asked(GivenArguments(fields: fields))) != nil { return fields }
        }
        preconditionFailure("\(name) takes nothing that its arguments allow")
    }
}

/// Parameters that are written down.
public struct GivenArguments: ArgumentSource {
    private let fields: [ArgumentText]
    public init(fields: [ArgumentText]) { self.fields = fields }
    public func values(_ name: String) -> [ArgumentText] { fields.filter { $0.name == name } }
}
