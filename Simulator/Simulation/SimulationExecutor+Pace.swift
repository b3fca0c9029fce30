import HostInterface

/// Real time that goes faster or slower than the machine's, or stands still.
extension SimulationExecutor {
    /// How many seconds of the world pass in one of the machine's; 0: time stands still. In virtual time it has no meaning.
    public var pace: Double { monitor.withLock { $0.pace } }

    /// From now on time has this pace. What is due later comes sooner or later, or waits.
    /// - Precondition: `mode` is real, and the pace from 0 to 1,000,000.
    public func setPace(_ pace: Double) {
        precondition(mode == .real && (0...1_000_000).contains(pace), "there is no such pace of time")
        monitor.withLock { state in
            guard state.pace != pace else { return }
            let machine = MachineClock.now
            state.now = state.now + state.passed(until: machine)
            state.pace = pace
            state.begin(at: machine)
            show(state)
        }
        wake()
    }

    /// How long that is by the machine's clock; nil: time stands still, and the moment does not come.
    public func delay(until deadline: Instant) -> Duration? {
        monitor.withLock { state in
            let rest = deadline - state.present
            if rest <= .zero { return .zero }
            guard mode == .real, state.pace != 1 else { return rest }
            return state.pace > 0 ? .nanoseconds(Int64(min(Double(rest.nanoseconds) / state.pace, 1e18))) : nil
        }
    }

    /// Counts up with each jump of time and each change of its pace: what a driver waits for may come at another time then.
    public var clockChanges: Int { monitor.withLock { $0.clockChanges } }
}

extension SimulationExecutor {
    /// Under the lock, whenever the way from the machine's time to the world's has changed, or virtual time.
    func show(_ state: borrowing State) { shown.store(state.shown, ordering: .relaxed) }
}

extension SimulationExecutor.State {
    /// Of the world, since `since`.
    func passed(until machine: Instant) -> Duration {
        let real = machine - since
        return pace == 1 ? real : .nanoseconds(Int64(Double(real.nanoseconds) * pace))
    }

    /// The machine's time at a time of the world; nil: that does not come.
    func machineTime(_ time: Instant) -> Instant? {
        guard pace != 1 else { return since + (time - now) }
        guard pace > 0 else { return nil }
        return since + .nanoseconds(Int64(min(Double((time - now).nanoseconds) / pace, 1e18)))
    }

    mutating func begin(at machine: Instant) {
        since = machine
        clockChanges += 1
    }
}
