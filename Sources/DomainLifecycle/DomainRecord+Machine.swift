import DomainModel

/// What is started with the machine, and stopped with it.
extension Sequence<DomainRecord> {
    /// Those that are to be started since the machine has, in this order.
    public var due: [DomainRecord] {
        filter(\.isDue).sorted { $0.startPlace < $1.startPlace }
    }

    /// Those that are to be stopped before the machine, in this order.
    public var stopOrder: [DomainRecord] {
        filter { $0.definition != nil && $0.stage == .live && $0.config?.autostart.atShutdown != .ignore }
            .sorted { $1.startPlace < $0.startPlace }
    }
}

extension DomainRecord {
    /// Whether it is to be started since the machine has been, and nothing else is being done to it.
    public var isDue: Bool { stage == .defined && operation == nil && definition?.isDue == true }

    /// By which those that are started with the machine follow each other.
    fileprivate var startPlace: (Int, DomainName) { (config?.autostart.order ?? 0, name) }

    /// The machine has been started: what it is to do with that.
    public func afterReboot() -> DomainRecord? {
        // What had not been taken for good is its old host's.
        guard stage != .inDoubt(.arrived), var record = stage == .defined ? self : afterwards else { return nil }
        record.definition?.isDue = config?.autostart.atBoot == .start
        // Whose it is, the other host knows: it may run there.
        if case .inDoubt = stage {
            record.definition?.isDue = false
            record.held = ["it was on its way between two hosts when the machine was rebooted"]
        }
        return record
    }
}
