import HostInterface
import Logging
import Synchronization

/// Tells the log of refused requests: a short line each, and not many of them. Whoever sends refused requests by the thousand must not
/// be able to push out of it what the operator wants to find there.
final class RefusalLog: Sendable {
    /// So many lines may come at once.
    static let burst = 20
    /// Then one in this time.
    static let interval = Duration.seconds(60)
    /// Longer paths and messages are cut. Characters.
    static let textLimit = 120

    private struct State {
        var lines = RefusalLog.burst
        var since: Instant
        var untold = 0
    }

    private let logger: Logger
    private let clock: any HostClock
    private let state: Mutex<State>

    init(_ logger: Logger, clock: any HostClock) {
        self.logger = logger
        self.clock = clock
        state = Mutex(State(since: clock.now))
    }

    func note(_ request: Request, _ error: String) {
        guard logger.logLevel <= .debug, let untold = takeLine() else { return }
        let more = untold == 0 ? "" : " (\(untold) others before it are not told)"
        let who = "\(request.caller)"
        let target = cut(Path.joined(request.target.segments))
        logger.debug("refused \(request.method) \(target) from \(who): \(cut(error))\(more)")
    }

    private func cut(_ text: String) -> String {
        text.count <= Self.textLimit ? text : "\(text.prefix(Self.textLimit))…"
    }

    /// - Returns: how many were not told since the last line; nil when this one is not told either.
    private func takeLine() -> Int? {
        let now = clock.now
        return state.withLock { state in
            let passed = Int((now - state.since) / Self.interval)
            if passed > 0 {
                state.lines = min(Self.burst, state.lines + passed)
                state.since = now
            }
            guard state.lines > 0 else {
                state.untold += 1
                return nil
            }
            state.lines -= 1
            defer { state.untold = 0 }
            return state.untold
        }
    }
}
