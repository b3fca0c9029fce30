/// Reads one value of JSON (RFC 8259).
struct JSONReader {
    /// Deeper nesting is a mistake or an attack.
    static let maximumDepth = 64

    private let bytes: [UInt8]
    private var index = 0

    /// - Throws: what is wrong, and where.
    static func value(_ bytes: [UInt8]) throws(FormError) -> JSONValue {
        var reader = JSONReader(bytes: bytes)
        let value = try reader.value(depth: 0)
        reader.skipBlanks()
        guard reader.index == bytes.count else { throw reader.error("something stands behind the value") }
        return value
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private func error(_ text: String) -> FormError { FormError("JSON, byte \(index): \(text)") }

    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipBlanks() {
        while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { index += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func value(depth: Int) throws(FormError) -> JSONValue {
        guard depth < Self.maximumDepth else { throw error("it is nested too deeply") }
        skipBlanks()
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        default: return try word()
        }
    }

    private mutating func object(depth: Int) throws(FormError) -> JSONValue {
        index += 1
        var members: [JSONValue.Member] = []
        skipBlanks()
        if take("}") { return .object([]) }
        repeat {
            skipBlanks()
            guard next == UInt8(ascii: "\"") else { throw error("a name in quotes is missing") }
            let name = try string()
            skipBlanks()
            guard take(":") else { throw error("a colon is missing") }
            members.append(JSONValue.Member(name: name, value: try value(depth: depth + 1)))
            skipBlanks()
        } while take(",")
        guard take("}") else { throw error("} is missing") }
        return .object(members)
    }

    private mutating func array(depth: Int) throws(FormError) -> JSONValue {
        index += 1
        var values: [JSONValue] = []
        skipBlanks()
        if take("]") { return .array([]) }
        repeat {
            values.append(try value(depth: depth + 1))
            skipBlanks()
        } while take(",")
        guard take("]") else { throw error("] is missing") }
        return .array(values)
    }

    private mutating func word() throws(FormError) -> JSONValue {
        let start = index
        while let byte = next, Self.isWord(byte) { index += 1 }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        switch text {
        case "null": return .null
        case "true": return .flag(true)
        case "false": return .flag(false)
        default:
            guard Self.isNumber(text) else {
                index = start
                throw error("no value begins so")
            }
            return .number(text)
        }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
            UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "E"):
            true
        default: false
        }
    }

    private static func isNumber(_ text: String) -> Bool {
        let parts = text.split(omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
        guard parts.count <= 2, let first = parts.first else { return false }
        if parts.count == 2 {
            let exponent = parts[1].drop { $0 == "+" || $0 == "-" }
            guard parts[1].count - exponent.count <= 1, !exponent.isEmpty, exponent.allSatisfy(isDigit) else {
                return false
            }
        }
        let digits = first.hasPrefix("-") ? first.dropFirst() : first
        let halves = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(halves.count), halves.allSatisfy({ !$0.isEmpty && $0.allSatisfy(isDigit) }) else {
            return false
        }
        return halves[0] == "0" || !halves[0].hasPrefix("0")
    }

    private static func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }

    // MARK: Strings

    private mutating func string() throws(FormError) -> String {
        index += 1
        var text: [UInt8] = []
        while let byte = next {
            index += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else { throw error("it is no UTF-8") }
                return string
            case UInt8(ascii: "\\"): text += try escape()
            case ..<0x20: throw error("a control character stands in a string")
            default: text.append(byte)
            }
        }
        throw error("a string is not closed")
    }

    private mutating func escape() throws(FormError) -> [UInt8] {
        guard let byte = next else { throw error("a string is not closed") }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [8]
        case UInt8(ascii: "f"): return [12]
        case UInt8(ascii: "n"): return [10]
        case UInt8(ascii: "r"): return [13]
        case UInt8(ascii: "t"): return [9]
        case UInt8(ascii: "u"): return try scalar()
        default: throw error("there is no such escape")
        }
    }

    /// `XXXX` behind `\u`, or both halves of a surrogate pair.
    private mutating func scalar() throws(FormError) -> [UInt8] {
        var code = try hexadecimal()
        if (0xD800..<0xDC00).contains(code), take("\\"), take("u") {
            let low = try hexadecimal()
            guard (0xDC00..<0xE000).contains(low) else { throw error("half a surrogate pair") }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw error("half a surrogate pair") }
        return Array(String(Character(scalar)).utf8)
    }

    private mutating func hexadecimal() throws(FormError) -> UInt32 {
        let digits = bytes[index..<min(index + 4, bytes.count)]
        guard digits.count == 4, let code = UInt32(String(decoding: digits, as: UTF8.self), radix: 16),
            digits.first != UInt8(ascii: "+")
        else { throw error("four hexadecimal digits are missing") }
        index += 4
        return code
    }
}
