import SExpressions
import ScenarioLanguage

/// Makes answers of different runs and machines comparable: what is chosen freely becomes a name in order of appearance (`id1`,
/// `port2`, `mac1`), what differs by nature becomes `_`.
///
/// One normaliser serves one scenario, so that the same id has the same name throughout. Each host counts for itself.
public struct Normaliser {
    private var names: [String: String] = [:]
    private var counts: [String: Int] = [:]
    /// Addresses and ids that the scenario itself chose stay as they are.
    private let literals: Set<String>
    private var host = ""

    /// - Parameter scenario: what it mentions is not replaced.
    public init(_ scenario: Scenario) {
        var words: Set<String> = []
        Self.collect(scenario.source, into: &words)
        literals = words
    }

    private static func collect(_ value: LocatedSExpression, into words: inout Set<String>) {
        switch value.kind {
        case .atom(let text, _): words.insert(text)
        case .list(let members): for member in members { collect(member, into: &words) }
        }
    }

    /// The host whose answers come next.
    public mutating func turn(to host: String) { self.host = host }

    private mutating func name(_ kind: String, _ value: String) -> SExpression { .atom(named(kind, value)) }

    /// What one host tells of another: ids are those of the other.
    private mutating func telling<Told>(of other: String?, _ body: (inout Self) -> Told) -> Told {
        let before = host
        defer { host = before }
        host = other ?? host
        return body(&self)
    }

    private mutating func named(_ kind: String, _ value: String) -> String {
        let key = "\(kind) \(kind == "mac" || kind == "uuid" ? "" : host) \(value)"
        if let known = names[key] { return known }
        let number = (counts[kind] ?? 0) + 1
        counts[kind] = number
        names[key] = "\(kind)\(number)"
        return "\(kind)\(number)"
    }

    // MARK: Values

    /// An answer in SXP.
    public mutating func normalise(_ value: SExpression) -> SExpression {
        switch value {
        case .atom(let text): return .atom(word(text))
        case .list(let members): return list(members, in: nil)
        }
    }

    /// A list; `parent` is the name of the element it stands in.
    private mutating func list(_ members: [SExpression], in parent: String?) -> SExpression {
        guard let head = members.first?.atom else { return .list(members.map { member(of: parent, $0) }) }
        if let event = event(head, members) { return event }
        if Self.hidden.contains(head) { return members.count > 1 ? [.atom(head), "_"] : .list(members) }
        if let parent, Self.chosen[parent]?.contains(head) == true { return [.atom(head), "_"] }
        if Self.nodeFacts.contains(head), parent == "node" { return [.atom(head), "_"] }
        if head == "domain", members.contains(["id", "0"]) { return domainZero(members) }
        if members.count >= 2, let kind = Self.kinds[head], members[1].atom != nil, kind != "id" || parent != "task" {
            let values = members.dropFirst().map { value in value.atom.map { self.named(kind, of: $0) } ?? value }
            return .list([.atom(head)] + values)
        }
        if members.count == 2, head == "id", let id = members[1].atom {
            return [
                .atom(head), .atom(parent == "console" ? named("channel", id) : parent == "domain" ? self.id(id) : id),
            ]
        }
        if members.count == 2, head == "domain", let id = members[1].atom { return [.atom(head), .atom(self.id(id))] }
        if members.count == 2, head == "state", parent == "domain", let state = members[1].atom {
            return [.atom(head), .atom(DomainStates.running.contains(state) ? "running" : state)]
        }
        // Of a migration: the id at either end is that host's.
        let isEnd = head == "src" || head == "dst"
        let other = isEnd ? members.first { $0.name == "host" }?.list?.last?.atom : nil
        let rest = telling(of: other) { this in members.dropFirst().map { this.member(of: head, $0) } }
        return .list([.atom(head)] + rest)
    }

    private mutating func member(of parent: String?, _ value: SExpression) -> SExpression {
        switch value {
        case .atom(let text): .atom(word(text))
        case .list(let members): list(members, in: parent)
        }
    }

    private mutating func named(_ kind: String, of value: String) -> SExpression {
        // 0 means "none" of a port, and what the story chose is its own.
        let isOwn = (kind == "mac" || kind == "uuid") && literals.contains(value)
        if value == "0" || value == "None" || isOwn { return .atom(value) }
        return name(kind, value)
    }

    /// Ids 0 and those that Xen chose; a domain that is defined and does not run has its uuid in their place.
    private mutating func id(_ value: String) -> String {
        if value.isUUID { return literals.contains(value) ? value : named("uuid", value) }
        return value == "0" || Int(value) == nil ? value : named("id", value)
    }

    mutating func idName(_ value: String) -> String { id(value) }
    mutating func portName(_ value: String) -> String { named("port", value) }

    /// What Domain-0 holds and uses is the machine's own affair.
    private func domainZero(_ members: [SExpression]) -> SExpression {
        .list(
            members.map {
                $0.isElement() && $0.list != nil && !["id", "name", "devices"].contains($0.name)
                    ? [.atom($0.name ?? "_"), "_"] : $0
            })
    }

