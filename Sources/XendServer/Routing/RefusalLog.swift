import AccessControl
import HostInterface
import Logging
import Synchronization

/// Tells the log of refused requests: a short line each, and not many of them. Whoever sends refused requests by the thousand must not
/// be able to push out of it what the operator wants to find there.
final class RefusalLog: Sendable {
    /// Longer paths and messages are cut. Characters.
    static let textLimit = 120

    private let logger: Logger
    private let clock: any HostClock
    private let budget: Mutex<LineBudget>

    init(_ logger: Logger, clock: any HostClock) {
        self.logger = logger
        self.clock = clock
        budget = Mutex(LineBudget(at: clock.now))
    }

    func note(_ request: Request, _ error: String) {
        guard logger.logLevel <= .debug, let untold = budget.withLock({ [now = clock.now] in $0.take(at: now) }) else {
            return
        }
        let more = untold == 0 ? "" : " (\(untold) others before it are not told)"
        let who = "\(request.caller)"
        let target = cut(Path.joined(request.target.segments))
        logger.debug("refused \(request.method) \(target) from \(who): \(cut(error))\(more)")
    }

    private func cut(_ text: String) -> String {
        text.count <= Self.textLimit ? text : "\(text.prefix(Self.textLimit))…"
    }
}
