import DomainLifecycle
import DomainModel

/// A line of the list of domains: one that has a life, or one that is only kept.
enum DomainRow: Sendable {
    case running(DomainInformation)
    case kept(DefinedDomain)

    var name: String {
        switch self {
        case .running(let domain): domain.name
        case .kept(let domain): domain.name
        }
    }

    var uuid: DomainUUID {
        switch self {
        case .running(let domain): domain.uuid
        case .kept(let domain): domain.uuid
        }
    }

    var memory: MemorySize {
        switch self {
        case .running(let domain): domain.memory
        case .kept(let domain): domain.config.memory
        }
    }

    var vcpus: Int {
        switch self {
        case .running(let domain): domain.vcpus
        case .kept(let domain): domain.config.vcpus
        }
    }

    var information: DomainInformation? {
        if case .running(let domain) = self { return domain }
        return nil
    }

    var isDomainZero: Bool { information?.id == .zero }

    var badge: StateBadge {
        switch self {
        case .running(let domain): domain.stateBadge
        case .kept(let domain): StateBadge(domain.word, .off, .off)
        }
    }
}

/// What the list of domains is sorted by.
enum DomainOrder: String, CaseIterable, Sendable {
    case name, id, state, memory, vcpus, cpu, up

    var title: String {
        switch self {
        case .name: "Name"
        case .id: "Id"
        case .state: "State"
        case .memory: "Memory"
        case .vcpus: "Cpus"
        case .cpu: "Cpu time"
        case .up: "Up time"
        }
    }

    func sorted(_ rows: [DomainRow], isDescending: Bool) -> [DomainRow] {
        let keyed = rows.map { (key: key(of: $0), row: $0) }
        let sorted = keyed.sorted { $0.key == $1.key ? $0.row.name < $1.row.name : $0.key < $1.key }
        return (isDescending ? sorted.reversed() : sorted).map(\.row)
    }

    private enum Key: Comparable {
        case number(Double)
        case text(String)
    }

    private func key(of row: DomainRow) -> Key {
        switch self {
        // Domain 0 is the machine's own: it stands before its guests.
        case .name: .text(row.isDomainZero ? "" : row.name.lowercased())
        case .id: .number(row.information.map { Double($0.id.rawValue) } ?? .infinity)
        case .state: .text(row.badge.word)
        case .memory: .number(Double(row.memory.pages))
        case .vcpus: .number(Double(row.vcpus))
        case .cpu: .number(row.information?.cpuTime.map { $0 / .seconds(1) } ?? -1)
        case .up: .number(row.information?.upTime ?? -1)
        }
    }
}

/// Which domains a list shows: `web state:crashed name:db* id:7`; all words have to fit.
struct DomainQuery: Sendable {
    /// As it was typed, without what is too long.
    let text: String
    private let words: [Word]
    /// Words before a colon that mean nothing.
    let unknown: [String]

    private enum Word: Sendable {
        case anywhere(String)
        case name(String)
        case state(String)
        case id(String)
    }

    /// More is no question of a person. Characters.
    static let limit = 200

    init(_ text: String) {
        self.text = String(text.prefix(Self.limit))
        var unknown: [String] = []
        words = self.text.lowercased().split(whereSeparator: \.isWhitespace).map { word in
            guard let colon = word.firstIndex(of: ":") else { return .anywhere(String(word)) }
            let value = String(word[word.index(after: colon)...])
            switch word[..<colon] {
            case "name": return .name(value)
            case "state": return .state(value)
            case "id": return .id(value)
            default:
                unknown.append(String(word[...colon]))
                return .anywhere(String(word))
            }
        }
        self.unknown = unknown
    }

    func matches(_ row: DomainRow) -> Bool {
        words.allSatisfy { word in
            switch word {
            case .anywhere(let text):
                row.name.lowercased().contains(text) || row.badge.word.contains(text)
                    || row.uuid.description.hasPrefix(text)
            case .name(let pattern): Self.matches(row.name.lowercased(), pattern)
            case .state(let pattern):
                Self.matches(row.badge.word.lowercased(), pattern)
                    || Self.matches(String(row.badge.word.lowercased().prefix { $0 != ":" }), pattern)
            case .id(let text): row.information?.id.description == text
            }
        }
    }

    /// `*` stands for anything, several times if need be.
    private static func matches(_ text: String, _ pattern: String) -> Bool {
        let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
        guard parts.count > 1 else { return text == pattern }
        guard text.hasPrefix(parts[0]) else { return false }
        var rest = text.dropFirst(parts[0].count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let place = rest.ranges(of: part).first else { return false }
            rest = rest[place.upperBound...]
        }
        return rest.hasSuffix(parts[parts.count - 1])
    }
}
