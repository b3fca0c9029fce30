import AccessControl
import DomainLifecycle
import DriverDomain
import HostInterface
import SExpressions

/// What xend-config.sxp says (manual D3; reference/lifecycle-and-events.md §10). A file that is absent means all defaults.
public struct XendConfiguration: Hashable, Sendable {
    /// Read when neither the command line nor `XEND_CONFIG` names another.
    public static let defaultPath = "/etc/xen/xend-config.sxp"

    /// Where those on this machine reach xend unless the configuration says otherwise.
    public static let defaultSocketPath = "/run/xend/xend.sock"

    /// What a line of the file can be about; besides these `block-TYPE`, the script for block devices of that type.
    public enum Key: String, CaseIterable, Sendable {
        /// The HTTP port (manual D3).
        case port = "xend-port"
        /// The interface of the HTTP port (manual D3).
        case address = "xend-address"
        /// Names of this machine beside its host name.
        case hostNames = "xend-host-names"
        /// The Unix socket (manual, decision 14); '' = none.
        case socketPath = "xend-unix-path"
        /// The debug port (manual G1).
        case debugPort = "xend-debug-port"
        /// Consoles listen on this plus the domain's id.
        case consoleBase = "xend-console-base"
        /// Where domains arrive from other hosts.
        case migrationPort = "xend-migration-port"
        /// What other hosts may do: `closed`, `look`, `open` (manual, decision 14).
        case remoteAccess = "xend-remote-access"
        /// What users of this machine may do whom nothing else names: `none`, `viewer`, `operator`.
        case localAccess = "xend-local-access"
        /// Gives a role to users and groups; may be there several times.
        case role = "xend-role"
        /// By which rules of PAM somebody signs in with a password.
        case pamService = "xend-pam-service"
        /// Where domains are saved that operators save.
        case saveDirectory = "xend-save-directory"
        /// Where operators may send domains.
        case poolHosts = "xend-pool-hosts"
        /// Who may read `/metrics`: `everyone`, or a role.
        case metricsAccess = "xend-metrics-access"
        /// What the hosts of a pool know.
        case poolSecretFile = "xend-pool-secret-file"
        /// This host's own, for migration over TLS.
        case tlsCertificate = "xend-tls-certificate"
        /// Of that certificate.
        case tlsKey = "xend-tls-key"
        /// Who must have signed the other hosts'.
        case tlsAuthority = "xend-tls-ca"
        /// Where HTTP is spoken over TLS.
        case httpTLSPort = "xend-http-tls-port"
        /// This host's own, for HTTP over TLS.
        case httpTLSCertificate = "xend-http-tls-certificate"
        /// Of that certificate.
        case httpTLSKey = "xend-http-tls-key"
        /// Who must have signed clients' certificates.
        case httpTLSAuthority = "xend-http-tls-ca"
        /// In seconds (manual L6).
        case minimumRestartTime = "xend-min-restart-time"
        /// Runs at the start (manual D8).
        case networkScript = "network-script"
        /// Of vifs that name none.
        case bridge = "vif-bridge"
        /// Of vifs that name none (manual V2).
        case vifScript = "vif-script"
        /// Whether vif scripts set rules against forged addresses.
        case antispoof = "vif-antispoof"
        /// What domains get that name a boot loader: `none` or `grub`.
        case bootLoader = "boot-loader"
        /// Where cores of domains go.
        case dumpDirectory = "xend-dump-directory"
        /// How many of those that domains left are kept.
        case dumpCount = "xend-dump-count"
        /// How large all of those may be together, in megabytes.
        case dumpSize = "xend-dump-size"
        /// Whether every domain that crashes leaves one; the name is of Xen 3.
        case dumpsCrashes = "enable-dump"
        /// Whether it is kept what the domains did in the last hour and day.
        case measures = "xend-measures"
        /// Where the database is (manual D6).
        case databaseRoot = "dbroot"
        /// Where the mark of the last boot is (manual D7).
        case lastBoot = "lastboot"
        /// Where the log is (manual D5).
        case logFile = "logfile"
        /// Where the audit is.
        case auditFile = "xend-audit-file"
        /// From where on something is worth a line.
        case logLevel = "loglevel"
    }

