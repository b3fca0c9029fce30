import Glibc
import HostInterface
import SystemPackage

/// The loop that stands by a running script: collects what it prints, ends its group at the deadline or on order.
/// Blocks.
struct ScriptSupervision {
    enum Cause { case deadline, order }

    private enum Phase { case running, terminating, killing, abandoned }

    /// The script's process group.
    let group: pid_t
    let grace: Duration
    let clock: LinuxClock

    private(set) var output: [UInt8] = []
    private(set) var errorOutput: [UInt8] = []
    /// Why it was ended by us, if it was.
    private(set) var cause: Cause?
    private(set) var hasEnded = false
    private var phase = Phase.running
    /// When the phase is over.
    private var deadline: Instant

    init(group: pid_t, deadline: Instant, grace: Duration, clock: LinuxClock) {
        self.group = group
        self.grace = grace
        self.deadline = deadline
        self.clock = clock
    }

    /// Returns when the script has ended, or could not even be killed.
    mutating func run(
        output: FileDescriptor, errorOutput: FileDescriptor, ended: FileDescriptor, order: FileDescriptor
    ) {
        setNonBlocking(output)
        setNonBlocking(errorOutput)
        var watched = [output, errorOutput, ended, order].map {
            pollfd(fd: $0.rawValue, events: Int16(POLLIN), revents: 0)
        }
        while phase != .abandoned {
            guard poll(&watched, nfds_t(watched.count), milliseconds) >= 0 || errno == EINTR else { break }
            // A stream that has ended would make poll return for ever.
            if watched[0].revents != 0, !drain(output, into: \.output) { watched[0].fd = -1 }
            if watched[1].revents != 0, !drain(errorOutput, into: \.errorOutput) { watched[1].fd = -1 }
            if watched[2].revents != 0 { return finish(output, errorOutput) }
            if watched[3].revents != 0 {
                watched[3].fd = -1
                terminate(because: .order)
            }
            if clock.now >= deadline { escalate() }
        }
    }

    /// Until the phase is over, rounded up.
    private var milliseconds: CInt {
        CInt(clamping: max(0, (deadline - clock.now).nanoseconds) / 1_000_000 + 1)
    }

    private mutating func finish(_ output: FileDescriptor, _ errorOutput: FileDescriptor) {
        hasEnded = true
        // What it printed before its end is in the pipes.
        _ = drain(output, into: \.output)
        _ = drain(errorOutput, into: \.errorOutput)
        // Whoever of the group has survived the order to end. A script that ended by itself may leave something
        // running.
        if cause != nil { kill(-group, SIGKILL) }
    }

    private mutating func escalate() {
        switch phase {
        case .running: terminate(because: .deadline)
        case .terminating:
            kill(-group, SIGKILL)
            enter(.killing)
        case .killing: phase = .abandoned
        case .abandoned: break
        }
    }

    private mutating func terminate(because cause: Cause) {
        guard phase == .running else { return }
        self.cause = cause
        kill(-group, SIGTERM)
        kill(-group, SIGCONT)
        enter(.terminating)
    }

    private mutating func enter(_ phase: Phase) {
        self.phase = phase
        deadline = clock.now + grace
    }

    /// Reads what is there. Returns whether there may be more later.
    private mutating func drain(_ file: FileDescriptor, into bytes: WritableKeyPath<Self, [UInt8]>) -> Bool {
        // Bounded: a script that prints for ever must not keep us from looking at the deadline.
        for _ in 0..<64 {
            do {
                let chunk = try Blocking.chunk(file, 16 * 1024)
                if chunk.isEmpty { return false }
                self[keyPath: bytes] += chunk.prefix(ScriptResult.outputLimit - self[keyPath: bytes].count)
            } catch {
                return error as? Errno == .wouldBlock
            }
        }
        return true
    }

    private func setNonBlocking(_ file: FileDescriptor) {
        _ = fcntl(file.rawValue, F_SETFL, O_NONBLOCK)
    }
}
