import DomainManagement
import HostInterface
import Migration

/// The migration port: closed to other hosts unless they can prove that they belong to the pool.
extension Daemon {
    /// A secret is a line; nobody needs more.
    private static let maximumSecret = 4096

    /// - Throws: when the secret cannot be used, or a configured port not be listened on.
    func startMigration() async throws {
        var settings = MigrationSettings()
        settings.secret = try await poolSecret()
        settings.port = configuration.migrationPort ?? 8002
        settings.httpPort = await port ?? 8000
        // Without a secret only this machine is listened to: images never cross the network unauthenticated.
        let address = settings.secret == nil ? "localhost" : configuration.address ?? ""
        let wanted = configuration.migrationPort ?? (options.choosesPorts ? 0 : settings.port)
        do {
            let port = try await manager.startMigration(settings, address: address, port: wanted)
            let who = settings.secret == nil ? "this machine only" : "hosts that hold the pool's secret"
            log.notice("migrations are taken on port \(port), from \(who)")
        } catch {
            let reason = PortError(service: "migrations", key: "xend-migration-port", reason: error)
            guard configuration.migrationPort == nil else { throw reason }
            log.error("no migrations are taken: \(reason)")
        }
    }

    private func poolSecret() async throws -> PoolSecret? {
        guard let path = configuration.poolSecretFile else { return nil }
        let bytes = try await host.files.read(path, limit: Self.maximumSecret)
        guard let secret = PoolSecret(bytes) else {
            throw ConfigurationFileError(
                "xend-pool-secret-file: \(path) has less than \(PoolSecret.minimumLength) characters")
        }
        return secret
    }
}
