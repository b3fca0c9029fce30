import DomainManagement
import HostInterface
import Migration

/// The migration port: closed to other hosts unless they can prove that they belong to the pool.
extension Daemon {
    /// A secret is a line; nobody needs more.
    private static let maximumSecret = 4096

    /// Takes the port; other hosts wait.
    ///
    /// - Throws: when the secret or the certificates cannot be used, or a configured port not be listened on.
    func reserveMigrationPort() async throws {
        var settings = MigrationSettings()
        settings.secret = try await poolSecret()
        settings.network = try secureNetwork()
        if let network = settings.network { await parts.keep(migration: network) }
        settings.port = configuration.migrationPort ?? MigrationSettings.usualPort
        settings.httpPort = await port ?? 8000
        // Without a proof of membership only this machine is listened to: images never cross the network unauthenticated.
        let address = settings.knowsPool ? configuration.address ?? "" : "localhost"
        do {
            let port = try await onPort(configuration.migrationPort, usually: MigrationSettings.usualPort) {
                [settings] port throws(NetworkError) in
                try await manager.reserveMigration(settings, address: address, port: port)
            }
            log.notice("migrations are taken on port \(port), from \(settings.members)")
        } catch {
            let reason = PortError(
                service: "migrations", key: "xend-migration-port", address: address, reason: error)
            guard configuration.migrationPort == nil else { throw reason }
            log.error("no migrations are taken: \(reason)")
        }
    }

    private func secureNetwork() throws -> (any HostNetwork)? {
        guard let security = configuration.migrationSecurity else { return nil }
        guard let make = options.secureNetwork else {
            throw ConfigurationFileError(
                "xend-tls-certificate: this xend cannot speak TLS; build it with swift build --traits TLS, or leave the keys out "
                    + "and give it a xend-pool-secret-file")
        }
        return try make(security)
    }

    private func poolSecret() async throws -> PoolSecret? {
        guard let path = configuration.poolSecretFile else { return nil }
        let bytes: [UInt8]
        do {
            bytes = try await host.files.read(path, limit: Self.maximumSecret)
        } catch {
            throw ConfigurationFileError("xend-pool-secret-file: \(error)")
        }
        guard let secret = PoolSecret(bytes) else {
            throw ConfigurationFileError(
                "xend-pool-secret-file: \(path) has less than \(PoolSecret.minimumLength) characters")
        }
        return secret
    }
}

extension MigrationSettings {
    /// Who may send domains here, in words.
    fileprivate var members: String {
        switch (secret, network) {
        case (nil, nil): "this machine only"
        case (.some, nil): "hosts that hold the pool's secret"
        case (nil, .some): "hosts with a certificate of the pool"
        case (.some, .some): "hosts with a certificate of the pool that hold its secret"
        }
    }
}
