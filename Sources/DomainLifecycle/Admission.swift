import DomainModel

/// Which operation is allowed in which stage: the one table of it.
enum Admission {
    static func check(_ operation: DomainOperation, _ record: DomainRecord) throws(Refusal) {
        try checkDomainZero(operation, record)
        if record.isForeign, !isAllowedOnForeign(operation) {
            throw .foreign(operation: operation.name, title: record.title)
        }
        guard isAllowed(operation, in: record.stage) else {
            throw .wrongStage(operation: operation.name, title: record.title, record.stage)
        }
    }

    private static func isAllowed(_ operation: DomainOperation, in stage: Stage) -> Bool {
        switch stage {
        case .creating: false
        case .live: !isResolve(operation)
        case .inDoubt: isResolve(operation)
        case .exited: isAllowedOnExited(operation)
        case .ending: isDestroy(operation)
        case .restarting(.blocked): isDestroy(operation) || operation == .unpause
        case .restarting: isDestroy(operation)
        }
    }

    private static func isResolve(_ operation: DomainOperation) -> Bool {
        if case .resolve = operation { return true }
        return false
    }

    private static func isDestroy(_ operation: DomainOperation) -> Bool {
        if case .destroy = operation { return true }
        return false
    }

    /// A guest that has stopped can be looked at, renamed and ended.
    private static func isAllowedOnExited(_ operation: DomainOperation) -> Bool {
        switch operation {
        case .destroy, .rename, .pause, .unpause, .setMaximumMemory, .pinCPU, .setScheduler: true
        case .shutdown, .setMemoryTarget, .setVCPUs, .sysrq, .createDevice, .destroyDevice, .configureDevice,
            .configure, .save,
            .migrate, .resolve:
            false
        }
    }

    /// What is done to a domain of another toolstack must not get into that toolstack's way.
    private static func isAllowedOnForeign(_ operation: DomainOperation) -> Bool {
        switch operation {
        case .pause, .unpause, .shutdown, .destroy, .pinCPU, .setVCPUs, .sysrq, .setMaximumMemory, .setMemoryTarget,
            .setScheduler:
            true
        case .createDevice, .destroyDevice, .configureDevice, .configure, .rename, .save, .migrate, .resolve: false
        }
    }

    /// xend runs in domain 0: what would stop it is refused.
    private static func checkDomainZero(_ operation: DomainOperation, _ record: DomainRecord) throws(Refusal) {
        guard record.id == .zero else { return }
        switch operation {
        case .pinCPU, .setMaximumMemory, .setMemoryTarget, .setScheduler, .unpause: return
        case .pause, .shutdown, .destroy, .setVCPUs, .sysrq, .createDevice, .destroyDevice, .configureDevice,
            .configure, .rename,
            .save, .migrate, .resolve:
            throw .domainZero(operation: operation.name)
        }
    }
}
