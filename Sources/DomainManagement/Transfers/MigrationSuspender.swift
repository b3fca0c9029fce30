import DomainModel
import HypervisorInterface
import Migration
import Synchronization

/// Suspends the guest when the rounds over its memory are not worth their while any more.
final class MigrationSuspender: SaveObserver {
    private let manager: DomainManager
    private let domain: DomainUUID
    private let task: TransferTask
    private let wasPaused: Bool
    private let policy: Mutex<PrecopyPolicy>

    init(manager: DomainManager, domain: DomainUUID, task: TransferTask, wasPaused: Bool, policy: PrecopyPolicy) {
        self.manager = manager
        self.domain = domain
        self.task = task
        self.wasPaused = wasPaused
        self.policy = Mutex(policy)
    }

    func suspend() async throws {
        task.enter("suspend")
        try await manager.suspend(domain, wasPaused: wasPaused, task: task)
        task.enter("stop-and-copy")
    }

    func round(_ progress: SaveProgress) async -> Bool {
        task.round(progress)
        let rate = task.information.rate
        return policy.withLock { $0.goesOn(after: progress, rate: rate) }
    }
}
