/// The methods of a string.
struct TextMethods {
    private let text: String
    private let place: SourcePosition

    init(_ text: String, _ place: SourcePosition) {
        self.text = text
        self.place = place
    }

    /// - Returns: nil: there is no such method.
    func call(
        _ name: String, _ values: [ConfigValue], _ budget: inout EvaluationBudget
    ) throws(Fault) -> ConfigValue? {
        let words = values.compactMap { if case .string(let word) = $0 { word } else { nil } }
        let isOfWords = words.count == values.count
        switch (name, values.count) {
        case ("lower", 0): return .string(text.lowercased())
        case ("upper", 0): return .string(text.uppercased())
        case ("capitalize", 0): return .string(text.prefix(1).uppercased() + text.dropFirst().lowercased())
        case ("isdigit", 0): return .bool(!text.isEmpty && text.allSatisfy(\.isNumber))
        case ("strip", 0): return .string(PythonText.stripped(text))
        case ("strip", 1) where isOfWords, ("lstrip", 0...1) where isOfWords, ("rstrip", 0...1) where isOfWords:
            return .string(Self.trim(text, name, words.first ?? " \t\n\r"))
        case ("startswith", 1) where isOfWords: return .bool(text.hasPrefix(words[0]))
        case ("endswith", 1) where isOfWords: return .bool(text.hasSuffix(words[0]))
        case ("find", 1) where isOfWords, ("count", 1) where isOfWords: return Self.search(text, name, words[0])
        case ("replace", 2) where isOfWords: return try replace(words[0], words[1], &budget)
        case ("zfill", 1):
            guard let width = values[0].integer, width <= ConfigLimits.members else { return nil }
            return .string(String(repeating: "0", count: max(0, width - text.count)) + text)
        case ("split", 0): return .list(text.split { " \t\n\r".contains($0) }.map { .string(String($0)) })
        case ("split", 1) where isOfWords && !words[0].isEmpty:
            return .list(text.split(separator: words[0], omittingEmptySubsequences: false).map { .string(String($0)) })
        case ("join", 1): return try values[0].sequence.map { (members) throws(Fault) in try join(members) }
        case ("format", _): return .string(try format(values))
        default: return nil
        }
    }

    private static func trim(_ text: String, _ name: String, _ letters: String) -> String {
        var result = text[...]
        if name != "rstrip" { result = result.drop { letters.contains($0) } }
        if name != "lstrip" {
            while let last = result.last, letters.contains(last) { result.removeLast() }
        }
        return String(result)
    }

    private static func search(_ text: String, _ name: String, _ part: String) -> ConfigValue {
        guard !part.isEmpty else { return .int(name == "find" ? 0 : text.count + 1) }
        let found = text.ranges(of: part)
        if name == "count" { return .int(found.count) }
        return .int(found.first.map { text.distance(from: text.startIndex, to: $0.lowerBound) } ?? -1)
    }

    /// `"{} {0}".format(…)`: places by their order or number, and nothing else.
    private func format(_ values: [ConfigValue]) throws(Fault) -> String {
        var result = ""
        var rest = text[...]
        var next = 0
        while let letter = rest.popFirst() {
            guard letter == "{" || letter == "}" else {
                result.append(letter)
                continue
            }
            if rest.first == letter {
                rest.removeFirst()
                result.append(letter)
                continue
            }
            guard letter == "{", let end = rest.firstIndex(of: "}") else {
                throw Fault(place, "format() has an odd \"\(letter)\"")
            }
            let field = rest[..<end]
            guard let index = field.isEmpty ? next : Int(field), values.indices.contains(index) else {
                throw Fault(place, "format() takes {} and {NUMBER}, each with its value, not {\(field)}")
            }
            next += 1
            result += values[index].text
            rest = rest[rest.index(after: end)...]
        }
        return result
    }

    private func join(_ members: [ConfigValue]) throws(Fault) -> ConfigValue {
        for member in members {
            guard case .string = member else { throw Fault(place, "join() needs strings, not \(member.typeName)") }
        }
        return .string(members.map(\.text).joined(separator: text))
    }

    private func replace(_ old: String, _ new: String, _ budget: inout EvaluationBudget) throws(Fault) -> ConfigValue {
        // Before it is made.
        let count = old.isEmpty ? 0 : text.ranges(of: old).count
        guard !old.isEmpty else { return .string(text) }
        try budget.count(bytes: text.utf8.count + count * new.utf8.count, at: place)
        return .string(text.replacing(old, with: new))
    }
}
