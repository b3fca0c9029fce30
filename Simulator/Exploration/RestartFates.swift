import DomainLifecycle
import DomainManagement
import DomainModel
import SExpressions

/// What must become of domains whose guests have exited (manual L4, L5), reckoned from their configurations, what was asked for and
/// how they exited, apart from the daemon's own rules.
struct RestartFates {
    private enum Request: Equatable {
        case none
        case made(String)
        /// Whether it was recorded is not known.
        case unknown
    }
    private enum Fate: String { case end, restart }

    private struct Life {
        var name: String
        /// The exit actions by reason; nil: its configuration was not seen yet.
        var actions: [String: String]?
        var request = Request.none
        /// Told, and perhaps not recorded yet.
        var asked: String?
        var fate: Fate?
        /// How it exited.
        var exit = ""
        var isScheduled = false
        var isBuilding = false
        /// Its end was told.
        var isEnding = false
    }
    /// By the domain's id.
    private var lives: [HostedName: Life] = [:]

    // MARK: What is told

    /// Takes an event of a domain.
    /// - Returns: what is wrong with it.
    mutating func take(_ topic: String, _ detail: String, of name: String, _ id: String, on host: String) -> String? {
        let key = HostedName(host: host, name: id)
        var life = lives[key] ?? Life(name: name)
        life.name = name
        defer { lives[key] = life }
        switch topic {
        case "create":
            let actions = life.isBuilding ? life.actions : nil
            life = Life(name: name, actions: actions)
        case "shutdown": life.asked = detail
        case "exit":
            // Told again by a daemon that was killed in the middle.
            if life.fate != nil { break }
            life.fate = Self.fate(life, detail)
            life.exit = "exited (\(detail)\(Self.words(life.request)))"
            life.request = .none
        case "destroy": return destroyed(&life, on: host)
        case "restart": return restart(detail, &life, on: host)
        default: break
        }
        return nil
    }

    private static func words(_ request: Request) -> String {
        if case .made(let what) = request { return ", asked to \(what)" }
        return ""
    }

    private func destroyed(_ life: inout Life, on host: String) -> String? {
        life.isEnding = true
        guard life.fate == .restart, !life.isScheduled else { return nil }
        life.fate = nil
        return "\(life.name) on \(host) \(life.exit) and must be restarted, but is destroyed"
    }

    private func restart(_ phase: String, _ life: inout Life, on host: String) -> String? {
        let fate = life.fate
        switch phase {
        case "schedule":
            life.isScheduled = true
            // An end that does not get on may be made a reboot.
            if life.isEnding { life.fate = nil }
        case "begin":
            life.isBuilding = true
            life.fate = nil
        case "fail", "cancel":
            life.fate = nil
            life.isScheduled = false
            life.isBuilding = false
        default: life.isBuilding = false
        }
        guard fate == .end, phase != "cancel", life.fate == .end || phase != "schedule" else { return nil }
        life.fate = nil
        return "\(life.name) on \(host) \(life.exit) and must end, but (xend.domain.restart … \(phase)) comes"
    }

    private static func fate(_ life: Life, _ reason: String) -> Fate? {
        guard let actions = life.actions, life.asked == nil, life.request != .unknown else { return nil }
        if life.request == .made("halt") { return .end }
        if reason == "reboot", life.request == .made("reboot") { return .restart }
        switch actions[reason] {
        case "destroy": return .end
        case "restart": return .restart
        default: return nil
        }
    }

    /// A request is recorded when its operation is done.
    mutating func take(_ deed: Deed, on host: String) {
        guard deed.kind == .end, deed.text.hasPrefix("shutdown is "), let name = deed.domain else { return }
        for (key, life) in lives where life.name == name && key.host == host {
            guard let asked = life.asked else { continue }
            lives[key]?.asked = nil
            if deed.text == "shutdown is done" { lives[key]?.request = .made(asked) }
        }
    }

    // MARK: What is seen

    /// Looks at configurations.
    mutating func see(_ domains: [DomainInformation], on host: String) {
        for domain in domains {
            guard let config = domain.config else { continue }
            let key = HostedName(host: host, name: domain.id.description)
            if lives[key] == nil {
                lives[key] = Life(name: domain.name)
                lives[key]?.request = .unknown
            }
            lives[key]?.actions = Self.actions(config)
        }
    }

    /// By the manual's restart modes, and the words of later toolstacks above them; nil: what the mode means is not known here.
    private static func actions(_ config: SExpression) -> [String: String]? {
        let word = config.childText("restart") ?? ""
        guard let mode = word.isEmpty ? .onreboot : RestartMode(rawValue: word) else { return nil }
        var actions =
            switch mode {
            case .always: ["poweroff": "restart", "reboot": "restart", "crash": "restart"]
            case .never: ["poweroff": "destroy", "reboot": "destroy", "crash": "destroy"]
            case .onreboot: ["poweroff": "destroy", "reboot": "restart", "crash": "destroy"]
            }
        for reason in ["poweroff", "reboot", "crash"] {
            if let action = config.childText("on_\(reason)") { actions[reason] = action }
        }
        return actions
    }

    /// Another daemon has begun: what was under way may be recorded or not.
    mutating func daemonChanged(on host: String) {
        for (key, life) in lives where key.host == host && life.asked != nil {
            lives[key]?.asked = nil
            lives[key]?.request = .unknown
        }
    }

    /// No domain is there any more.
    mutating func powerLost(on host: String) {
        lives = lives.filter { $0.key.host != host }
    }

    /// When everything has settled.
    /// - Parameter known: ids of the domains that are there.
    func overdue(_ known: Set<String>, on host: String) -> [String] {
        lives.filter { key, life in
            life.fate == .restart && key.host == host && !known.contains(key.name)
        }
        .map { "\($0.value.name) on \(host) \($0.value.exit) and must be restarted, but has gone" }.sorted()
    }
}
