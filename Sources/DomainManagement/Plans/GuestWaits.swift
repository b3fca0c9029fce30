import DomainLifecycle
import DomainModel
import HostInterface
import Synchronization

/// Waiting for a guest or a back-end to do its part. It ends at once when nothing is to be waited for any more: a guest that has ended
/// holds nothing, and of a domain that is to be destroyed all goes by force.
final class GuestWaits {
    /// Why a wait ended before its time.
    enum End: Sendable {
        /// It has shut down, crashed, or is gone.
        case guest
        /// Its destruction is due.
        case domain
    }

    private struct Wait {
        var task: Task<Void, Never>
        /// Whether the end of the guest ends it.
        var isForGuest: Bool
        var end: End?
    }

    private let tasks: any TaskSpawner
    /// One for each domain: operations take turns.
    private var waits: [DomainUUID: Wait] = [:]
    /// How many destructions are due or under way.
    private var destructions: [DomainUUID: Int] = [:]

    init(tasks: any TaskSpawner) { self.tasks = tasks }

    /// Whose guests are waited for.
    var domains: [DomainUUID] { waits.filter { $0.value.isForGuest }.keys.sorted { $0.description < $1.description } }

    /// Does `body`, which ends early when it is cancelled.
    ///
    /// - Parameters:
    ///   - isForGuest: whether the end of the guest ends it.
    ///   - begun: runs when the wait can be ended, while `body` goes on.
    /// - Returns: why it was ended early; nil when it was not, and has done what it should.
    /// - Throws: what `body` throws when it was not ended early.
    func wait<Failure: Error>(
        of domain: DomainUUID, isForGuest: Bool, _ body: @escaping @Sendable () async throws(Failure) -> Void,
        begun: () async -> Void
    ) async throws(Failure) -> End? {
        let failure = Mutex<Failure?>(nil)
        let task = tasks.spawn {
            do throws(Failure) {
                try await body()
            } catch {
                failure.withLock { $0 = error }
            }
        }
        waits[domain] = Wait(task: task, isForGuest: isForGuest)
        if destructions[domain] != nil { end(domain, .domain) }
        await begun()
        await task.value
        let end = waits.removeValue(forKey: domain)?.end
        guard let failure = failure.withLock({ $0 }) else { return nil }
        guard let end else { throw failure }
        return end
    }

    /// Nothing is to be waited for any more.
    func end(_ domain: DomainUUID, _ end: End) {
        guard var wait = waits[domain], wait.end == nil, end == .domain || wait.isForGuest else { return }
        wait.end = end
        waits[domain] = wait
        wait.task.cancel()
    }

    /// Whoever waits for a domain's guest keeps its destruction waiting no longer, until ``destructionIsOver(_:)``.
    func destructionIsDue(_ domain: DomainUUID) {
        destructions[domain, default: 0] += 1
        end(domain, .domain)
    }

    func destructionIsOver(_ domain: DomainUUID) {
        let rest = destructions[domain, default: 0] - 1
        destructions[domain] = rest > 0 ? rest : nil
    }
}
