import XendClient

/// Which domains `list` shows, in what order, and with what beside its usual columns.
struct ListChoice {
    private let state: Character?
    private let key: DomainColumn?
    private let isBackwards: Bool
    private let isVerbose, hasLabel, hasPool, hasNode: Bool
    /// The columns that are shown in place of the usual ones.
    let columns: [DomainColumn]?
    /// What is asked of the daemon, where it is not what is there in Xen.
    let asked: String?

    static let stateOption = XmOption(
        "state", nil, value: "STATE",
        "Only domains in this state: running (also blocked), paused, shutdown, crashed, dying, or a letter\nof the column; "
            + "halted or suspended: that are defined and do not run; all.")
    static let sortOption = XmOption("sort", nil, value: "KEY", "By a column; -KEY the other way round.")
    static let columnsOption = XmOption(
        "columns", nil, value: "LIST", "These columns, with commas between them, of\n\(DomainColumn.known).")

    /// The names that Xen 3 had for what a letter of the column says.
    private static let states: [String: Character] = [
        "running": "r", "blocked": "b", "paused": "p", "shutdown": "s", "crashed": "c", "dying": "d",
    ]
    /// Those that only the daemon can list.
    private static let kept = ["all", "halted", "suspended"]

    init(_ parsed: [ParsedArgument]) throws(XmFailure) {
        isVerbose = parsed.has("verbose")
        hasLabel = parsed.has("context")
        hasPool = parsed.has("cpupool")
        hasNode = parsed.has("numa")
        columns = try parsed.value("columns").map { text throws(XmFailure) in try DomainColumn.list(text) }
        let sort = parsed.value("sort")
        let isBackwards = sort?.hasPrefix("-") == true
        self.isBackwards = isBackwards
        key = try sort.map { text throws(XmFailure) in
            let word = isBackwards ? String(text.dropFirst()) : text
            guard let column = DomainColumn(rawValue: word) else {
                throw .error("\"\(word)\" is nothing to sort by: \(DomainColumn.known)")
            }
            return column
        }
        let text = parsed.value("state")
        asked = text.flatMap { Self.kept.contains($0) ? $0 : nil }
        guard let text, asked == nil else {
            state = nil
            return
        }
        let letter = Self.states[text] ?? (text.count == 1 ? text.first : nil)
        guard let letter, Self.states.values.contains(letter) else {
            throw .error("\"\(text)\" is no state: \((Self.states.keys + Self.kept).sorted().joined(separator: ", "))")
        }
        state = letter
    }

    /// All are shown as they come.
    var isAll: Bool { state == nil && key == nil && asked == nil }

    /// Those that are wanted, in the order that is.
    func chosen(_ domains: [DomainInformation]) -> [DomainInformation] {
        let chosen = domains.filter(isChosen)
        guard let key else { return chosen }
        let places = chosen.indices.sorted { one, other in
            let (left, right) = isBackwards ? (other, one) : (one, other)
            if key.comesFirst(chosen[left], chosen[right]) { return true }
            return !key.comesFirst(chosen[right], chosen[left]) && one < other
        }
        return places.map { chosen[$0] }
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
