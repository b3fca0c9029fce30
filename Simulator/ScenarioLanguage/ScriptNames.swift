import SExpressions
import SimulatedHost

/// The hotplug scripts that a scenario can be about: those that every host has, and those that it names anywhere.
struct ScriptNames {
    private let names: Set<String>

    private static let standard = StandardScript.allCases.map(\.rawValue)

    init(_ scenario: Scenario) {
        var words: Set<String> = []
        for member in (scenario.source.list ?? []).dropFirst(2) where member.list?.first?.atom != "fault" {
            Self.collect(member.value, into: &words)
        }
        names = words.union(Self.standard)
    }

    private static func collect(_ value: SExpression, into words: inout Set<String>) {
        if let atom = value.atom { words.insert(last(atom)) }
        for member in value.list ?? [] { collect(member, into: &words) }
    }

    private static func last(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

    /// Why a fault in a script would never strike.
    func problem(with path: String) -> String? {
        let name = Self.last(path)
        // A block script is named by the kind of its disk.
        let isOfDisk = name.hasPrefix("block-") && names.contains { $0.hasPrefix(name.dropFirst(6) + ":") }
        guard !names.contains(name), !isOfDisk else { return nil }
        return
            "fault: nothing runs a script \(path)\(Suggestion.phrase(for: name, among: Self.standard)); every host has "
            + Self.standard.joined(separator: ", ") + ", others are made by (script PATH …)"
    }
}
