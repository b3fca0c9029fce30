import DomainModel

/// Where a transfer is, as far as others have to know.
public enum TransferPhase: String, Hashable, Sendable, CaseIterable {
    /// Nothing flows yet: checks, connection, offer.
    case preparing
    /// The guest runs and its memory flows.
    case copying
    /// The guest has been asked to suspend.
    case suspending
    /// It stands still and the rest flows.
    case stopped
    /// Past the point of no return.
    case committing
    /// It is elsewhere; what is left here is released.
    case cleaningUp
    /// It comes from a file or another host.
    case arriving
}

/// What becomes of an operation on a domain that is being saved, restored or migrated.
///
/// | | preparing, copying, suspending | stopped | committing, cleaning up | arriving |
/// |---|---|---|---|---|
/// | pincpu, sched_credit_set | at once | refused | refused | refused |
/// | resolve | refused | refused | at once while committing | refused |
/// | destroy | ends the transfer first | ends the transfer first | queued | ends the transfer first |
/// | everything else | refused | refused | refused | refused |
///
/// What is decided beside a live migration goes with the domain: the source tells it with its last word. A save has nothing beside it, for
/// what stands before the image is written first.
///
/// What is refused says what is allowed. Nothing that changes the domain's shape may meet a copy of it in the making;
/// to queue it
/// for as long as a transfer can last would make clients wait for an answer that is mostly "invalid domain".
public enum TransferAdmission: Hashable, Sendable {
    /// Nothing stands in its way.
    case atOnce
    /// The transfer is cancelled, and when it has ended it is this operation's turn.
    case endsTransfer
    /// When the transfer has ended.
    case queued
    /// - Parameter allowed: names of operations on the wire.
    case refused(allowed: [String])

    /// What becomes of an operation on a domain that is on its way.
    public static func decide(_ operation: DomainOperation, during phase: TransferPhase) -> TransferAdmission {
        switch operation.rule.admission?.inTransfer ?? .no {
        case .besideIt where isScheduled(during: phase): .atOnce
        case .decidesIt where phase == .committing: .atOnce
        case .endsIt: mayBeEnded(during: phase) ? .endsTransfer : .queued
        case .no, .besideIt, .decidesIt: .refused(allowed: allowed(during: phase))
        }
    }

    /// The names of what is allowed at once, or instead of the transfer.
    public static func allowed(during phase: TransferPhase) -> [String] {
        (mayBeEnded(during: phase) ? ["cancel"] : []) + ending + (isScheduled(during: phase) ? beside : [])
    }

    // Whether there is a doubt to decide about is not known here.
    private static let ending = names(.endsIt)
    private static let beside = names(.besideIt)

    private static func names(_ fate: Admission.InTransfer) -> [String] {
        OperationRule.all.filter { $0.admission?.inTransfer == fate }.map(\.name)
    }

    private static func isScheduled(during phase: TransferPhase) -> Bool {
        switch phase {
        case .preparing, .copying, .suspending: true
        case .stopped, .committing, .cleaningUp, .arriving: false
        }
    }

    private static func mayBeEnded(during phase: TransferPhase) -> Bool {
        switch phase {
        case .preparing, .copying, .suspending, .stopped, .arriving: true
        case .committing, .cleaningUp: false
        }
    }
}

extension TransferPhase {
    /// - Parameters:
    ///   - operation: `save`, `restore`, `migrate` or `receive`.
    ///   - phase: as the task shows it.
    public init(operation: String, phase: String, isCancellable: Bool) {
        switch (operation, phase) {
        case (_, "clean-up"): self = .cleaningUp
        case _ where !isCancellable: self = .committing
        case ("restore", _), ("receive", _): self = .arriving
        // What stands before the image is written first: nothing that is decided later would be in it.
        case ("save", _), ("suspend", _), ("dump", _): self = .stopped
        case (_, "suspend"): self = .suspending
        case (_, "stop-and-copy"), (_, "commit"): self = .stopped
        case (_, "copy"): self = .copying
        default: self = .preparing
        }
    }
}
