import SExpressions

/// One form, taken apart: `(NAME (on HOST)? ARGUMENT… (expect CHECK…)?)`.
///
/// Everything that reads scenarios goes through here, so that errors always have a place and say what is allowed.
struct FormReader {
    let file: String
    let source: LocatedSExpression
    let name: String
    /// How the form is written, for errors.
    let shape: String
    /// What stands between the name (and `on`) and the end.
    var arguments: [LocatedSExpression]

    /// - Parameter what: "step", "check", …: what is read here.
    init(
        _ value: LocatedSExpression, _ what: String, _ allowed: [Vocabulary.Form], file: String
    ) throws(ScenarioError) {
        self.file = file
        source = value
        let place = ScenarioPlace(file: file, position: value.position)
        guard let members = value.list else {
            throw ScenarioError(
                place,
                "a \(what) is written in parentheses, not \(value.value)\(Self.hint(value.atom, allowed)); "
                    + Self.list(allowed))
        }
        guard let first = members.first else {
            throw ScenarioError(place, "an empty \(what); \(Self.list(allowed))")
        }
        guard let name = first.atom, let shape = allowed.shape(of: name) else {
            if first.atom == "on" {
                throw ScenarioError(
                    place, "(on HOST) must stand first in its form, right behind the name; \(Self.list(allowed))")
            }
            throw ScenarioError(
                ScenarioPlace(file: file, position: first.position),
                "unknown \(what) \(first.value)\(Suggestion.phrase(for: first.atom ?? "", among: allowed.names)); "
                    + Self.list(allowed))
        }
        self.name = name
        self.shape = shape
        arguments = Array(members.dropFirst())
    }

    private static func hint(_ atom: String?, _ allowed: [Vocabulary.Form]) -> String {
        guard let atom, let name = Suggestion.nearest(to: atom, among: allowed.names) else { return "" }
        return " (did you mean \(allowed.shape(of: name) ?? name)?)"
    }

    private static func list(_ allowed: [Vocabulary.Form]) -> String {
        "allowed here: " + allowed.names.joined(separator: ", ")
    }

    var place: ScenarioPlace { ScenarioPlace(file: file, position: source.position) }

    func error(_ message: String, at value: LocatedSExpression? = nil) -> ScenarioError {
        ScenarioError(ScenarioPlace(file: file, position: (value ?? source).position), "\(name): \(message)")
    }

    /// An error that also says how the form is written.
    func misuse(_ message: String, at value: LocatedSExpression? = nil) -> ScenarioError {
        error("\(message); it is written \(shape)", at: value)
    }

    // MARK: Arguments, front to back

    /// The next argument.
    mutating func next(_ what: String) throws(ScenarioError) -> LocatedSExpression {
        guard !arguments.isEmpty else { throw misuse("\(what) is missing") }
        return arguments.removeFirst()
    }

    /// The next argument as a word without names in it.
    mutating func word(_ what: String) throws(ScenarioError) -> String {
        let value = try next(what)
        guard let text = value.atom else { throw misuse("\(what) must be a word, not \(value.value)", at: value) }
        guard Template(value).references.isEmpty else {
            throw misuse("\(what) must be a plain word, not \(text)", at: value)
        }
        return text
    }

    /// The next argument as one of a few words.
    mutating func word<Choice: RawRepresentable & CaseIterable>(
        _ what: String, _: Choice.Type
    ) throws(ScenarioError) -> Choice where Choice.RawValue == String {
        let value = arguments.first
        let word = try word(what, among: Choice.allCases.map(\.rawValue))
        guard let choice = Choice(rawValue: word) else { throw misuse("\(word) is no choice", at: value) }
        return choice
    }

    /// The next argument, which has to be one of a few words.
    mutating func word(_ what: String, among names: [String]) throws(ScenarioError) -> String {
        let value = try next(what)
        guard let text = value.atom, names.contains(text) else {
            throw error(
                "\(what) must be one of \(names.joined(separator: ", ")), not \(value.value)"
                    + Suggestion.phrase(for: value.atom ?? "", among: names), at: value)
        }
        return text
    }

    /// The next argument as an atom in which names may stand.
    mutating func template(_ what: String) throws(ScenarioError) -> Template {
        let value = try next(what)
        guard value.atom != nil else { throw misuse("\(what) must be a word, not \(value.value)", at: value) }
        return Template(value)
    }

