import HostInterface

/// Starts tasks on Swift's own executor.
public struct LinuxTasks: TaskSpawner {
    public init() {}

    @discardableResult
    public func spawn(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        // The one bare task of the daemon: everything else comes through here, so that a simulation can take its place.
        Task { await body() }
    }
}
