import XendClient

/// Which domains `list` shows, in what order, and with what beside its usual columns.
struct ListChoice {
    private let state: Character?
    private let key: String?
    private let isVerbose, hasLabel, hasPool, hasNode: Bool

    /// The names that Xen 3 had for what a letter of the column says.
    private static let states: [String: Character] = [
        "running": "r", "blocked": "b", "paused": "p", "shutdown": "s", "crashed": "c", "dying": "d",
    ]
    private static let keys = ["name", "id", "mem", "vcpus", "time"]

    init(_ parsed: [ParsedArgument]) throws(XmFailure) {
        isVerbose = parsed.has("verbose")
        hasLabel = parsed.has("context")
        hasPool = parsed.has("cpupool")
        hasNode = parsed.has("numa")
        key = parsed.value("sort")
        if let key, !Self.keys.contains(key) {
            throw .error("\"\(key)\" is nothing to sort by: \(Self.keys.joined(separator: ", "))")
        }
        state = try parsed.value("state").map { text throws(XmFailure) in
            let letter = Self.states[text] ?? (text.count == 1 ? text.first : nil)
            guard let letter, Self.states.values.contains(letter) else {
                throw .error("\"\(text)\" is no state: \(Self.states.keys.sorted().joined(separator: ", "))")
            }
            return letter
        }
    }

    /// All are shown as they come.
    var isAll: Bool { state == nil && key == nil }

    /// Those that are wanted, in the order that is.
    func chosen(_ domains: [DomainInformation]) -> [DomainInformation] {
        let chosen = domains.filter(isChosen)
        switch key {
        case "name": return chosen.sorted { ($0.name ?? "") < ($1.name ?? "") }
        case "id": return chosen.sorted { ($0.id ?? 0) < ($1.id ?? 0) }
        case "mem": return chosen.sorted { ($0.memory ?? 0) > ($1.memory ?? 0) }
        case "vcpus": return chosen.sorted { ($0.vcpus ?? 0) > ($1.vcpus ?? 0) }
        case "time": return chosen.sorted { ($0.cpuTime ?? 0) > ($1.cpuTime ?? 0) }
        default: return chosen
        }
    }

    private func isChosen(_ domain: DomainInformation) -> Bool {
        guard let state else { return true }
        let letters = DomainList.sixLetters(domain)
        // One that waits runs as well, for who asks which do.
        return letters.contains(state) || (state == "r" && letters.contains("b"))
    }

    var furtherHeadings: String {
        (isVerbose
            ? " UUID                            Reason-Code\tSecurity Label" : hasLabel ? "   Security Label" : "")
            + (hasPool ? "         Cpupool" : "") + (hasNode ? " NODE Affinity" : "")
    }

    func furtherColumns(_ domain: DomainInformation) -> String {
        var text = ""
        if isVerbose {
            let code = ["poweroff": 0, "reboot": 1, "suspend": 2, "crash": 3][domain.shutdownReason ?? ""] ?? 0
            let reason = domain.state?.contains("s") == true ? String(code) : "-"
            text += " " + (domain.expression.childText("uuid") ?? "") + " " + reason.aligned(right: 8)
        }
        if isVerbose || hasLabel { text += " " + "-".aligned(right: 16) }
        if hasPool { text += " " + "Pool-0".aligned(right: 15) }
        if hasNode { text += " any node" }
        return text
    }
}
