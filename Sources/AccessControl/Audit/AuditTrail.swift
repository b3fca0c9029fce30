import HostInterface
import SExpressions
import Synchronization

/// The account of who did or tried what: a log of its own, which only grows, is put aside when it is full, and is read back from
/// where it is kept, so that it goes on over the daemon's lives.
///
/// Everything that changes something has a line when it has ended, however it ended. Refused tries have one, too, though not many: the
/// lines of each caller are counted, so that nobody can hide another's tries among his own.
public final class AuditTrail: Sendable {
    /// Of more callers than this the further ones share their lines.
    static let maximumCallers = 64
    /// Bytes of the newest records that are read back.
    static let shown = 1 << 20

    private let sink: any LogSink
    private let clock: any HostClock
    private let budgets = Mutex<[String: LineBudget]>([:])

    /// - Parameters:
    ///   - sink: where the lines go.
    ///   - clock: for their times.
    public init(sink: any LogSink, clock: any HostClock) {
        self.sink = sink
        self.clock = clock
    }

    /// Takes down that somebody did or tried something. Never waits.
    ///
    /// - Parameters:
    ///   - caller: who asked.
    ///   - way: by which door.
    ///   - action: the name of the operation.
    ///   - object: what it was done to.
    ///   - arguments: with what.
    ///   - outcome: what became of it.
    public func note(
        _ caller: Caller, by way: AuditRecord.Way, _ action: String, on object: String,
        with arguments: [AuditArgument] = [], _ outcome: AuditRecord.Outcome
    ) {
        var untold = 0
        if case .refused = outcome {
            guard let others = takeLine(of: caller) else { return }
            untold = others
        }
        sink.append(
            AuditRecord(
                time: clock.wallTime, caller: caller, way: way, action: action, object: object, arguments: arguments,
                outcome: outcome, untold: untold))
    }

    private func takeLine(of caller: Caller) -> Int? {
        let now = clock.now
        return budgets.withLock { budgets in
            var key = "\(caller)"
            if budgets[key] == nil, budgets.count >= Self.maximumCallers { key = "" }
            return budgets[key, default: LineBudget(at: now)].take(at: now)
        }
    }

    /// The newest records, oldest first, those of earlier lives included. A line that somebody else wrote is left out.
    public func newest() async -> [SExpression] {
        let bytes = await sink.newest(limit: Self.shown)
        return bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
            (try? SExpression.parseAll(String(decoding: line, as: UTF8.self)))?.first
        }.filter { ["record", "gap"].contains($0.name) }
    }
}
