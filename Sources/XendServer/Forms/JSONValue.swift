/// A value of JSON (RFC 8259). Numbers are kept as they are written.
indirect enum JSONValue: Hashable, Sendable {
    case null
    case flag(Bool)
    case number(String)
    case string(String)
    case array([JSONValue])
    /// In the order in which the members stand.
    case object([Member])

    struct Member: Hashable, Sendable {
        var name: String
        var value: JSONValue
    }

    /// An object with these members.
    static func members(_ members: (String, JSONValue)...) -> JSONValue {
        .object(members.map { Member(name: $0.0, value: $0.1) })
    }

    /// The text of what is neither an array nor an object; nil for those, and for null.
    var scalar: String? {
        switch self {
        case .flag(let flag): flag ? "true" : "false"
        case .number(let text), .string(let text): text
        case .null, .array, .object: nil
        }
    }
}

extension JSONWriter {
    /// Any value.
    mutating func value(_ value: JSONValue) {
        switch value {
        case .null: raw("null")
        case .flag(let flag): raw(flag ? "true" : "false")
        case .number(let text): raw(text)
        case .string(let text): string(text)
        case .array(let values): array(values) { $0.value($1) }
        case .object(let members): object(members.map { ($0.name, $0.value) }) { $0.value($1) }
        }
    }
}
