import HostInterface
import HypervisorInterface
import Logging

/// Looks whether there is all that a start needs: a machine that answers, and a database that can be read and written. What is missing is
/// known before anything has been changed.
public struct StartCheck: Sendable {
    private let machine: Machine
    private let host: Host
    private let root: String
    private let log: Logger

    /// - Parameter root: the database, `/var/xen/xend-db`.
    public init(machine: Machine, host: Host, root: String, log: Logger) {
        self.machine = machine
        self.host = host
        self.root = root
        self.log = log
    }

    /// Directories are made; what stands in the database is not changed.
    ///
    /// - Throws: what is missing: the error of Xen, xenstored or a file, or `JournalContents.NewerFormat`.
    public func perform() async throws {
        _ = try await machine.hypervisor.domains()
        _ = try await machine.store.readIfPresent("/local/domain/0/name")
        try await Database(root: root, host: host, log: log).check()
    }
}
