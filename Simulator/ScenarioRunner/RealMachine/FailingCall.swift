import Glibc
import ScenarioLanguage
import SimulatedHypervisor

/// A call of the daemon that fails because a story says so: what CI/lab/failing is told, which the daemon of such a story is started with.
///
/// It strikes below xend, at the calls of Linux and libxenctrl and at requests to xenstored, with the errno that these have for it.
struct FailingCall {
    /// How many there can be in one story.
    static let limit = 32
    /// Of each, in the file: numbers and texts at fixed places, as `struct rule` of failing.c has them.
    static let size = 1024
    /// Where the first of its numbers stands: whether it is in force.
    static let none = [UInt8](repeating: 0, count: 4)

    /// As the file has it.
    let bytes: [UInt8]

    /// Why there is no such call, or it cannot fail in this way; nil when it can.
    static func obstacle(to rule: FaultRule) -> String? {
        if case .probability = rule.selector { return "chance is of the simulated machine (probability)" }
        switch rule.action {
        case .powerLoss: return "the machine cannot lose its power and go on with the story (power-loss)"
        case .cancel: return "nobody cancels from within a call (cancel)"
        case .stuck, .drop, .cutAfter: return "a call returns or does not (fault \(rule.pattern.kind.rawValue))"
        case .error, .delay, .hang, .torn, .flipped, .short, .killDaemon: break
        }
        let name = rule.pattern.name
        switch rule.pattern.kind {
        case .hypercall where ownCalls.contains(name):
            return "Xen's library makes that call by itself (fault hypercall \(name))"
        case .hypercall where name == "build" && !rule.pattern.detail.isEmpty:
            return "an image is read before it is known for which domain (fault hypercall build)"
        case .xenstore where rule.action == .hang:
            return "xend asks xenstored one thing after another: one that hangs holds all (fault xenstore, hang)"
        case .xenstore where name == "watch" && rule.action.isLate:
            return "events come when they come (fault xenstore watch, delay)"
        case .disk where name == "read" && rule.selector != .always && rule.selector != .nth(1):
            return "how much of a file is read at once is each machine's own (fault disk read, nth)"
        case .disk where name == "read" && rule.pattern.detail.hasPrefix("/boot/"):
            return "Xen's library maps a kernel and does not read it (fault disk read)"
        default: return nil
        }
    }

    /// What libxenctrl and libxenguest do within another call.
    private static let ownCalls: Set = [
        "populate_physmap", "save_pages", "save_end", "restore_pages", "restore_end", "dumpcore_pages",
    ]

    /// - Precondition: there is no obstacle to it.
    init(_ rule: FaultRule) {
        let (selector, number): (Int32, Int64) =
            switch rule.selector {
            case .always, .probability: (0, 0)
            case .nth(let number): (1, Int64(number))
            case .every(let number): (2, Int64(max(1, number)))
            case .after(let time): (3, Self.now + Int64(time / .nanoseconds(1)))
            }
        let (action, value): (Int32, Int64) =
            switch rule.action {
            case .error(let errno): (1, Int64(ErrnoName.number(errno)))
            case .delay(let time): (2, Int64(time / .nanoseconds(1)))
            case .hang: (3, 0)
            case .torn(let count): (4, Int64(count))
            case .flipped(let bit): (5, Int64(bit))
            case .short(let count): (6, Int64(count))
            case .killDaemon(after: false): (7, 0)
            case .killDaemon(after: true): (8, 0)
            case .stuck, .drop, .cutAfter, .cancel, .powerLoss: (0, 0)
            }
        bytes =
            Self.bytes(Int32(1)) + Self.bytes(selector) + Self.bytes(number) + Self.bytes(Int64(0)) + Self.bytes(action)
            + Self.none + Self.bytes(value) + Self.text(rule.pattern.kind.rawValue, 24)
            + Self.text(rule.pattern.name, 128) + Self.text(rule.pattern.detail, 832)
    }

    private static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    private static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }

    /// With a zero behind it.
    private static func text(_ text: String, _ room: Int) -> [UInt8] {
        let bytes = Array(text.utf8.prefix(room - 1))
        return bytes + [UInt8](repeating: 0, count: room - bytes.count)
    }
}

extension FaultAction {
    /// Whether it only takes its time.
    fileprivate var isLate: Bool {
        if case .delay = self { return true }
        return false
    }
}

/// Those of a story, in the file that the daemon's lives share.
final class FailingCalls {
    private static let path = "\(RealMachine.directory)/failing"
    private static let preload = "/etc/ld.so.preload"

    private let library: String
    private var patterns: [FaultPattern] = []

    /// - Throws: when what has to be preloaded does not lie beside this program.
    init() throws(ScenarioFailure) {
        var name = [UInt8](repeating: 0, count: 4096)
        let count = max(0, readlink("/proc/self/exe", &name, name.count))
        let program = String(decoding: name.prefix(count), as: UTF8.self)
        library = (program.lastIndex(of: "/").map { String(program[...$0]) } ?? "") + "failing.so"
        guard access(library, F_OK) == 0 else {
            throw ScenarioFailure("calls cannot fail: there is no \(library) (CI/lab/failing)")
        }
        do {
            try ScenarioFiles.write(Self.path, [UInt8](repeating: 0, count: FailingCall.limit * FailingCall.size))
        } catch {
            throw ScenarioFailure("\(error)")
        }
    }

    /// Whatever is started meanwhile can fail. By no variable: the daemon clears its environment as it starts.
    func preloaded(_ start: () throws(ScenarioFailure) -> Void) throws(ScenarioFailure) {
        do {
            try ScenarioFiles.write(Self.preload, Array("\(library)\n".utf8))
        } catch {
            throw ScenarioFailure("\(error)")
        }
        defer { unlink(Self.preload) }
        try start()
    }

    func add(_ rule: FaultRule) throws(ScenarioFailure) {
        guard patterns.count < FailingCall.limit else {
            throw ScenarioFailure("a story can have \(FailingCall.limit) calls fail on a real machine")
        }
        try put(FailingCall(rule).bytes, at: patterns.count)
        patterns.append(rule.pattern)
    }

    /// Those of this pattern, or all, behave again; what hangs goes on. Their places are not used again.
    func heal(_ pattern: FaultPattern? = nil) throws(ScenarioFailure) {
        for (place, other) in patterns.enumerated() where pattern == nil || pattern == other {
            try put(FailingCall.none, at: place)
        }
    }

    /// The daemon looks at it at any time: what says that it is in force is written last.
    private func put(_ bytes: [UInt8], at place: Int) throws(ScenarioFailure) {
        let file = open(Self.path, O_WRONLY | O_CLOEXEC)
        defer { close(file) }
        let start = place * FailingCall.size
        let (head, rest) = (bytes.prefix(4), Array(bytes.dropFirst(4)))
        guard file >= 0, pwrite(file, rest, rest.count, off_t(start + 4)) == rest.count,
            pwrite(file, Array(head), 4, off_t(start)) == 4
        else { throw ScenarioFailure("\(Self.path) cannot be written: \(String(cString: strerror(errno)))") }
    }
}
