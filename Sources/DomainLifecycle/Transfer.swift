import DomainModel

/// The one long step of a save, a restore or a migration.
public enum Transfer: Hashable, Sendable {
    /// Writes the domain to a file and leaves it suspended.
    case save(path: String)
    /// Writes the domain to a file and lets it go on, or leaves it paused.
    case checkpoint(path: String, isPaused: Bool)
    /// Writes the domain's memory to a file, as it is.
    case dump(path: String)
    /// Sends the domain to another host, until that host has it.
    case send(to: String)
    /// Gives an empty domain its memory, from a file or from another host.
    case fill(from: String)
    /// A TCP listener for the console on the port it had elsewhere or, when that is taken, on another.
    case openConsole(preferred: UInt16?)
    /// Acts upon an operator's word about a domain in doubt: it stays here, or goes.
    case settle(keep: Bool)

    var undo: Step? {
        switch self {
        // Saving and sending take back by themselves what they did when they fail; what is filled goes with its domain.
        case .save, .checkpoint, .dump, .send, .fill, .settle: nil
        case .openConsole: .closeConsole
        }
    }
}

/// A domain that comes from a save file or from another host.
public struct Arrival: Hashable, Sendable {
    /// Where a domain comes from.
    public enum Source: Hashable, Sendable {
        /// A save file of this host.
        case file(path: String)
        /// Another host, by the name it gives itself.
        case host(String)
    }
    /// Where it comes from.
    public var source: Source
    /// As xend had it where it comes from.
    public var record: DomainRecord
    /// Of the image; the configuration must agree.
    public var kind: GuestKind
    /// As it had.
    public var vcpus: Int
    /// As it had.
    public var memory: MemorySize
    /// As it could have.
    public var maximumMemory: MemorySize
    /// It stays paused.
    public var isPaused: Bool

    public init(
        source: Source, record: DomainRecord, kind: GuestKind, vcpus: Int, memory: MemorySize,
        maximumMemory: MemorySize, isPaused: Bool
    ) {
        self.source = source
        self.record = record
        self.kind = kind
        self.vcpus = vcpus
        self.memory = memory
        self.maximumMemory = maximumMemory
        self.isPaused = isPaused
    }
}

extension Plan {
    /// The domain leaves: to a file or another host.
    public var isDeparture: Bool {
        steps.contains { step in
            switch step {
            case .transfer(.save), .transfer(.send): true
            default: false
            }
        }
    }

    /// The domain leaves for another host.
    var leavesForHost: Bool {
        steps.contains { step in
            if case .transfer(.send) = step { return true }
            return false
        }
    }

    /// The domain is here when the plan is done, and not yet this host's.
    var isArrivalInDoubt: Bool { ticket.name == "receive" }
}
