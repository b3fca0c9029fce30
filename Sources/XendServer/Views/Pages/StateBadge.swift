import DomainLifecycle

/// The state of a domain in a word, a shape and a colour.
struct StateBadge: Sendable {
    enum Kind: String, Sendable { case good, busy, off, bad }

    var word: String
    var kind: Kind
    var icon: Icon

    init(_ word: String, _ kind: Kind, _ icon: Icon) {
        (self.word, self.kind, self.icon) = (word, kind, icon)
    }

    var view: HTML {
        span(.class("badge \(kind.rawValue)")) {
            icon.view
            word
        }
    }
}

extension DomainInformation {
    /// The state in a word; what keeps an operator from acting as usual comes first.
    var stateBadge: StateBadge {
        switch restartState {
        case .pending?: return StateBadge("restarting", .busy, .busy)
        case .booting?: return StateBadge("building", .busy, .busy)
        case .blocked?: return StateBadge("restart blocked", .bad, .bad)
        case nil: break
        }
        if isInDoubt { return StateBadge("in doubt", .bad, .doubt) }
        if let operation { return StateBadge(operation, .busy, .busy) }
        if state.isCrashed { return StateBadge("crashed", .bad, .bad) }
        if state.isDying { return StateBadge("dying", .bad, .bad) }
        if state.isShutdown {
            return StateBadge("shut down" + (shutdownReason.map { ": \($0)" } ?? ""), .off, .off)
        }
        if state.isPaused { return StateBadge("paused", .off, .paused) }
        return state.isBlocked ? StateBadge("idle", .good, .idle) : StateBadge("running", .good, .running)
    }
}
