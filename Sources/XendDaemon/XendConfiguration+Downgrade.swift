import DomainManagement
import HostInterface
import Logging

extension XendConfiguration {
    /// Writes the database back in the format of the xend before (`xend downgrade-database`). No xend may run meanwhile.
    ///
    /// - Returns: how many domains were written; nil when there is no database in the present format.
    /// - Throws: the error of a file, or why the database is not read; then the older one is as it was.
    public func downgradeDatabase(host: Host) async throws -> Int? {
        try await DatabaseDowngrade(root: databaseRoot, host: host, log: Logger(label: "xend")).perform()
    }
}
