import DomainModel

/// The six letters `rbpscd` (manual, decision 1).
public struct DomainState: Hashable, Sendable, CustomStringConvertible {
    /// `r`: one of its cpus runs.
    public var isRunning = false
    /// `b`: all of them wait for an event.
    public var isBlocked = false
    /// `p`: an operator has stopped it.
    public var isPaused = false
    /// `s`: the guest has ended by itself.
    public var isShutdown = false
    /// `c`: and that was a crash.
    public var isCrashed = false
    /// `d`: Xen is letting go of it.
    public var isDying = false

    public init() {}

    public var description: String {
        let none = UInt8(ascii: "-")
        return String(unsafeUninitializedCapacity: 6) { text in
            text[0] = isRunning ? UInt8(ascii: "r") : none
            text[1] = isBlocked ? UInt8(ascii: "b") : none
            text[2] = isPaused ? UInt8(ascii: "p") : none
            text[3] = isShutdown ? UInt8(ascii: "s") : none
            text[4] = isCrashed ? UInt8(ascii: "c") : none
            text[5] = isDying ? UInt8(ascii: "d") : none
            return 6
        }
    }
}

extension DomainState {
    /// - Parameter report: what Xen said last; nil when it said nothing.
    init(_ record: DomainRecord, _ report: DomainReport?) {
        self.init()
        // Between two lives there is nothing in Xen to tell of: `------`.
        switch record.stage {
        case .restarting, .ending(.restart): return
        default: break
        }
        guard let report else { return }
        isDying = report.isDying
        isCrashed = report.shutdownReason == .crash
        isShutdown = report.shutdownReason != nil && !isCrashed
        isPaused = report.isPaused
        let isUp = report.shutdownReason == nil && !report.isDying && !report.isPaused
        isRunning = isUp && report.isRunning
        isBlocked = isUp && !report.isRunning && report.isBlocked
    }
}
