import HostInterface

/// An executor whose thread has other things to do, too: that of an event loop, which reads and writes sockets between jobs. A request
/// then goes from no thread to another, which took longer than most of what is done for it.
extension SimulationExecutor {
    /// Lets another loop drive the executor from now on, in real time: it calls `runDue` on its one thread after each `wake`.
    ///
    /// - Parameter wake: called on any thread when there is something to do, and not once more before the next `runDue`.
    public func drive(waking wake: @escaping @Sendable () -> Void) {
        precondition(mode == .real, "virtual time is moved by its driver")
        monitor.withLock { $0.wakeDriver = wake }
        wake()
    }

    /// Runs everything that can happen now.
    /// - Returns: when the next timer is due; nil: none is set.
    public func runDue() -> Instant? {
        monitor.withLock { $0.isDriverWoken = false }
        return driving {
            repeat { settle() } while passOnce()
            return nextTimer
        }
    }
}

extension SimulationExecutor.State {
    /// What wakes the driver, if it has to be woken for what has just become ready.
    /// - Parameter isHome: on the driver's thread: what it is running just now goes on until nothing is left.
    mutating func wakeUp(isHome: Bool) -> (@Sendable () -> Void)? {
        guard let wakeDriver, !isDriverWoken, !(isRunning && isHome) else { return nil }
        isDriverWoken = true
        return wakeDriver
    }
}
