import DomainLifecycle
import DomainModel
import HostInterface
import HypervisorInterface
import Synchronization

/// A save, restore or migration in progress: what people see of it, and how they end it.
final class TransferTask: Sendable {
    /// Somebody asked for the end.
    struct Cancelled: Error, CustomStringConvertible {
        var description: String { "cancelled" }
    }

    private struct State {
        var information: TaskInformation
        var isCancelled = false
        var onCancel: (@Sendable () async -> Void)?
        var bytes: UInt64 = 0
        var expectedBytes: UInt64 = 0
        var copyStart: Instant?
        var downtimeStart: Instant?
    }

    let id: Int
    private let clock: any HostClock
    private let state: Mutex<State>
    /// Told of what the transfer does with its domain.
    private let onPassage = Mutex<(@Sendable (Passage?) -> Void)?>(nil)

    init(_ information: TaskInformation, clock: any HostClock) {
        id = information.id
        self.clock = clock
        state = Mutex(State(information: information))
    }

    var information: TaskInformation { state.withLock { $0.information } }
    var isCancelled: Bool { state.withLock { $0.isCancelled } }
    var phase: String { information.phase }

    // MARK: Progress

    func enter(_ phase: String) {
        let operation = state.withLock { state in
            state.information.phase = phase
            return state.information.operation
        }
        if operation == "migrate", phase == "copy" { tell(.copying) }
    }

    /// - Parameter body: is told of what the transfer does with its domain; nil: nothing more.
    func onPassage(_ body: @escaping @Sendable (Passage?) -> Void) {
        onPassage.withLock { $0 = body }
        if ["restore", "receive"].contains(information.operation) { body(.arriving) }
    }

    private func tell(_ passage: Passage?) { onPassage.withLock { $0 }?(passage) }

    /// The domain has its id.
    func belongs(to id: DomainID?) { state.withLock { $0.information.domainID = id } }

    /// Bytes are about to flow, about as many as the memory has.
    func beginCopy(of memory: MemorySize) {
        let now = clock.now
        state.withLock { state in
            state.copyStart = state.copyStart ?? now
            state.expectedBytes = max(1, memory.bytes)
        }
    }

    /// Bytes of the image have flowed.
    /// - Throws: `Cancelled`.
    func moved(_ count: Int) throws {
        let now = clock.now
        try state.withLock { state in
            if state.isCancelled { throw Cancelled() }
            state.bytes += UInt64(count)
            let percent = Int(min(99, state.bytes * 100 / state.expectedBytes))
            state.information.percent = max(state.information.percent, percent)
            guard let start = state.copyStart, now > start else { return }
            state.information.rate = UInt64(Double(state.bytes) / (now - start).inSeconds)
        }
    }

    /// A round over the memory is complete.
    func round(_ progress: SaveProgress) {
        state.withLock { state in
            let before = state.information.rounds.reduce(0) { $0 + $1.pagesSent }
            let sent = progress.pagesSent >= before ? progress.pagesSent - before : progress.pagesSent
            // A guest that never settles must not fill the daemon: the limit of rounds is far below this.
            guard state.information.rounds.count < 1000 else { return }
            state.information.rounds.append(TaskRound(pagesSent: sent, pagesDirty: progress.pagesDirty))
            if state.information.rate > 0 {
                let seconds = Double(progress.pagesDirty) * 4096 / Double(state.information.rate)
                state.information.predictedDowntime = .seconds(seconds)
            }
        }
    }

    /// The guest stands still from now on.
    func beginDowntime() {
        let now = clock.now
        state.withLock { $0.downtimeStart = now }
        tell(.suspended)
    }

    /// It runs again, here or there.
    func endDowntime() {
        let now = clock.now
        state.withLock { state in
            if let start = state.downtimeStart { state.information.finalDowntime = now - start }
        }
    }

    // MARK: Ending

    /// What else has to be woken when the task is cancelled.
    func onCancel(_ body: (@Sendable () async -> Void)?) { state.withLock { $0.onCancel = body } }

    /// - Returns: false when it is too late.
    func cancel() async -> Bool {
        let body: (@Sendable () async -> Void)?? = state.withLock { state in
            guard state.information.isCancellable, state.information.outcome == .running else { return nil }
            state.isCancelled = true
            return .some(state.onCancel)
        }
        guard let body else { return false }
        await body?()
        return true
    }

    /// - Throws: `Cancelled`.
    func check() throws { if isCancelled { throw Cancelled() } }

    /// From here on the task cannot be cancelled.
    /// - Throws: `Cancelled`, when it was before.
    func passPointOfNoReturn() throws {
        try state.withLock { state in
            if state.isCancelled { throw Cancelled() }
            state.information.isCancellable = false
        }
    }

    func end(_ outcome: TaskInformation.Outcome, at time: Double) {
        state.withLock { state in
            state.information.outcome = outcome
            state.information.ended = time
            state.information.isCancellable = false
            if outcome == .done { state.information.percent = 100 }
        }
        tell(nil)
    }
}
