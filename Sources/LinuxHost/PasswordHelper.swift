import Glibc
import HostInterface
import Synchronization
import SystemPackage

/// Asks PAM in a process of its own: its modules may do anything, such as hang, crash, or change what the process is.
final class PasswordHelper: Sendable {
    /// PAM makes whoever is wrong wait a few seconds; what takes longer hangs.
    static let limit = Duration.seconds(15)
    /// So many are asked at a time.
    static let maximum = 4
    /// Bytes of service, user and password together: they fit into a pipe that nobody reads yet.
    static let requestLimit = 2048
    /// The argument that makes xend the helper.
    static let command = "check-password"

    private let program: String?
    private let limit: Duration
    private let running = Atomic(0)

    /// - Parameters:
    ///   - program: real path; nil: the program that is running.
    ///   - limit: then it is killed.
    init(program: String? = nil, limit: Duration = PasswordHelper.limit) {
        self.program = program
        self.limit = limit
    }

    func judge(_ password: String, of user: String, by service: String) async -> PasswordVerdict {
        let words = [service, user, password]
        guard !words.contains(where: { $0.utf8.contains(0) }), !user.isEmpty,
            words.reduce(0, { $0 + $1.utf8.count + 1 }) <= Self.requestLimit
        else { return .refused }
        let (_, count) = running.add(1, ordering: .relaxed)
        defer { running.subtract(1, ordering: .relaxed) }
        guard count <= Self.maximum else { return .unavailable("too many sign in at once; try again") }
        do {
            return Self.verdict(try await ask(words))
        } catch {
            return .unavailable("cannot ask PAM: \(error)")
        }
    }

    private func ask(_ words: [String]) async throws -> ScriptResult {
        let request = try Pipe()
        defer { try? request.reading.close() }
        do {
            defer { try? request.writing.close() }
            _ = try request.writing.writeAll(words.flatMap { Array($0.utf8) + [0] })
        }
        let path = try program ?? DaemonProcess.ownPath()
        let helper = try RunningScript(realPath: path, arguments: [Self.command], extra: request.reading)
        return try await helper.letRun(until: LinuxClock().now + limit, grace: .milliseconds(100)).0
    }

    private static func verdict(_ result: ScriptResult) -> PasswordVerdict {
        switch result.ending {
        case .exited(PasswordCheck.accepted): .accepted
        case .exited(PasswordCheck.refused): .refused
        case .timedOut: .unavailable("PAM did not answer in time")
        default: .unavailable("PAM could not be asked: \(result.errorOutput.prefix(200))")
        }
    }
}
