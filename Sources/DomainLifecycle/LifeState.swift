import DomainModel

/// What a domain does on this host, as a picture of its life shows it: what is here and how, not what events suggest.
public enum LifeState: String, Hashable, Sendable, CaseIterable {
    /// Its first or next life is being built.
    case making
    /// Its memory comes from a file or another host; nothing of it runs here yet.
    case arriving
    /// Its cpus may run.
    case running
    /// They run, and its memory is copied meanwhile.
    case copying
    /// Somebody has paused it.
    case paused
    /// It stands still so that the rest of its memory can be copied.
    case suspended
    /// Suspended here, and the other host has the word.
    case handedOver = "handed-over"
    /// Paused here, and it is not known whose it is.
    case inDoubt = "in-doubt"
    /// It has shut down and is kept.
    case exited
    /// It has crashed and is kept.
    case crashed
    /// Its devices and memory are being released.
    case ending
    /// Between two lives: what is left of the last one keeps the next.
    case waiting
    /// Defined, and without a life.
    case kept

    /// For legends, in the words of people.
    public var title: String {
        switch self {
        case .making: "being built"
        case .handedOver: "handed over"
        case .inDoubt: "in doubt"
        case .exited: "shut down"
        case .ending: "being ended"
        case .waiting: "waiting to restart"
        case .kept: "defined, not running"
        case .arriving, .running, .copying, .paused, .suspended, .crashed: rawValue
        }
    }

    /// Whether its cpus may run here.
    public var runs: Bool { self == .running || self == .copying }
}

extension LifeState {
    /// What a domain does here as far as its record and what Xen said last tell; a transfer under way is not in it.
    public init(_ record: DomainRecord, _ report: DomainReport?) {
        self =
            switch record.stage {
            case .creating: .making
            case .live: Self(report)
            case .exited(.crash): .crashed
            case .exited: .exited
            case .ending: .ending
            case .restarting(.booting): .making
            case .restarting: .waiting
            case .inDoubt(.handedOver): .handedOver
            case .inDoubt(.arrived): .inDoubt
            case .defined: .kept
            }
    }

    private init(_ report: DomainReport?) {
        guard let report else {
            self = .running
            return
        }
        if report.shutdownReason == .crash {
            self = .crashed
        } else if report.hasEnded {
            self = .exited
        } else {
            self = report.isPaused ? .paused : .running
        }
    }
}

/// What a transfer does with a domain, as far as its own state does not say so.
public enum Passage: Hashable, Sendable {
    /// Its memory is copied while it runs.
    case copying
    /// It has been made to stand still.
    case suspended
    /// It comes from a file or another host.
    case arriving
}

extension LifeState {
    /// The same while the domain is saved, restored or migrated.
    public func during(_ passage: Passage) -> LifeState {
        switch (self, passage) {
        case (.making, .arriving): .arriving
        case (.running, .copying): .copying
        case (.running, .suspended), (.exited, .suspended): .suspended
        default: self
        }
    }
}
