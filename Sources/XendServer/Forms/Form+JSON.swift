import SExpressions

extension Form {
    /// Reads `application/json`: an object with a member for each parameter.
    ///
    /// A text, a number, true and false are themselves, null is none. An object is the s-expression that is shown as that object; an
    /// array of numbers is written as one, another array is several values.
    init(json bytes: [UInt8], maximumFields: Int) throws(FormError) {
        self.init()
        guard !bytes.isEmpty else { return }
        guard case .object(let members) = try JSONReader.value(bytes) else {
            throw FormError("JSON: it must be an object with a member for each parameter")
        }
        for member in members { try append(member.name, member.value, maximumFields) }
    }

    private mutating func append(_ name: String, _ value: JSONValue, _ maximumFields: Int) throws(FormError) {
        guard fields.count < maximumFields else { throw FormError("more than \(maximumFields) parameters") }
        switch value {
        case .null: return
        case .flag, .number, .string: append(Field(name, SXPText.bytes(of: value.scalar ?? "")))
        case .object(let members):
            guard members.count == 1 else {
                throw FormError("JSON: \(name) must be an object with one member, as in {\"vm\": {...}}")
            }
            var bytes: [UInt8] = []
            SExpression(named: members[0].name, members[0].value).write(into: &bytes)
            append(Field(name, bytes))
        case .array(let values):
            let numbers = values.compactMap { if case .number(let text) = $0 { text } else { nil } }
            if numbers.count == values.count {
                return append(Field(name, Array("[\(numbers.joined(separator: ","))]".utf8)))
            }
            for value in values {
                if case .array = value { throw FormError("JSON: \(name) has an array in its array") }
                try append(name, value, maximumFields)
            }
        }
    }
}

extension SExpression {
    /// The element that JSON shows as a member of this name and value (`JSONView`).
    init(named name: String, _ value: JSONValue) {
        let elements = Self.elements(named: name, value)
        self = elements.count == 1 ? elements[0] : .list([.atom(name)] + elements)
    }

    /// An array with objects in it, and one of what may be there several times, stands for several elements of one name.
    private static func elements(named name: String, _ value: JSONValue) -> [SExpression] {
        switch value {
        case .null: return [[.atom(name)]]
        case .flag, .number, .string: return [[.atom(name), .atom(value.scalar ?? "")]]
        case .object(let members):
            return [.list([.atom(name)] + members.flatMap { elements(named: $0.name, $0.value) })]
        case .array(let values):
            let hasObjects = values.contains { if case .object = $0 { true } else { false } }
            guard hasObjects || JSONView.repeating.contains(name) else {
                return [.list([.atom(name)] + values.map(plain))]
            }
            return values.flatMap { (value: JSONValue) -> [SExpression] in
                if case .array(let inner) = value { return [.list([.atom(name)] + inner.map(plain))] }
                return elements(named: name, value)
            }
        }
    }

    private static func plain(_ value: JSONValue) -> SExpression {
        switch value {
        case .null: .list([])
        case .flag, .number, .string: .atom(value.scalar ?? "")
        case .array(let values): .list(values.map(plain))
        case .object(let members): .list(members.flatMap { elements(named: $0.name, $0.value) })
        }
    }
}
