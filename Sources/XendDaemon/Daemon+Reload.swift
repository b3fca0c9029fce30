import DomainLifecycle
import DomainManagement
import HostInterface
import Logging
import SExpressions

/// What can change while the daemon runs: who may do what, what is worth a line in the log, certificates, tokens. Ports, paths and what
/// domains are made by count from the next start on, and are named.
extension Daemon {
    /// Reads the configuration again, and the certificates and tokens that there are.
    ///
    /// - Throws: `invalid` with the mistake in a file; then what counts is as it was.
    public func reload(for requester: Requester) async throws(OperationError) -> ReloadReport {
        guard let read = options.configuration else {
            throw OperationError(.notSupported, "this program does not read its configuration again")
        }
        guard await parts.beginReload() else {
            throw OperationError(.refused, "the configuration is just being read again")
        }
        options.reloading?(true)
        let result: Result<ReloadReport, OperationError>
        do throws(OperationError) {
            result = .success(try await adopt(read))
        } catch {
            result = .failure(error)
        }
        options.reloading?(false)
        await parts.endReload()
        switch result {
        case .success(let report):
            log.notice("the configuration has been read again for \(requester): \(report.text)")
            for warning in report.warnings { log.warning("\(warning)") }
        case .failure(let error):
            log.error("the configuration was not read again for \(requester): \(error)")
        }
        return try result.get()
    }

    private func adopt(
        _ read: @Sendable () async throws -> XendConfiguration
    ) async throws(OperationError) -> ReloadReport {
        let new: XendConfiguration
        do {
            new = try await read()
        } catch {
            throw OperationError(.invalid, "\(error); nothing has changed")
        }
        let old = adopted.withLock { $0 }
        var counting = Self.reloaded
        counting.formUnion(try await renewCertificates(new))
        var report = ReloadReport(warnings: new.warnings + (new.accessWarning.map { [$0] } ?? []))
        if let problem = await tokens.load() { report.warnings.append(problem) }
        for key in Set(old.given.keys).union(new.given.keys).sorted() where old.given[key] != new.given[key] {
            if counting.contains(key) { report.changed.append(key) } else { report.later.append(key) }
        }
        // Their ports are taken already.
        if (old.access.remoteAccess == .open) != (new.access.remoteAccess == .open) {
            report.warnings.append(
                "xend-remote-access: ports of consoles stay where they listen until xend is started anew")
        }
        logThreshold.level = new.logThreshold
        if old.access != new.access {
            authenticator.adopt(new.access)
            // Who is connected may be somebody else now.
            for listener in [await parts.listener, await parts.secure, await parts.socket] {
                await listener?.endConnections()
            }
        }
        adopted.withLock { $0.take(counting, of: new) }
        return report
    }

    /// Keys that count at once, beside those of certificates.
    private static let reloaded = Set(
        [
            XendConfiguration.Key.role, .localAccess, .remoteAccess, .pamService, .saveDirectory, .poolHosts, .logLevel,
        ].map(\.rawValue))

    /// - Returns: the keys that name them, as far as they count now.
    private func renewCertificates(_ new: XendConfiguration) async throws(OperationError) -> Set<String> {
        var keys: Set<XendConfiguration.Key> = []
        do {
            if let secure = await parts.secure, let security = new.httpSecurity {
                try await secure.renew(security)
                keys.formUnion([.httpTLSCertificate, .httpTLSKey, .httpTLSAuthority])
            }
            if let network = await parts.migrationNetwork, let security = new.migrationSecurity {
                try network.renew(security)
                keys.formUnion([.tlsCertificate, .tlsKey, .tlsAuthority])
            }
        } catch {
            throw OperationError(.invalid, "\(error); what follows has not been read, and nothing of it has changed")
        }
        return Set(keys.map(\.rawValue))
    }
}

extension XendConfiguration {
    /// From where on something is worth a line.
    var logThreshold: Logger.Level { Logger.Level(originalName: logLevel) ?? .debug }

    /// What counts now is what the other says of these keys; the rest still differs the next time.
    fileprivate mutating func take(_ keys: Set<String>, of other: XendConfiguration) {
        var said = given
        for key in keys { said[key] = other.given[key] }
        given = said
        access = other.access
        logLevel = other.logLevel
    }
}
