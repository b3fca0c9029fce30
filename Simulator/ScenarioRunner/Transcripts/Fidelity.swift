import SExpressions

/// Whether two machines told the same story (design/scenarios.md, *Equal*): the same requests and answers in the same order, and
/// for each domain the same events in the same order. When between two answers an event came, and in which order two domains had
/// theirs, is each machine's own.
public enum Fidelity {
    /// How the second transcript differs first; nil when the two are equal.
    public static func difference(_ one: String, _ other: String) -> String? {
        let (one, other) = (Story(one), Story(other))
        if let difference = difference(one.exchanges, other.exchanges) { return difference }
        for subject in Set(one.events.keys).union(other.events.keys).sorted() {
            if let difference = difference(one.events[subject] ?? [], other.events[subject] ?? []) { return difference }
        }
        return nil
    }

    private static func difference(_ one: [String], _ other: [String]) -> String? {
        let index = zip(one, other).prefix { $0 == $1 }.count
        guard index < one.count || index < other.count else { return nil }
        let step = one.prefix(index + 1).last { $0.hasPrefix("$ ") }.map { "in \($0.dropFirst(2)): " } ?? ""
        let (first, second) = (index < one.count ? one[index] : "(nothing)", index < other.count ? other[index] : "(nothing)")
        return "\(step)\(trimmed(first)) | \(trimmed(second))"
    }

    private static func trimmed(_ line: String) -> Substring { line.drop { $0 == " " } }

    /// A transcript taken apart.
    private struct Story {
        var exchanges: [String] = []
        /// By host and domain, or by the event's own name.
        var events: [String: [String]] = [:]

        init(_ transcript: String) {
            var host = ""
            for line in transcript.split(separator: "\n") {
                if line.hasPrefix("@ ") { host = String(line) }
                guard line.hasPrefix("* ") else {
                    exchanges.append(String(line))
                    continue
                }
                guard let event = try? SExpression.parseFirst(String(line.dropFirst(2))), let name = event.name,
                    // How often "look again" is said means nothing.
                    name != "xend.virq"
                else { continue }
                let value = event.list?.dropFirst().first
                let subject = name.hasPrefix("xend.domain.") ? value?.list?.first?.atom : nil
                events["\(host) \(subject ?? name)", default: []].append(String(line))
            }
        }
    }
}
