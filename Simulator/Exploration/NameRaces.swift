import SExpressions
import ScenarioLanguage
import XendTesting

/// Who was told, within one step, that a name is his: of several that race for one only one may be.
struct NameRaces {
    private var claims: [HostedName: Int] = [:]
    /// Names that the step itself may make free for another.
    private let freed: Set<String>

    private static let freeing: Set<String> = ["destroy", "save", "migrate", "rename", "shutdown"]

    /// - Parameter asked: all operations of the step.
    init(_ asked: [AskedOperation] = []) {
        freed = Set(asked.filter { Self.freeing.contains($0.name) }.map(\.domain))
    }

    /// - Parameter told: what has happened in the step, by topic and name.
    /// - Returns: what is wrong.
    mutating func take(
        _ request: WireRequest, _ answer: Answer, on host: String, _ told: [String: Int]
    ) -> String? {
        guard answer.error == nil, let name = Self.name(request), !freed.contains(name), told["died \(name)"] == nil
        else { return nil }
        let key = HostedName(host: host, name: name)
        claims[key, default: 0] += 1
        return claims[key] == 2 ? "on \(host): two are told that the name \(name) is theirs" : nil
    }

    private static func name(_ request: WireRequest) -> String? {
        func field(_ name: String) -> String? { request.summary.first { $0.name == name }?.value }
        switch field("op") {
        case "create": return field("config").flatMap { try? SExpression.parseFirst($0).childText("name") }
        case "rename": return field("name")
        default: return nil
        }
    }
}
