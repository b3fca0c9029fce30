import HostInterface
import HypervisorInterface
import LinuxHost

/// Xen's own daemons, which start beside xend when the machine does: in which order, and whether, depends on the distribution.
struct XenDaemons {
    let store: any XenStore

    /// systemd waits for xend for two minutes.
    private static let storeLimit = Duration.seconds(90)
    /// It may be there and not say so where we look, and is not needed before somebody wants a console.
    private static let consoleLimit = Duration.seconds(10)
    private static let interval = Duration.milliseconds(200)
    /// Where distributions and versions of Xen have it.
    private static let consoleDaemonFiles = ["/run/xen/xenconsoled.pid", "/run/xenconsoled.pid"]

    /// Returns when xenstored answers and xenconsoled runs; without the latter after a while.
    /// - Throws: `StartFailure`, when xenstored does not answer in time.
    func await(_ readiness: Readiness) async throws {
        guard try await wait(Self.storeLimit, for: "xenstored", readiness, until: storeAnswers) else {
            throw StartFailure(
                "xenstored does not answer after \(Self.storeLimit): Xen's own daemons are started by xen.service (Debian), or by "
                    + "xenstored.service and xenconsoled.service")
        }
        _ = try await wait(Self.consoleLimit, for: "xenconsoled", readiness, until: consoleDaemonRuns)
    }

    private func wait(
        _ limit: Duration, for name: String, _ readiness: Readiness, until isThere: () async -> Bool
    ) async throws -> Bool {
        let clock = LinuxClock()
        let deadline = clock.now + limit
        while await !isThere() {
            guard clock.now < deadline else { return false }
            readiness.say("waits for \(name)")
            try await clock.sleep(for: Self.interval)
        }
        return true
    }

    private func consoleDaemonRuns() async -> Bool {
        for file in Self.consoleDaemonFiles where (try? await LinuxFiles().information(file)) ?? nil != nil {
            return true
        }
        return false
    }

    private func storeAnswers() async -> Bool { (try? await store.readIfPresent("/local/domain/0/name")) != nil }
}