    /// Words in which something chosen freely shows: MAC addresses, uuids, loop devices, interfaces of domains, urls.
    private mutating func word(_ text: String) -> String {
        if literals.contains(text) { return text }
        if text.isMAC { return named("mac", text) }
        if text.isUUID { return named("uuid", text) }
        if text.hasPrefix("/dev/loop") { return named("loop", text) }
        return Self.withoutRemainingTime(text)
    }

    /// How long something takes yet depends on when it was asked: `try again in _ s`.
    private static func withoutRemainingTime(_ text: String) -> String {
        guard let start = text.utf8Range(of: "try again in ", from: 0) else { return text }
        let bytes = Array(text.utf8)
        let rest = bytes[start...].drop { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        return String(decoding: bytes[..<start], as: UTF8.self) + "_" + String(decoding: rest, as: UTF8.self)
    }

    // MARK: Events

    /// `(NAME VALUE)`; nil when this is none of xend's events.
    private mutating func event(_ name: String, _ members: [SExpression]) -> SExpression? {
        guard name.hasPrefix("xend."), members.count == 2 else { return nil }
        switch (name, members[1]) {
        case ("xend.virq", _): return .list(members)
        case (_, .list(let value)) where name.hasPrefix("xend.console.") && value.count >= 3:
            let last = name == "xend.console.create" ? self.named("port", of: value[2].atom ?? "") : "_"
            let second = value[1].atom.map { name == "xend.console.create" ? id($0) : "_" } ?? "_"
            return [.atom(name), [self.named("channel", of: value[0].atom ?? ""), .atom(second), last]]
        case (_, .list(let value)) where name.hasPrefix("xend.domain.") && value.count >= 2:
            let rest = value.dropFirst(2).map { normalise($0) }
            return [.atom(name), .list([value[0], .atom(value[1].atom.map { id($0) } ?? "_")] + rest)]
        default: return nil
        }
    }

    // MARK: Text

    /// A message or header: urls lose their ports, ids of domains get their names.
    public mutating func text(_ text: String) -> String {
        var result: [String] = []
        var previous = ""
        for word in text.split(separator: " ", omittingEmptySubsequences: false).map(String.init) {
            result.append(previous == "domain" && Int(word) != nil ? id(word) : self.word(word))
            previous = word
        }
        return result.joined(separator: " ")
    }

    /// The value of a `Location` header: the host and port are the target's, a number at the end is an id, which is the host's that the
    /// url names.
    public mutating func location(_ url: String) -> String {
        guard let path = url.utf8Range(of: "/xend", from: 0) else { return url }
        var parts = String(decoding: Array(url.utf8)[(path - 5)...], as: UTF8.self).split(separator: "/").map(
            String.init)
        if let last = parts.last, Int(last) != nil {
            let host = url.split(separator: "/").dropFirst().first?.split(separator: ":").first.map(String.init)
            parts[parts.count - 1] = telling(of: host == "localhost" ? nil : host) { $0.id(last) }
        }
        return "http://_/" + parts.joined(separator: "/")
    }

    // MARK: Tables

    /// Times, and what depends on the speed or the history of a machine.
    private static let hidden: Set<String> = [
        "cpu_time", "up_time", "start_time", "restart_time", "started", "ended", "rate", "free_memory", "cpu",
        "predicted_downtime", "final_downtime", "seconds", "device",
    ]
    /// What is chosen freely, or depends on when it was done, by what it stands in.
    private static let chosen: [String: Set<String>] = [
        "record": ["time", "date", "token", "session"], "token": ["id", "created", "expires", "secret"],
        "link": ["secret"], "ticket": ["secret"],
    ]
    /// Facts of the physical machine: everything under `node`.
    private static let nodeFacts: Set<String> = [
        "system", "host", "release", "version", "machine", "cores", "hyperthreads_per_core", "cpu_mhz", "memory",
        "free_memory", "nr_cpus", "nr_nodes", "cores_per_socket", "threads_per_core", "total_memory", "xen_major",
        "xen_minor", "xen_extra", "xen_caps", "xen_scheduler", "xen_pagesize", "xen_changeset", "xen_commandline",
        "cc_compiler", "cc_compile_by", "cc_compile_domain", "cc_compile_date", "xend_config_format",
    ]
    /// Fields whose values are chosen freely, and what they are called.
    private static let kinds: [String: String] = [
        "console_port": "port", "local_port": "evtchn", "remote_port": "evtchn", "evtchn": "evtchn", "mac": "mac",
        "uuid": "uuid", "connected": "peer",
    ]
}

extension String {
    /// Six hex bytes with `:`.
    var isMAC: Bool {
        let parts = split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 6 && parts.allSatisfy { $0.count == 2 && $0.allSatisfy(\.isHexDigit) }
    }

    /// 8-4-4-4-12 hex digits.
    var isUUID: Bool {
        let parts = split(separator: "-", omittingEmptySubsequences: false)
        return parts.map(\.count) == [8, 4, 4, 4, 12] && parts.allSatisfy { $0.allSatisfy(\.isHexDigit) }
    }
}
