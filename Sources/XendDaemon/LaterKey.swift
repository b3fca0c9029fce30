/// Keys of xend-config.sxp that the xend of Xen 3 had and this one has not, or under another name. Who comes with such a file is told
/// of each what becomes of it; only what would leave something open that was to be closed is refused.
enum LaterKey: String, CaseIterable {
    case relocationPort = "xend-relocation-port"
    case relocationServer = "xend-relocation-server"
    case relocationSSLServer = "xend-relocation-ssl-server"
    case relocationSSLPort = "xend-relocation-ssl-port"
    case relocationSSL = "xend-relocation-ssl"
    case relocationAddress = "xend-relocation-address"
    case relocationHostsAllow = "xend-relocation-hosts-allow"
    case relocationKeyFile = "xend-relocation-server-ssl-key-file"
    case relocationCertificateFile = "xend-relocation-server-ssl-cert-file"
    case httpServer = "xend-http-server"
    case unixServer = "xend-unix-server"
    case tcpXMLRPC = "xend-tcp-xmlrpc-server"
    case tcpXMLRPCAddress = "xend-tcp-xmlrpc-server-address"
    case tcpXMLRPCPort = "xend-tcp-xmlrpc-server-port"
    case tcpXMLRPCKeyFile = "xend-tcp-xmlrpc-server-ssl-key-file"
    case tcpXMLRPCCertificateFile = "xend-tcp-xmlrpc-server-ssl-cert-file"
    case unixXMLRPC = "xend-unix-xmlrpc-server"
    case apiServer = "xen-api-server"
    case apiServerOfSLES = "xend-api-server"
    case consoleLimit = "console-limit"
    case minimumMemoryOfDomain0 = "dom0-min-mem"
    case cpusOfDomain0 = "dom0-cpus"
    case ballooning = "enable-dom0-ballooning"
    case totalAvailableMemory = "total_available_memory"
    case vncListen = "vnc-listen"
    case vncPassword = "vncpasswd"
    case vncTLS = "vnc-tls"
    case vncCertificates = "vnc-x509-cert-dir"
    case vncVerify = "vnc-x509-verify"
    case keymap = "keymap"
    case deviceModel = "device-model"
    case migrationTool = "external-migration-tool"
    case domainsPath = "xend-domains-path"
    case domainsLockPath = "xend-domains-lock-path"
    case createTimeout = "device-create-timeout"
    case destroyTimeout = "device-destroy-timeout"
    case labelScript = "resource-label-change-script"
    case passthroughCheck = "pci-passthrough-strict-check"
    case passthroughResets = "pci-dev-assign-strict-check"
    case rotateCount = "logfile-rotate-count"
    case udev = "xend-udev-event-server"
    case deviceModelLogs = "qemu-dm-logrotate-count"
    case securityModule = "xsm_module_name"
    case domainLock = "xend-domain-lock"
    case domainLockPath = "xend-domain-lock-path"
    case domainLockUtility = "xend-domain-lock-utility"
    case domainLockDevice = "xend-domain-lock-device"
    case domainLockPort = "xend-domain-lock-port"
    case scsiMask = "pscsi-device-mask"
    case xenAPIKeyFile = "xen-api-server-ssl-key-file"
    case xenAPICertificateFile = "xen-api-server-ssl-cert-file"

    /// What becomes of a line.
    enum Treatment {
        /// It is a key of ours by another name.
        case same(XendConfiguration.Key)
        /// Nothing, for this reason.
        case nothing(String)
        /// With one of these values it asks for a protection that it would not get.
        case refused([String], String)
    }

    var treatment: Treatment {
        switch self {
        case .relocationPort: .same(.migrationPort)
        case .relocationSSL, .relocationSSLServer: .refused(Self.yes, Reason.sslRelocation)
        case .httpServer: .refused(["no", "0", "off"], Reason.http)
        case .securityModule: .refused(["acm", "flask"], "xend labels no domains")
        case .domainLock: .refused(Self.yes, "xend sees to one writer on this host, and locks nothing between hosts")
        case .relocationServer: .nothing(Reason.relocation)
        case .relocationSSLPort, .relocationKeyFile, .relocationCertificateFile: .nothing(Reason.tls)
        case .relocationAddress, .relocationHostsAllow: .nothing(Reason.pool)
        case .unixServer: .nothing("xend answers on xend-unix-path unless that is ''")
        case .unixXMLRPC, .udev: .nothing("there is no such socket; xend answers on xend-port and xend-unix-path")
        case .tcpXMLRPC, .tcpXMLRPCAddress, .tcpXMLRPCPort, .tcpXMLRPCKeyFile, .tcpXMLRPCCertificateFile, .apiServer,
            .apiServerOfSLES, .xenAPIKeyFile, .xenAPICertificateFile:
            .nothing("there is no XML-RPC; xend answers HTTP on xend-port")
        case .consoleLimit: .nothing("of each console 64 KiB are kept")
        case .minimumMemoryOfDomain0, .ballooning: .nothing("xend takes no memory from domain 0")
        case .cpusOfDomain0, .totalAvailableMemory:
            .nothing("that is said on Xen's command line: dom0_max_vcpus, dom0_mem")
        case .vncListen, .vncPassword, .vncTLS, .vncCertificates, .vncVerify, .keymap, .deviceModel, .deviceModelLogs:
            .nothing("domains have no screen and no device model here")
        case .migrationTool, .labelScript: .nothing("nothing of the kind is run")
        case .domainsPath, .domainsLockPath: .nothing("domains are kept in the database (dbroot)")
        case .domainLockPath, .domainLockUtility, .domainLockDevice, .domainLockPort:
            .nothing("xend locks nothing between hosts")
        case .createTimeout, .destroyTimeout: .nothing("a back-end has 10 seconds")
        case .passthroughCheck, .passthroughResets: .nothing("xend passes no PCI devices through")
        case .scsiMask: .nothing("domains have no SCSI devices")
        case .rotateCount: .nothing("older logs are kept as xend.log.1 to .5")
        }
    }

    private static let yes = ["yes", "1", "on"]

    /// The longer ones.
    private enum Reason {
        static let relocation =
            "domains are taken from hosts that know the pool's secret or have its certificates, and from no others"
        static let sslRelocation =
            "migration is over TLS with xend-tls-certificate, xend-tls-key and xend-tls-ca, and not otherwise"
        static let tls =
            "migration over TLS is on xend-migration-port, with xend-tls-certificate, xend-tls-key and xend-tls-ca"
        static let pool =
            "who may send domains is decided by the pool's secret or certificates (xend-pool-secret-file, xend-tls-ca)"
        static let http = "HTTP is how xend is spoken to; (xend-address localhost) closes it to other hosts"
    }
}
