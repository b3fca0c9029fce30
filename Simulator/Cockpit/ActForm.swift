import SExpressions
import ScenarioLanguage

/// A form of the scenario language as something to fill in: made of the shape that its reader keeps beside it (`Vocabulary`), so that
/// whatever is added to the language can be filled in too.
///
///     (prints TEXT [(times N)])     a field TEXT, and a field N that may stay empty
package struct ActForm: Sendable {
    /// What is filled in.
    package struct Field: Hashable, Sendable {
        /// As the shape has it: `TEXT`, `MB/S`, `ERRNO or STATUS`.
        package var token: String
        /// May stay empty.
        package var isOptional = false
        /// Is taken as it stands, as several values or forms.
        package var isRaw = false
        /// Is there or not: a tick.
        package var isFlag = false
    }

    /// A part of a shape.
    indirect enum Part: Hashable {
        case word(String)
        case field(Int)
        case form(name: String, [Part])
    }

    /// What it is known by: the shape, with one of its choices.
    package let shape: String
    /// The head word.
    package let name: String
    /// In order.
    package private(set) var fields: [Field] = []
    private var parts: [Part] = []

    /// Every way to fill in a shape: one for each of its choices.
    package static func all(_ form: Vocabulary.Form) -> [ActForm] {
        var reader = ShapeReader(String(form.shape.dropFirst().dropLast()))
        _ = reader.word()
        return reader.choices().map { ActForm(form.name, $0) }
    }

    /// - Parameter members: what stands behind the name.
    private init(_ name: String, _ members: [ShapeReader.Member]) {
        self.name = name
        shape = "(" + ([name] + members.map(\.text)).joined(separator: " ") + ")"
        parts = members.map { add($0, isOptional: false) }
    }

    private mutating func add(_ member: ShapeReader.Member, isOptional: Bool) -> Part {
        switch member {
        case .word(let text):
            guard isOptional else { return .word(text) }
            return add(Field(token: text, isOptional: true, isFlag: true))
        case .value(let token): return add(Field(token: token, isOptional: isOptional))
        case .rest(let token): return add(Field(token: token, isOptional: true, isRaw: true))
        case .optional(let inner): return add(inner, isOptional: true)
        case .form(let name, let inner):
            let number = inner.count == 1 ? fields.count : nil
            let parts = inner.map { add($0, isOptional: isOptional) }
            // What a part of a form is about says its name better than its value's.
            if let number, fields.indices.contains(number), !fields[number].isRaw {
                fields[number].token = "\(name) (\(fields[number].token))"
            }
            return .form(name: name, parts)
        }
    }

    private mutating func add(_ field: Field) -> Part {
        fields.append(field)
        return .field(fields.count - 1)
    }

    /// The form with values filled in; of a part all of whose fields are empty nothing is left.
    /// - Parameter host: on which it happens; nil: it does not say.
    package func text(_ values: [String], on host: String? = nil) -> String {
        let on = host.map { ["(on \(SExpression.atom($0).quoted))"] } ?? []
        return "(" + ([name] + on + parts.compactMap { text($0, values) }).joined(separator: " ") + ")"
    }

    private func text(_ part: Part, _ values: [String]) -> String? {
        switch part {
        case .word(let word): return word
        case .field(let number):
            let value = number < values.count ? values[number] : ""
            let field = fields[number]
            if value.isEmpty { return nil }
            return field.isFlag ? field.token : field.isRaw ? value : SExpression.atom(value).quoted
        case .form(let name, let parts):
            let inner = parts.compactMap { text($0, values) }
            if inner.isEmpty, !parts.isEmpty { return nil }
            return "(" + ([name] + inner).joined(separator: " ") + ")"
        }
    }
}

/// Reads the shapes of the vocabulary.
struct ShapeReader {
    indirect enum Member: Hashable {
        case word(String)
        case value(String)
        case rest(String)
        case optional(Member)
        case form(String, [Member])

        var text: String {
            switch self {
            case .word(let text), .value(let text), .rest(let text): text
            case .optional(let inner): "[\(inner.text)]"
            case .form(let name, let inner): "(" + ([name] + inner.map(\.text)).joined(separator: " ") + ")"
            }
        }

        /// Stands for something that somebody chooses.
        var isValue: Bool { if case .value = self { true } else { false } }
    }

    private var rest: Substring

    init(_ text: String) { rest = Substring(text) }

    private mutating func skip() { rest = rest.drop { $0 == " " } }

    mutating func word() -> String {
        skip()
        let word = rest.prefix { !" ()[]|".contains($0) }
        rest = rest.dropFirst(word.count)
        return String(word)
    }

    /// What may stand there, for each of several choices: `a | b` are two. What stands before the last of them belongs to all, unless
    /// it begins with a word, as in `create D KERNEL | destroy D`.
    mutating func choices() -> [[Member]] {
        var choices: [[Member]] = [[]]
        while let next = peek(), next != ")", next != "]" {
            if next == "|" {
                rest.removeFirst()
                choices.append([])
            } else if let member = member() {
                choices[choices.count - 1].append(member)
            }
        }
        guard choices.count > 1, let first = choices.first, first.count > 1, case let head = first[0], !isWord(head)
        else {
            return merged(choices)
        }
        let shared = Array(first.dropLast())
        return merged([Array(first.suffix(1))] + choices.dropFirst()).map { shared + $0 }
    }

    /// A choice between values alone is one value of several kinds.
    private func merged(_ choices: [[Member]]) -> [[Member]] {
        guard choices.count > 1, choices.allSatisfy({ $0.count == 1 && $0[0].isValue }) else { return choices }
        return [[.value(choices.map { $0[0].text }.joined(separator: " or "))]]
    }

    private func isWord(_ member: Member) -> Bool { if case .word = member { true } else { false } }

    private mutating func peek() -> Character? {
        skip()
        return rest.first
    }

    private mutating func member() -> Member? {
        switch rest.first {
        case "(":
            let start = rest
            rest.removeFirst()
            let name = word()
            let inner = choices()
            if rest.first == ")" { rest.removeFirst() }
            if takesMore() { return .rest(String(start[..<rest.startIndex])) }
            return .form(
                name,
                inner.count == 1
                    ? inner[0] : [.rest(inner.map { $0.map(\.text).joined(separator: " ") }.joined(separator: " | "))])
        case "[":
            rest.removeFirst()
            let inner = choices()
            if rest.first == "]" { rest.removeFirst() }
            guard inner.count == 1, inner[0].count == 1 else {
                return .rest(inner.map { $0.map(\.text).joined(separator: " ") }.joined(separator: " | "))
            }
            return .optional(inner[0][0])
        case "\"":
            let text = rest.dropFirst().prefix { $0 != "\"" }
            rest = rest.dropFirst(text.count + 2)
            return .value("TEXT")
        default:
            let word = word()
            if word.hasSuffix("…") { return .rest(word) }
            guard !word.isEmpty else {
                rest = rest.dropFirst()
                return nil
            }
            return word.contains(where: \.isLowercase) ? .word(word) : .value(word)
        }
    }

    private mutating func takesMore() -> Bool {
        guard rest.first == "…" else { return false }
        rest.removeFirst()
        return true
    }
}
