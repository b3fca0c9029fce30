/// Starts concurrent work on the host's executor: the simulated machine's in simulation, Swift's own in production.
///
/// The one way to start a task that outlives its function. A bare `Task {}` would leave the simulation's executor.
public protocol TaskSpawner: Sendable {
    /// Begins a task that belongs to the host: it ends with the daemon's life in a simulation, and is never lost sight of.
    @discardableResult
    func spawn(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never>
    /// Where an actor of the daemon runs, which asks for one of its own and keeps it. Where all the daemon is on one thread, it is the
    /// same for all actors: a call from one to another is a call then, and no job (a third of what the runtime costs for a domain made
    /// and destroyed).
    func serialExecutor() -> any SerialExecutor
}

extension TaskSpawner {
    /// One for each actor, on the threads that all tasks share.
    public func serialExecutor() -> any SerialExecutor { QueueExecutor() }
}
