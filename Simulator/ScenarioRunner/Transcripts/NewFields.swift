import DomainModel
import SExpressions

/// What answers have that they had not when their transcript was recorded.
///
/// A record of what there is (a domain, a device, a task) may say more than it did: nobody who reads it is harmed, and a field more
/// would otherwise change every transcript there is. Everything else is compared to the letter: a field that is missing, one
/// that says something else, a device too many, an event, a line of the configuration.
public struct NewFields: Sendable {
    /// Where they are: `/domain/console/tty in (create …)`, in the order in which they came.
    public private(set) var places: [String] = []
    /// What was seen, without them.
    public private(set) var remainder = ""

    /// What describes one thing, field by field. In all other lists one more member is one more thing.
    static let records: Set<String> = Set(
        ["domain", "console", "vcpu", "event", "events", "node", "task"] + DeviceType.allCases.map(\.rawValue))

    /// - Parameters:
    ///   - seen: a transcript.
    ///   - recorded: the one that it is held against: its first answer against the first, and so on. From where the two stories
    ///     part, what is new in one of them means nothing; but then they differ before.
    public init(in seen: String, notIn recorded: String) {
        let known = Self.parts(recorded).compactMap(\.answer)
        var count = 0
        var step = ""
        var lines: [String] = []
        for part in Self.parts(seen) {
            switch part {
            case .line(let line):
                if line.hasPrefix("$ ") { step = String(line.dropFirst(2)) }
                lines.append(String(line))
            case .answer(let answer, let text):
                defer { count += 1 }
                guard count < known.count else {
                    lines += text.map(String.init)
                    continue
                }
                let before = places.count
                let kept = self.reduce(answer, to: known[count], path: "", step)
                lines += places.count == before ? text.map(String.init) : Transcript.lines(of: kept)
            }
        }
        remainder = lines.joined(separator: "\n")
    }

    private mutating func reduce(
        _ seen: SExpression, to known: SExpression, path: String, _ step: String
    ) -> SExpression {
        guard let members = seen.list, let knownMembers = known.list else { return seen }
        let path = members.first?.atom.map { "\(path)/\($0)" } ?? path
        let isRecord = seen.name == known.name && seen.name.map(Self.records.contains) ?? false
        let names = Set(knownMembers.filter { $0.isElement() }.compactMap(\.name))
        var kept: [SExpression] = []
        for member in members {
            if isRecord, member.isElement(), let name = member.name, !names.contains(name) {
                places.append("\(path)/\(name) in \(step)")
            } else {
                let partner = kept.count < knownMembers.count ? knownMembers[kept.count] : member
                kept.append(reduce(member, to: partner, path: path, step))
            }
        }
        return .list(kept)
    }

    // MARK: - Taking a transcript apart

    private enum Part {
        case line(Substring)
        case answer(SExpression, [Substring])

        var answer: SExpression? {
            guard case .answer(let value, _) = self else { return nil }
            return value
        }
    }

    /// An answer in SXP is the indented lines from the first that begins with a parenthesis.
    private static func parts(_ transcript: String) -> [Part] {
        var parts: [Part] = []
        var answer: [Substring] = []
        func end() {
            guard !answer.isEmpty else { return }
            if let value = try? SExpression.parseFirst(answer.joined(separator: "\n")) {
                parts.append(.answer(value, answer))
            } else {
                parts += answer.map { .line($0) }
            }
            answer = []
        }
        for line in transcript.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("  ("), answer.isEmpty || !line.hasPrefix("   ") {
                end()
                answer = [line]
            } else if line.hasPrefix("  "), !answer.isEmpty {
                answer.append(line)
            } else {
                end()
                parts.append(.line(line))
            }
        }
        end()
        return parts
    }
}
