import DomainModel

/// How an operation is done: steps in order. It is written to the journal before the first one.
public struct Plan: Hashable, Sendable {
    /// What a step that fails means to the others.
    public enum Direction: String, Hashable, Sendable {
        /// When a step fails, those before it are undone in reverse: all or nothing.
        case undoable
        /// There is no way back: every step is tried, what fails is tried again later.
        case forward
    }

    /// By which the domain is reserved until the plan is finished.
    public let ticket: OperationTicket
    /// When it was decided, in seconds since 1970: the start or restart time of a domain that comes of it.
    public let time: Double
    /// Nothing else is done to it meanwhile.
    public let domain: DomainUUID
    /// What a step that fails means to the others.
    public let direction: Direction
    /// In order.
    public let steps: [Step]
    /// Why it was decided so, where the rules had a choice; empty where somebody just asked for it.
    public let reason: String
    /// Whether it has to be recorded before it is done.
    public let recording: Recording

    /// Whether a daemon killed in the middle leaves something to tidy up, which the journal then has to tell.
    public enum Recording: String, Hashable, Sendable {
        /// There is nothing to tidy up.
        case none
        /// What cannot be recorded is not done.
        case required
        /// What ends or goes on with something that is there is done on a full disk too, and recorded when there is space again: lost,
        /// the next daemon finds the domain gone, or alive as it was recorded.
        case deferrable
    }

    /// Whether the journal tells of it.
    public var isJournaled: Bool { recording != .none }

    public init(
        ticket: OperationTicket, time: Double, domain: DomainUUID, direction: Direction, recording: Recording,
        steps: [Step],
        reason: String = ""
    ) {
        self.ticket = ticket
        self.time = time
        self.domain = domain
        self.direction = direction
        self.recording = recording
        self.steps = steps
        self.reason = reason
    }
}

extension Plan: CustomStringConvertible {
    /// One line per step: `+ step`, with `- undo` below it where there is one.
    public var description: String {
        var lines = ["\(ticket.name) (\(direction.rawValue))"]
        for step in steps {
            lines.append("+ \(step)")
            if direction == .undoable, let undo = step.undo { lines.append("  - \(undo)") }
        }
        return lines.joined(separator: "\n")
    }
}

extension Plan {
    /// `reboot, 14 steps: restart mode always`
    public var summary: String {
        "\(ticket.name), \(steps.count) step\(steps.count == 1 ? "" : "s")" + (reason.isEmpty ? "" : ": \(reason)")
    }
}

/// How a plan went.
public enum Outcome: Hashable, Sendable {
    /// Every step.
    case done
    /// A step failed; everything before it is undone.
    case undone(reason: String)
    /// Forward plans: some steps failed and are to be tried again; what is still held, in words.
    case incomplete(held: [String])

    /// Whether something has to be tried again.
    public var isIncomplete: Bool {
        if case .incomplete = self { return true }
        return false
    }
}

extension Outcome: CustomStringConvertible {
    public var description: String {
        switch self {
        case .done: "done"
        case .undone: "undone"
        case .incomplete: "not complete: it is tried again"
        }
    }
}

/// What has to be done after a plan has ended.
public enum FollowUp: Hashable, Sendable {
    /// Nothing.
    case none
    /// Build the next life now.
    case rebuild
    /// End now what was given up while the plan had the domain.
    case clear
    /// Try to end, or to build, again a little later.
    case retry
}