    /// nil: 8000, or any free one where ports are chosen freely.
    public var port: UInt16?
    /// "" = all interfaces.
    public var address: String?
    /// Under which clients reach this machine, beside its host name, `localhost` and addresses.
    public var hostNames: Set<String> = []
    /// nil: ``defaultSocketPath``; "" = none.
    public var socketPath: String?
    /// nil: 8001, or any free one where ports are chosen freely.
    public var debugPort: UInt16?
    /// nil: 9600, or any free ones where ports are chosen freely.
    public var consoleBase: UInt16?
    /// nil: 8002, or any free one where ports are chosen freely.
    public var migrationPort: UInt16?
    /// Who may do what.
    public var access = AccessPolicy()
    /// Who may read `/metrics`; nil: whoever reaches the port.
    public var metricsRole: Role? = .viewer
    /// nil: no secret; then domains only move within this machine, unless there are certificates.
    public var poolSecretFile: String?
    /// nil: the migration port speaks plainly.
    public var migrationSecurity: TransportSecurity? {
        guard let tlsCertificate, let tlsKey, let tlsAuthority else { return nil }
        return TransportSecurity(certificate: tlsCertificate, key: tlsKey, authority: tlsAuthority)
    }
    private var tlsCertificate: String?
    private var tlsKey: String?
    private var tlsAuthority: String?
    /// nil: HTTP is not spoken over TLS.
    public var httpSecurity: ServerSecurity? {
        guard let httpTLSCertificate, let httpTLSKey else { return nil }
        return ServerSecurity(certificate: httpTLSCertificate, key: httpTLSKey, authority: httpTLSAuthority)
    }
    /// nil: 8443, or any free one where ports are chosen freely.
    public var httpTLSPort: UInt16?
    private var httpTLSCertificate: String?
    private var httpTLSKey: String?
    private var httpTLSAuthority: String?
    /// "" = none.
    public var networkScript = "network"
    /// Of vifs that name none.
    public var bridge = "xen-br0"
    /// Of vifs that name none; looked for in /etc/xen unless it begins with a slash.
    public var vifScript = "vif-bridge"
    /// Whether vif scripts set rules against forged addresses.
    public var isAntispoofOn = true
    /// Domains with a boot loader that would run on this machine, as `pygrub`, get grub within the guest instead.
    public var runsGrub = false
    /// What binds a block device for a type of `uname`: the keys `block-TYPE`.
    public var blockScripts: [String: String] = [:]
    /// Where cores of domains go.
    public var dumpDirectory = "/var/lib/xen/dump"
    /// So many of those that domains left are kept; 0: they leave none.
    public var dumpCount = 8
    /// In megabytes.
    public var dumpSize = 16384
    /// Every domain that crashes leaves one.
    public var dumpsCrashes = false
    /// What the domains do is measured; nil: on a real machine.
    public var takesMeasures: Bool?
    /// Directory of the database.
    public var databaseRoot = "/var/xen/xend-db"
    /// File with the mark of the last boot.
    public var lastBootPath = "/var/xen/lastboot"
    /// File of the log; older ones have `.1`, `.2` and so on behind it.
    public var logPath = "/var/log/xen/xend.log"
    /// File of the audit; older ones have `.1`, `.2` and so on behind it.
    public var auditPath = "/var/log/xen/audit.log"
    /// File of what happened to the domains and why: beside the audit.
    public var historyPath: String {
        let directory = auditPath.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        return (directory + ["history.log"]).joined(separator: "/")
    }
    /// File that calls are written to while tracing is on.
    public var tracePath = "/var/log/xen/xend.trace"
    /// `DEBUG`, `INFO`, `WARNING`, `ERROR`, `CRITICAL`.
    public var logLevel = "DEBUG"
    /// Seconds; 0 = off.
    public var minimumRestartSeconds = 20.0
    /// What should be said of a file that says nothing about who may do what: earlier versions allowed more.
    public private(set) var accessWarning: String?
    /// What stands behind each key, word for word: where two differ their files do.
    public internal(set) var given: [String: [String]] = [:]
    /// Keys that xend does not know, with their places: ignored, worth a warning.
    public internal(set) var warnings: [String] = []

    public init() {}

    /// - Parameters:
    ///   - text: the file's contents.
    ///   - file: its name, for messages.
    /// - Throws: the first mistake, with file, line, key, value and what is allowed.
    public init(_ text: String, file: String) throws(ConfigurationFileError) {
        let expressions: [LocatedSExpression]
        do {
            expressions = try LocatedSExpression.parseAll(text)
        } catch {
            throw ConfigurationFileError(error.describe(file: file))
        }
        var seen: Set<String> = []
        for expression in expressions {
            let line = try ConfigurationLine(expression, file: file)
            // The first occurrence wins; each role is a line of its own.
            guard seen.insert(line.key).inserted || line.key == Key.role.rawValue else { continue }
            try take(line)
            given[line.meaning, default: []].append("\(expression.value)")
        }
        try checkTLS(file)
        let access: [Key] = [.role, .localAccess, .remoteAccess]
        guard !seen.isEmpty, access.allSatisfy({ !seen.contains($0.rawValue) }) else { return }
        accessWarning =
            "\(file) says nothing about who may do what: root, xend's own user and the group \(AccessPolicy.administrators) may do "
            + "everything, nobody else anything; earlier versions let every user do everything and other hosts look "
            + "(xend-role, xend-local-access, xend-remote-access)"
    }

