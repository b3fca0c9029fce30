import HostInterface
import Synchronization

/// Lines on their way to the log's file. Bounded: while the disk is stuck, new lines are counted and let go.
final class LogQueue: Sendable {
    /// Lines. A burst of a thousand domains starting is a few thousand.
    static let limit = 16 * 1024

    private struct State {
        var lines: [any LogEntry] = []
        var lost = 0
        var isBeingEmptied = false
    }

    private let state = Mutex(State())

    /// Takes a line. Returns whether somebody has to start emptying the queue.
    func append(_ line: any LogEntry) -> Bool {
        state.withLock { state in
            if state.lines.count < LogQueue.limit { state.lines.append(line) } else { state.lost += 1 }
            defer { state.isBeingEmptied = true }
            return !state.isBeingEmptied
        }
    }

    /// Everything queued, and how many lines were lost after it; nil when there is nothing.
    func take() -> (lines: [any LogEntry], lost: Int)? {
        state.withLock { state in
            guard !state.lines.isEmpty || state.lost > 0 else {
                state.isBeingEmptied = false
                return nil
            }
            defer { (state.lines, state.lost) = ([], 0) }
            return (state.lines, state.lost)
        }
    }
}
