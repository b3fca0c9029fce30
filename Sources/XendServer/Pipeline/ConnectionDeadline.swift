import NIOCore

/// One deadline of a connection. It moves with every request, the timer behind it does not: when the timer fires it
/// looks where the deadline is now.
final class ConnectionDeadline {
    private let eventLoop: any EventLoop
    private let expired: () -> Void
    private var deadline: NIODeadline?
    private var timer: Scheduled<Void>?
    private var timerDeadline = NIODeadline.distantFuture

    init(_ eventLoop: any EventLoop, expired: @escaping () -> Void) {
        self.eventLoop = eventLoop
        self.expired = expired
    }

    /// - Parameter interval: from now; nil = no deadline.
    func set(in interval: TimeAmount?) {
        deadline = interval.map { eventLoop.now + $0 }
        guard let deadline, deadline < timerDeadline else { return }
        start(deadline)
    }

    func cancel() {
        deadline = nil
        timer?.cancel()
        timer = nil
        timerDeadline = .distantFuture
    }

    private func start(_ deadline: NIODeadline) {
        timer?.cancel()
        timerDeadline = deadline
        // Everything here happens on the event loop.
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        timer = eventLoop.scheduleTask(deadline: deadline) { bound.value.fired() }
    }

    private func fired() {
        timer = nil
        timerDeadline = .distantFuture
        guard let deadline else { return }
        if eventLoop.now < deadline { return start(deadline) }
        self.deadline = nil
        expired()
    }
}
