// Files of xend-config.sxp as distributions and administrators wrote them, in our own words, and how many words each is told.

import Testing

@testable import XendDaemon

@Suite struct ConfigurationWallTests {
    struct File: Sendable, CustomTestStringConvertible {
        /// Whose kind of file it is.
        var source: String
        var text: String
        /// The keys that are told of, in their order; nil: it is refused.
        var told: [String]?
        var testDescription: String { source }
    }

    static let files = [
        File(
            source: "Xen 2.0's own example",
            text: """
                # Xend configuration file.
                (xend-port            8000)
                (xend-address         localhost)
                (network-script       network)
                (vif-bridge           xen-br0)
                (vif-script           vif-bridge)
                (vif-antispoof        no)
                (block-file           block-file)
                (block-nbd            block-nbd)
                """, told: []),
        File(
            source: "Xen 3.4's own example",
            text: """
                (xend-unix-server yes)
                (xend-unix-path /var/lib/xend/xend-socket)
                (xend-relocation-hosts-allow '^localhost$ ^localhost\\\\.localdomain$')
                (network-script network-bridge)
                (vif-script vif-bridge)
                (dom0-min-mem 256)
                (enable-dom0-ballooning yes)
                (dom0-cpus 0)
                (vncpasswd '')
                """,
            told: [
                "xend-unix-server", "xend-relocation-hosts-allow", "dom0-min-mem", "enable-dom0-ballooning",
                "dom0-cpus",
                "vncpasswd",
            ]),
        File(
            source: "RHEL 5",
            text: """
                (xend-unix-server yes)
                (xend-relocation-server no)
                (xend-relocation-port 8002)
                (network-script 'network-bridge netdev=eth1')
                (vif-script vif-bridge)
                (vnc-listen '127.0.0.1')
                (keymap 'en-us')
                (device-model '/usr/lib64/xen/bin/qemu-dm')
                """,
            told: [
                "xend-unix-server", "xend-relocation-server", "xend-relocation-port", "vnc-listen", "keymap",
                "device-model",
            ]),
        File(
            source: "SLES 11",
            text: """
                (xend-api-server ((unix)))
                (xend-http-server yes)
                (network-script )
                (vif-script vif-bridge)
                (xend-domain-lock no)
                (xend-domain-lock-path /var/lib/xen/images/vm_locks)
                (dom0-min-mem 512)
                (enable-dom0-ballooning no)
                (total_available_memory 0)
                (pci-passthrough-strict-check no)
                """,
            told: [
                "xend-api-server", "xend-domain-lock-path", "dom0-min-mem", "enable-dom0-ballooning",
                "total_available_memory", "pci-passthrough-strict-check",
            ]),
        File(
            source: "Debian Lenny, routed",
            text: """
                (network-script 'network-route netdev=eth0')
                (vif-script     vif-route)
                (dom0-min-mem 196)
                (dom0-cpus 0)
                (vnc-listen '0.0.0.0')
                """, told: ["dom0-min-mem", "dom0-cpus", "vnc-listen"]),
        File(
            source: "a cluster with relocation for all",
            text: """
                (xend-relocation-server yes)
                (xend-relocation-address '')
                (xend-relocation-hosts-allow '')
                (xend-http-server yes)
                (xend-port 8000)
                """, told: ["xend-relocation-server", "xend-relocation-address", "xend-relocation-hosts-allow"]),
        File(
            source: "locks between hosts", text: "(xend-domain-lock yes)\n(xend-domain-lock-utility domain-lock)",
            told: nil),
        File(source: "a security module", text: "(xsm_module_name acm)", told: nil),
        File(source: "relocation over SSL", text: "(xend-relocation-ssl-server yes)", told: nil),
        File(
            source: "typing errors",
            text: "(xend-prot 8000)\n(vif-scirpt vif-bridge)\n(dbroot /srv/xend)\n(extra (a list (of lists)))",
            told: ["xend-prot", "vif-scirpt", "extra"]),
    ]

    @Test(
        "Each file starts xend, which says of each key that it does not do what becomes of it; or is refused",
        arguments: files)
    func isRead(file: File) throws {
        guard let told = file.told else {
            #expect(throws: ConfigurationFileError.self) { try XendConfiguration(file.text, file: "x") }
            return
        }
        let warnings = try XendConfiguration(file.text, file: "x").warnings
        #expect(warnings.count == told.count, "\(warnings)")
        for (warning, key) in zip(warnings, told) { #expect(warning.contains(" \(key) "), "\(warning)") }
    }
}
