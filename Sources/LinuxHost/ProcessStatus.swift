import Glibc
import HostInterface

/// What /proc says about a process.
struct ProcessStatus: Hashable, Sendable {
    var command: String
    var state: Character
    var group: Int32
    /// Clock ticks since boot.
    var startTime: UInt64

    /// Dead, only not yet waited for by its parent.
    var isZombie: Bool { state == "Z" || state == "X" }

    /// nil when there is no such process.
    init?(pid: Int32, root: HostRoot = HostRoot()) {
        guard pid > 0, let line = KernelFile.line(root.kernel("/proc/\(pid)/stat")) else { return nil }
        self.init(line: line)
    }

    /// Reads `1234 (name) S 1 1234 …` (proc(5)). The name may contain blanks and parentheses, so its end is the last
    /// one.
    init?(line: String) {
        guard let open = line.firstIndex(of: "("), let close = line.lastIndex(of: ")"), open < close else { return nil }
        command = String(line[line.index(after: open)..<close])
        // state ppid pgrp …, of which starttime is the twentieth.
        let fields = line[line.index(after: close)...].split(separator: " ")
        guard fields.count > 19, let state = fields[0].first, let group = Int32(fields[2]),
            let startTime = UInt64(fields[19])
        else { return nil }
        self.state = state
        self.group = group
        self.startTime = startTime
    }
}
