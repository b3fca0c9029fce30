// `"text %d" % value`.

import SExpressions

/// Python's `%` formatting of a string with one value, a tuple or a dictionary.
struct PercentFormat {
    private var rest: Substring
    private var values: [ConfigValue]
    private let keys: ConfigValue
    private let place: SourcePosition
    private var result = ""
    private var usedKeys = false

    /// One conversion such as `%-5.2f`.
    private struct Conversion {
        var flags: Set<Character> = []
        var width = 0
        var precision: Int?
    }

    static func format(_ format: String, with value: ConfigValue, at place: SourcePosition) throws(Fault) -> String {
        var formatter = PercentFormat(format, value, place)
        return try formatter.run()
    }

    private init(_ format: String, _ value: ConfigValue, _ place: SourcePosition) {
        rest = format[...]
        keys = value
        self.place = place
        if case .tuple(let members) = value { values = members } else { values = [value] }
    }

    private mutating func run() throws(Fault) -> String {
        while let character = rest.popFirst() {
            if character != "%" {
                result.append(character)
            } else {
                try convert()
            }
            guard result.utf8.count <= ConfigLimits.stringSize else {
                throw Fault(place, "the string would be longer than \(ConfigLimits.stringSize) bytes")
            }
        }
        if !values.isEmpty, !usedKeys {
            // A dictionary that the text does not use is no mistake in Python.
            if case .dictionary = keys { return result }
            throw Fault(place, "the string has fewer % than there are values after it")
        }
        return result
    }

    private mutating func convert() throws(Fault) {
        let key = try readKey()
        let conversion = try readConversion()
        while let letter = rest.first, "hlL".contains(letter) { rest.removeFirst() }
        guard let letter = rest.popFirst() else { throw Fault(place, "the string ends inside a % conversion") }
        if letter == "%" {
            result.append("%")
            return
        }
        let value: ConfigValue
        if let key { value = try lookup(key) } else { value = try next() }
        result += try text(of: value, letter, conversion)
    }

    private mutating func readKey() throws(Fault) -> String? {
        guard rest.first == "(" else { return nil }
        guard let close = rest.firstIndex(of: ")") else { throw Fault(place, "the key after \"%(\" is never closed") }
        let key = String(rest[rest.index(after: rest.startIndex)..<close])
        rest = rest[rest.index(after: close)...]
        return key
    }

    private mutating func readConversion() throws(Fault) -> Conversion {
        var conversion = Conversion()
        while let flag = rest.first, "#0- +".contains(flag) { conversion.flags.insert(rest.removeFirst()) }
        conversion.width = try readSize() ?? 0
        if conversion.width < 0 {
            conversion.flags.insert("-")
            conversion.width = -conversion.width
        }
        if rest.first == "." {
            rest.removeFirst()
            conversion.precision = max(0, try readSize() ?? 0)
        }
        return conversion
    }

    private mutating func readSize() throws(Fault) -> Int? {
        if rest.first == "*" {
            rest.removeFirst()
            guard let size = try next().integer, abs(size) <= 500 else {
                throw Fault(place, "the * in a % conversion needs a number up to 500")
            }
            return size
        }
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        rest = rest.dropFirst(digits.count)
        if digits.isEmpty { return nil }
        guard let size = Int(digits), size <= 500 else { throw Fault(place, "a % conversion wider than 500") }
        return size
    }

    private mutating func next() throws(Fault) -> ConfigValue {
        guard !values.isEmpty else { throw Fault(place, "the string has more % than there are values after it") }
        return values.removeFirst()
    }

    private mutating func lookup(_ key: String) throws(Fault) -> ConfigValue {
        guard case .dictionary(let pairs) = keys else {
            throw Fault(place, "%(\(key)) needs a dictionary after the %, not \(keys.typeName)")
        }
        usedKeys = true
        guard let pair = pairs.first(where: { $0.key.equals(.string(key)) }) else {
            throw Fault(place, "the dictionary has no key \(PythonText.quoted(key))")
        }
        return pair.value
    }

    // MARK: Conversions

    private func text(of value: ConfigValue, _ letter: Character, _ conversion: Conversion) throws(Fault) -> String {
        switch letter {
        case "s", "r":
            let text = letter == "s" ? value.text : value.representation
            return padded("", conversion.precision.map { String(text.prefix($0)) } ?? text, conversion, zeros: false)
        case "d", "i", "u", "x", "X", "o": return try integer(value, letter, conversion)
        case "f", "F", "e", "E", "g", "G": return try float(value, letter, conversion)
        case "c":
            if case .string(let text) = value, text.count == 1 { return padded("", text, conversion, zeros: false) }
            guard let code = value.integer, (0..<256).contains(code) else {
                throw Fault(place, "%c needs one character")
            }
            return padded("", SXPText.string(decoding: [UInt8(code)]), conversion, zeros: false)
        default: throw Fault(place, "%\(letter) is not a conversion")
        }
    }

    private func integer(_ value: ConfigValue, _ letter: Character, _ conversion: Conversion) throws(Fault) -> String {
        var number = value.integer
        if case .float(let float) = value { number = Int(exactly: float.rounded(.towardZero)) }
        guard let number else {
            throw Fault(place, "%\(letter) needs a number, not \(value.representation) (int(value) makes one)")
        }
        let radix = letter == "o" ? 8 : letter == "x" || letter == "X" ? 16 : 10
        var digits = String(number.magnitude, radix: radix, uppercase: letter == "X")
        if let precision = conversion.precision, digits.count < precision {
            digits = String(repeating: "0", count: precision - digits.count) + digits
        }
        var prefix = sign(negative: number < 0, conversion)
        if conversion.flags.contains("#") { prefix += radix == 16 ? "0\(letter)" : radix == 8 ? "0" : "" }
        return padded(prefix, digits, conversion, zeros: true)
    }

    private func float(_ value: ConfigValue, _ letter: Character, _ conversion: Conversion) throws(Fault) -> String {
        guard let number = value.number else {
            throw Fault(place, "%\(letter) needs a number, not \(value.representation)")
        }
        let precision = min(conversion.precision ?? 6, 100)
        let digits = PythonText.printf("%.\(precision)\(letter)", number.magnitude)
        return padded(sign(negative: number.sign == .minus, conversion), digits, conversion, zeros: true)
    }

    private func sign(negative: Bool, _ conversion: Conversion) -> String {
        negative ? "-" : conversion.flags.contains("+") ? "+" : conversion.flags.contains(" ") ? " " : ""
    }

    private func padded(_ prefix: String, _ text: String, _ conversion: Conversion, zeros: Bool) -> String {
        let missing = conversion.width - prefix.count - text.count
        guard missing > 0 else { return prefix + text }
        if conversion.flags.contains("-") { return prefix + text + String(repeating: " ", count: missing) }
        if zeros, conversion.flags.contains("0") { return prefix + String(repeating: "0", count: missing) + text }
        return String(repeating: " ", count: missing) + prefix + text
    }
}