    /// The next argument as a form of its own.
    /// - Parameter kind: what is read there, for errors.
    mutating func form(
        _ what: String, _ kind: String, _ allowed: [Vocabulary.Form]
    ) throws(ScenarioError) -> FormReader {
        try FormReader(try next(what), kind, allowed, file: file)
    }

    /// The next argument, whatever it is.
    mutating func value(_ what: String) throws(ScenarioError) -> Template { Template(try next(what)) }

    mutating func number(_ what: String, _ range: ClosedRange<Int>) throws(ScenarioError) -> Int {
        let value = try next(what)
        guard let number = value.atom.flatMap({ Int($0) }), range.contains(number) else {
            throw error(
                "\(what) must be a number from \(range.lowerBound) to \(range.upperBound), not \(value.value)",
                at: value)
        }
        return number
    }

    mutating func time(_ what: String) throws(ScenarioError) -> Duration {
        let value = try next(what)
        guard let text = value.atom, let duration = TimeText.duration(text) else {
            throw error(
                "\(what) must be a number with a unit (us ms s m h), as in 500ms or 2s, not \(value.value)", at: value)
        }
        return duration
    }

    /// Bytes: a number, or one with K, M, G or T.
    mutating func size(_ what: String) throws(ScenarioError) -> UInt64 {
        let value = try next(what)
        guard let text = value.atom, let size = SizeText.bytes(text) else {
            throw error("\(what) must be a number of bytes, or one with K, M, G or T, not \(value.value)", at: value)
        }
        return size
    }

    /// That nothing is left.
    func end() throws(ScenarioError) {
        guard let extra = arguments.first else { return }
        throw misuse("\(extra.value) is too much here", at: extra)
    }

    // MARK: Marked arguments

    /// Takes `(on HOST)` away, if it is the first argument.
    mutating func takeHost() throws(ScenarioError) -> String? {
        guard let first = arguments.first, first.list?.first?.atom == "on" else { return nil }
        guard let members = first.list, members.count == 2, let host = members[1].atom else {
            throw error("(on HOST) names one host, not \(first.value)", at: first)
        }
        arguments.removeFirst()
        return host
    }

    /// Takes the rest, which are forms of one kind.
    mutating func takeForms(_ what: String, _ allowed: [Vocabulary.Form]) throws(ScenarioError) -> [FormReader] {
        var forms: [FormReader] = []
        for argument in arguments { forms.append(try FormReader(argument, what, allowed, file: file)) }
        arguments = []
        return forms
    }

    /// The rest as forms of their own.
    func parts(_ what: String, _ allowed: [Vocabulary.Form]) throws(ScenarioError) -> [FormReader] {
        var parts: [FormReader] = []
        for argument in arguments {
            parts.append(try FormReader(argument, "part of \(what)", allowed, file: file))
        }
        return parts
    }
}

/// Times: a number and one of us, ms, s, m, h. Zero needs no unit.
package enum TimeText {
    private static let units: [(suffix: String, nanoseconds: Double)] = [
        ("us", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9),
    ]

    package static func duration(_ text: String) -> Duration? {
        if text == "0" { return .zero }
        for unit in units where text.hasSuffix(unit.suffix) {
            let digits = text.dropLast(unit.suffix.count)
            guard digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }), let number = Double(digits) else {
                continue
            }
            let nanoseconds = number * unit.nanoseconds
            // A hundred years: longer than any story, and far from overflow.
            guard nanoseconds <= 3.2e18 else { return nil }
            return .nanoseconds(Int64(nanoseconds.rounded()))
        }
        return nil
    }

    /// The time in the largest unit that keeps it whole, or seconds with a fraction.
    package static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let nanoseconds = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
        for (suffix, unit) in [
            ("h", Int64(3_600_000_000_000)), ("m", 60_000_000_000), ("s", 1_000_000_000),
            ("ms", 1_000_000),
        ] where nanoseconds != 0 && nanoseconds % unit == 0 {
            return "\(nanoseconds / unit)\(suffix)"
        }
        return nanoseconds == 0 ? "0s" : "\(nanoseconds / 1000)us"
    }
}

/// Sizes: bytes, or with K, M, G, T.
enum SizeText {
    static func bytes(_ text: String) -> UInt64? {
        let shifts: [Character: UInt64] = ["K": 10, "M": 20, "G": 30, "T": 40]
        guard let last = text.last else { return nil }
        guard let shift = shifts[last] else { return UInt64(text) }
        guard let number = UInt64(text.dropLast()), number < 1 << 20 else { return nil }
        return number << shift
    }
}