    private func checkTLS(_ file: String) throws(ConfigurationFileError) {
        let keys = ["xend-tls-certificate": tlsCertificate, "xend-tls-key": tlsKey, "xend-tls-ca": tlsAuthority]
        let missing = keys.filter { $0.value == nil }.keys.sorted()
        guard missing.isEmpty || missing.count == keys.count else {
            throw ConfigurationFileError("\(file): TLS needs \(missing.joined(separator: " and ")), too")
        }
        let needed = ["xend-http-tls-certificate": httpTLSCertificate, "xend-http-tls-key": httpTLSKey]
        let lacking = needed.filter { $0.value == nil }.keys.sorted()
        let isMeant = lacking.count < needed.count || httpTLSAuthority != nil || httpTLSPort != nil
        guard lacking.isEmpty || !isMeant else {
            throw ConfigurationFileError("\(file): HTTP over TLS needs \(lacking.joined(separator: " and ")), too")
        }
    }

    private mutating func take(_ line: ConfigurationLine) throws(ConfigurationFileError) {
        if line.key == Key.role.rawValue {
            access.grants.append(try line.grant())
        } else if line.key.hasPrefix("block-"), line.key.utf8.count > 6 {
            blockScripts[String(line.key.dropFirst(6))] = try line.entry().word("the name of a script")
        } else if let key = Key(rawValue: line.key) {
            try take(key, line.entry())
        } else if let other = LaterKey(rawValue: line.key) {
            switch other.treatment {
            case .same(let key):
                // Whoever writes both means the one of ours.
                try take(key, line.entry())
                warnings.append("\(line.place): \(line.key) is taken as \(key.rawValue)")
            case .nothing(let why): warnings.append("\(line.place): \(line.key) changes nothing: \(why)")
            case .refused(let values, let why):
                if values.contains(line.word ?? "") {
                    throw ConfigurationFileError("\(line.place): \(line.key): \(why)")
                }
            }
        } else {
            let known = Key.allCases.map(\.rawValue) + LaterKey.allCases.map(\.rawValue)
            warnings.append(
                "\(line.place): unknown key \(line.key) is ignored\(Suggestion.phrase(for: line.key, among: known))")
        }
    }

    private mutating func takeCores(_ key: Key, _ entry: ConfigurationEntry) throws(ConfigurationFileError) {
        switch key {
        case .dumpDirectory: dumpDirectory = try entry.path()
        case .dumpCount: dumpCount = try entry.number(in: 0...10_000)
        // Of megabytes; a domain has less than that.
        case .dumpSize: dumpSize = try entry.number(in: 1...1 << 30)
        default: dumpsCrashes = try entry.flag()
        }
    }

    private mutating func take(_ key: Key, _ entry: ConfigurationEntry) throws(ConfigurationFileError) {
        switch key {
        case .port: port = try entry.port()
        case .address: address = entry.value
        case .hostNames: hostNames = entry.words()
        case .socketPath: socketPath = entry.value.isEmpty ? "" : try entry.path()
        case .debugPort: debugPort = try entry.port()
        case .consoleBase: consoleBase = try entry.port()
        case .migrationPort: migrationPort = try entry.port()
        case .remoteAccess: access.remoteAccess = try entry.remoteAccess()
        case .localAccess: access.localAccess = try entry.localRole()
        case .pamService: access.signInService = try entry.word("the name of a service of PAM")
        case .saveDirectory: access.saveDirectory = try entry.path()
        case .poolHosts: access.poolHosts = entry.words()
        case .metricsAccess: metricsRole = try entry.metricsRole()
        // Several lines, with several words each.
        case .role: break
        case .poolSecretFile: poolSecretFile = try entry.path()
        case .tlsCertificate: tlsCertificate = try entry.path()
        case .tlsKey: tlsKey = try entry.path()
        case .tlsAuthority: tlsAuthority = try entry.path()
        case .httpTLSPort: httpTLSPort = try entry.port()
        case .httpTLSCertificate: httpTLSCertificate = try entry.path()
        case .httpTLSKey: httpTLSKey = try entry.path()
        case .httpTLSAuthority: httpTLSAuthority = try entry.path()
        case .minimumRestartTime: minimumRestartSeconds = try entry.seconds()
        case .networkScript: networkScript = entry.value
        case .bridge: bridge = try entry.word("the name of a bridge")
        case .vifScript: vifScript = try entry.word("the name of a script")
        case .antispoof: isAntispoofOn = try entry.flag()
        case .bootLoader: runsGrub = try entry.choice(["none": false, "grub": true])
        case .dumpDirectory, .dumpCount, .dumpSize, .dumpsCrashes: try takeCores(key, entry)
        case .measures: takesMeasures = try entry.flag()
        case .databaseRoot: databaseRoot = try entry.path()
        case .lastBoot: lastBootPath = try entry.path()
        case .logFile: logPath = try entry.path()
        case .auditFile: auditPath = try entry.path()
        case .logLevel: logLevel = try entry.logLevel()
        }
    }
}

/// A mistake in a configuration file: `xend-config.sxp:12:4: xend-port must be a number from 1 to 65535, not "http"`.
public struct ConfigurationFileError: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String
    public init(_ description: String) { self.description = description }
}
