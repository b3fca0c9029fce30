/// Starts concurrent work on the host's executor: the simulated machine's in simulation, Swift's own in production.
///
/// The one way to start a task that outlives its function. A bare `Task {}` would leave the simulation's executor.
public protocol TaskSpawner: Sendable {
    /// Begins a task that belongs to the host: it ends with the daemon's life in a simulation, and is never lost sight of.
    @discardableResult
    func spawn(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never>
}
