import DomainModel
import SExpressions

/// S-expressions as JSON, by one rule for all:
///
/// - An atom that is written as a JSON number, without exponent and with at most 15 digits, is that number; any other
///   is a string.
/// - An element `(name child…)` is an object with the one member `name`. Its value is: nothing but one atom, that atom;
///   elements only, one object with a member for each; anything else, an array. Without children: `null`.
/// - Of elements with the same name side by side the member's value is an array. Those that can be repeated are in an
///   array even if there is only one (`repeating`), and `devices` is an object even if it is empty, so that a field has
///   the same type in every answer.
/// - A list whose first member is a list or a number, an empty list, and an answer that is a plain list (of names, say) is
///   an array; an element whose only child is a list that begins with a number is that array.
///
/// `(domain (id 1) (devices (vif (idx 0))))` is `{"domain":{"id":1,"devices":{"vif":[{"idx":0}]}}}`.
enum JSONView {
    /// Elements that can stand several times side by side.
    static let repeating: Set<String> = [
        "device", "ip", "backend", "vcpu", "event", "round", "notice", "record", "gap", "entry",
        "span", "result",
    ]
    /// The same, where they have elements in them: `(vif (idx 0) (vif 0))` has a plain field of that name.
    static let repeatingObjects = Set(DeviceType.allCases.map(\.rawValue))

    /// - Parameter isPlainList: the value is a list of things, whatever its first member looks like.
    static func bytes(of value: SExpression, isPlainList: Bool) -> [UInt8] {
        var writer = JSONWriter()
        switch value {
        case .list(let members) where isPlainList: writer.array(members) { $0.standalone($1) }
        case .atom, .list: writer.standalone(value)
        }
        writer.bytes.append(UInt8(ascii: "\n"))
        return writer.bytes
    }

    /// What describes a failure (RFC 9457), and its words by the names that they had before: `error` and `kind`.
    static let problemType = "application/problem+json"

    /// `{"type": "about:blank", "title": PHRASE, "status": N, "detail": TEXT, "error": TEXT, "kind": KIND}`
    static func problem(_ text: String, kind: String, status: Int) -> [UInt8] {
        var writer = JSONWriter()
        writer.value(
            .members(
                ("type", .string("about:blank")), ("title", .string(Status.phrase(status))),
                ("status", .number(String(status))), ("detail", .string(text)), ("error", .string(text)),
                ("kind", .string(kind))))
        writer.bytes.append(UInt8(ascii: "\n"))
        return writer.bytes
    }
}

extension JSONWriter {
    /// A value with its name, if it has one.
    fileprivate mutating func standalone(_ value: SExpression) {
        switch value {
        case .atom(let text): atom(text)
        case .list(let members):
            guard Self.isElement(value), let name = value.name else { return array(members) { $0.standalone($1) } }
            object([(name, value)]) { $0.content(of: $1) }
        }
    }

    /// What an element holds.
    private mutating func content(of element: SExpression) {
        let children = element.list.map { Array($0.dropFirst()) } ?? []
        if children.isEmpty { return raw(element.name == "devices" ? "{}" : "null") }
        if children.count == 1, case .atom(let text) = children[0] { return atom(text) }
        if children.allSatisfy(Self.isElement) { return members(children) }
        if children.count == 1, let members = children[0].list, members.first?.atom.map(Self.isNumber) == true {
            return array(members) { $0.standalone($1) }
        }
        array(children) { $0.standalone($1) }
    }

    /// Elements side by side: those of one name are gathered where the first of them stands.
    private mutating func members(_ elements: [SExpression]) {
        var names: [String] = []
        var groups: [String: [SExpression]] = [:]
        for element in elements {
            let name = element.name ?? ""
            if groups[name] == nil { names.append(name) }
            groups[name, default: []].append(element)
        }
        object(names.map { ($0, groups[$0] ?? []) }) { writer, group in
            guard group.count > 1 || group.contains(where: Self.isRepeating) else {
                return writer.content(of: group[0])
            }
            writer.array(group) { $0.content(of: $1) }
        }
    }

    /// Whether it is a name and what belongs to it: numbers are no names.
    private static func isElement(_ value: SExpression) -> Bool {
        value.list != nil && value.name.map { !isNumber($0) } ?? false
    }

    private static func isRepeating(_ element: SExpression) -> Bool {
        guard let name = element.name else { return false }
        let hasObject = element.children().contains { $0.list != nil }
        return JSONView.repeating.contains(name) || JSONView.repeatingObjects.contains(name) && hasObject
    }

    private mutating func atom(_ text: String) {
        JSONWriter.isNumber(text) ? raw(text) : string(text)
    }
}
