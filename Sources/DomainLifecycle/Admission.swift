import DomainModel

/// On which domains an operation is allowed, and when.
public struct Admission: Hashable, Sendable {
    /// What becomes of it while the domain is being saved, restored or migrated.
    public enum InTransfer: Hashable, Sendable {
        /// It is refused.
        case no
        /// It changes nothing that is copied: it is done at once, as long as the guest runs.
        case besideIt
        /// The transfer is ended for it or, where that cannot be, it waits for the end.
        case endsIt
        /// It is the word that a transfer waits for which is past the point of no return.
        case decidesIt
    }

    /// In which stages of a domain.
    public let stages: Stages
    /// What is done to a domain of another toolstack must not get into that toolstack's way.
    public let onForeign: Bool
    /// xend runs in domain 0: what would stop it is refused.
    public let onDomainZero: Bool
    /// While the domain is on its way.
    public let inTransfer: InTransfer

    init(
        _ stages: Stages, onForeign: Bool = false, onDomainZero: Bool = false, inTransfer: InTransfer = .no
    ) {
        self.stages = stages
        self.onForeign = onForeign
        self.onDomainZero = onDomainZero
        self.inTransfer = inTransfer
    }

    /// - Parameter operation: its name, for the words of a refusal.
    func check(_ operation: String, _ record: DomainRecord) throws(Refusal) {
        if record.id == .zero, !onDomainZero { throw .domainZero(operation: operation) }
        if record.isForeign, !onForeign { throw .foreign(operation: operation, title: record.title) }
        guard !stages.contains(record.stage.alone) else { return }
        if stages == .inDoubt { throw .notInDoubt(title: record.title, record.stage) }
        throw .wrongStage(operation: operation, title: record.title, record.stage)
    }
}
