import Glibc
import HostInterface
import SystemPackage

/// How the daemon tells whoever started it that it is ready, or why it is not: `xend start`, through a pipe, or
/// systemd, through its notification socket (sd_notify(3)).
public struct Readiness: Sendable {
    /// The environment variable with the number of the pipe.
    static let variable = "XEND_READY_FD"
    private static let readyWord = "ready"

    private let pipe: FileDescriptor?
    private let socketPath: String?
    /// How often the service manager wants to hear that all is well; nil = never.
    private let watchdogInterval: Duration?

    /// Takes over what the starter handed to this process. Once, at the start of the program.
    public init() {
        let number = getenv(Readiness.variable).flatMap { CInt(String(cString: $0)) }
        pipe = number.flatMap { fcntl($0, F_SETFD, FD_CLOEXEC) == 0 ? FileDescriptor(rawValue: $0) : nil }
        socketPath = getenv("NOTIFY_SOCKET").map { String(cString: $0) }
        let microseconds = getenv("WATCHDOG_USEC").flatMap { Int64(String(cString: $0)) }
        let watched = getenv("WATCHDOG_PID").flatMap { pid_t(String(cString: $0)) } ?? getpid()
        watchdogInterval = watched == getpid() ? microseconds.flatMap { $0 > 0 ? .microseconds($0) : nil } : nil
        for name in ["WATCHDOG_USEC", "WATCHDOG_PID"] { unsetenv(name) }
        unsetenv(Readiness.variable)
        unsetenv("NOTIFY_SOCKET")
        // Whoever typed `xend start` may have had any.
        umask(0o022)
    }

    /// - Parameters:
    ///   - socketPath: where a service manager listens.
    ///   - watchdogInterval: how often it wants to hear that all is well.
    init(socketPath: String, watchdogInterval: Duration?) {
        pipe = nil
        self.socketPath = socketPath
        self.watchdogInterval = watchdogInterval
    }

    /// The daemon answers requests.
    public func announce() {
        tell(Readiness.readyWord)
        // What it was waiting for is over.
        notify("READY=1\nSTATUS=")
    }

    /// What the daemon goes by is being read again, until `reloaded`.
    public func reloading() {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        notify("RELOADING=1\nMONOTONIC_USEC=\(now.tv_sec * 1_000_000 + now.tv_nsec / 1000)")
    }

    /// That is over.
    public func reloaded() { notify("READY=1") }

    /// Whether a service manager has started the daemon, which is then one of the first things after the machine.
    public var isService: Bool { socketPath != nil }

    /// What the daemon is at, for whoever asks the service manager.
    public func say(_ text: String) { notify("STATUS=\(text)") }

    /// Says that all is well, as often as the service manager wants to hear it, each time when `answer` has returned: a daemon that is
    /// stuck says nothing, and is started anew.
    public func keepAlive(_ clock: any HostClock, _ answer: @escaping @Sendable () async -> Void) async {
        guard let watchdogInterval else { return }
        while (try? await clock.sleep(for: watchdogInterval / 3)) != nil {
            await answer()
            notify("WATCHDOG=1")
        }
    }

    /// The daemon ends because it cannot start.
    public func fail(_ reason: String) {
        tell(reason)
        notify("STATUS=\(reason.split(separator: "\n").first ?? "failed")")
    }

    /// The daemon has been asked to end.
    public func stopping() {
        notify("STOPPING=1")
    }

    private func tell(_ text: String) {
        guard let pipe else { return }
        // The starter may have gone; SIGPIPE is ignored by everything that uses sockets.
        signal(SIGPIPE, SIG_IGN)
        _ = try? pipe.writeAll(text.utf8)
        try? pipe.close()
    }

    private func notify(_ text: String) {
        guard let socketPath, socketPath.utf8.count < 108 else { return }
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return }
        defer { close(socket) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // A leading @ stands for the NUL of an abstract name.
        let bytes = socketPath.hasPrefix("@") ? [0] + socketPath.utf8.dropFirst() : Array(socketPath.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = sendto(socket, text, text.utf8.count, Int32(MSG_NOSIGNAL), address, length)
            }
        }
    }

    /// Waits for what the daemon says. Blocks.
    static func await(_ pipe: FileDescriptor, until deadline: Instant) -> DaemonProcess.StartOutcome {
        var said: [UInt8] = []
        while said.count < 4096 {
            var watched = pollfd(fd: pipe.rawValue, events: Int16(POLLIN), revents: 0)
            let left = max(0, (deadline - LinuxClock().now).nanoseconds) / 1_000_000
            let count = poll(&watched, 1, CInt(clamping: left))
            if count == 0 { return .stillStarting }
            if count < 0, errno == EINTR { continue }
            guard let chunk = try? Blocking.chunk(pipe, 4096), !chunk.isEmpty else { break }
            said += chunk
        }
        let text = String(decoding: said, as: UTF8.self)
        if text == readyWord { return .started }
        let silent = "xend ended before it was ready; see \(DaemonProcess.debugLog)"
        return .failed(text.isEmpty ? silent : text)
    }
}
