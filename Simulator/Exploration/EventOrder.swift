import DomainLifecycle

/// What must come before what among the events of one host (reference/lifecycle-and-events.md §4).
///
/// ```
/// create → (pause | unpause | shutdown)* → exit? → destroy → died → restart begin → create → restart success → …
/// ```
struct EventOrder {
    private enum Phase: String {
        case live, exited
        case ending = "being destroyed"
        case gone
        case building = "being rebuilt"
        case built
    }

    /// By the domain's id. An id that is not here: of that domain anything may come.
    private var phases: [String: Phase] = [:]
    private var newest: UInt64 = 0

    /// Takes the next event.
    /// - Returns: what is wrong with it.
    mutating func take(_ numbered: NumberedEvent) -> String? {
        defer { newest = max(newest, numbered.number) }
        guard numbered.number > newest else { return "event \(numbered.number) comes after event \(newest)" }
        let topics = numbered.event.name.split(separator: ".")
        guard topics.count == 3, topics[1] == "domain", let value = numbered.event.value.list, value.count >= 2,
            let id = value[1].atom
        else { return nil }
        let detail = value.count > 2 ? value[2].atom ?? "" : ""
        guard let problem = move(id, String(topics[2]), detail) else { return nil }
        return "\(numbered.event.expression) comes \(problem)"
    }

    private mutating func move(_ id: String, _ topic: String, _ detail: String) -> String? {
        let phase = phases[id]
        let isWrong: Bool
        switch (topic, detail) {
        case ("create", _):
            isWrong = [.live, .exited, .ending, .built].contains(phase)
            phases[id] = phase == .building ? .built : .live
        case ("pause", _), ("unpause", _), ("shutdown", _):
            isWrong = [.gone, .ending, .building, .built].contains(phase)
        case ("exit", _), ("suspended", _):
            isWrong = [.gone, .ending, .building, .built].contains(phase) || (topic == "exit" && phase == .exited)
            if topic == "exit" { phases[id] = .exited }
        case ("destroy", _):
            isWrong = phase == .gone
            phases[id] = .ending
        case ("died", _):
            isWrong = phase == .gone
            phases[id] = .gone
        case ("restart", "begin"):
            isWrong = [.live, .exited, .ending].contains(phase)
            phases[id] = .building
        case ("restart", "success"):
            isWrong = phase != nil && phase != .built
            phases[id] = .live
        case ("restart", "cancel"):
            isWrong = false
            if phase == .building { phases[id] = .gone }
        default: return nil
        }
        guard isWrong, let phase else { return nil }
        return "when the domain is \(phase.rawValue)"
    }

    /// Whether the domain's latest life is not its first.
    func isRebuilt(_ id: String) -> Bool { phases[id] == .built }

    /// The ids of domains of whose end nobody was told.
    var alive: [String] { phases.filter { $0.value != .gone }.keys.sorted() }

    /// The daemon is another one now: what it has told is not known to all.
    mutating func forget() {
        phases = [:]
        newest = 0
    }
}
