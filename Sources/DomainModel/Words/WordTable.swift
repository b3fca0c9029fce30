import SExpressions

/// All names that some kind of file may have, each with what becomes of it: the one place that says so, for files of `xm` and `xl` as for
/// s-expressions. A name that is not in it is a warning, never nothing (manual, decision 13).
public struct WordTable: Sendable {
    /// Every name, in no order that matters.
    public let words: [ConfigurationWord]
    private let treatments: [String: ConfigurationWord]

    /// What somebody who wrote a name is told.
    public enum Verdict: Hashable, Sendable {
        /// Nothing: it is done, or asks for nothing.
        case accepted
        /// It is without effect.
        case warning(String)
        /// It cannot be done, and going on without it would be less than was asked for.
        case refusal(String)
    }

    init(_ words: [ConfigurationWord]) {
        self.words = words
        treatments = Dictionary(uniqueKeysWithValues: words.map { ($0.name, $0) })
    }

    /// The name's row.
    public subscript(name: String) -> ConfigurationWord? { treatments[name] }

    /// - Parameters:
    ///   - name: as it was written.
    ///   - value: as it was written, in one text.
    ///   - prefix: stands before the name in messages: `vif: `.
    public func verdict(on name: String, value: @autoclosure () -> String, prefix: String = "") -> Verdict {
        guard let word = treatments[name] else {
            let known = words.map(\.name)
            return .warning("\(prefix)unknown name \"\(name)\" is ignored\(Suggestion.phrase(for: name, among: known))")
        }
        switch word.treatment {
        // Whatever its value is: nearly all names are.
        case .done, .told: return .accepted
        case .warned(let why):
            return word.asks(value()) ? .warning("\(prefix)\(name) is without effect: \(why)") : .accepted
        case .refused(let why):
            return word.asks(value()) ? .refusal("\(prefix)\(name) is not supported: \(why)") : .accepted
        }
    }

    /// What is to be said of all members of an element, in their order.
    func verdicts(on element: SExpression, prefix: String = "") -> [Verdict] {
        var verdicts: [Verdict] = []
        for member in element.children() {
            guard let name = member.name else { continue }
            let verdict = verdict(on: name, value: Self.value(of: member), prefix: prefix)
            if verdict != .accepted { verdicts.append(verdict) }
        }
        return verdicts
    }

    private static func value(of member: SExpression) -> String {
        let values = member.children()
        return values.isEmpty ? "" : values.count == 1 ? values[0].atom ?? values[0].description : "\(member)"
    }
}

extension [WordTable.Verdict] {
    /// What is without effect.
    var warnings: [String] {
        compactMap { if case .warning(let text) = $0 { text } else { nil } }
    }

    /// The first thing that cannot be.
    var refusal: ConfigurationError? {
        for case .refusal(let text) in self { return ConfigurationError(text) }
        return nil
    }
}
