// Configurations in SXP as programs and people kept them, in our own words, and what is said of each.

import SExpressions
import Testing

@testable import DomainModel

@Suite struct ExpressionWallTests {
    struct Kept: Sendable, CustomTestStringConvertible {
        /// Whose kind of configuration it is.
        var source: String
        var text: String
        /// How each thing that is said begins; nil: it is refused, with these words in the reason.
        var said: [String]?
        var reason = ""
        var testDescription: String { source }
    }

    static let all = [
        Kept(
            source: "what xm of Xen 2.0 sent",
            text: """
                (vm (name vm1) (memory 64) (restart onreboot) (cpu -1)
                 (image (linux (kernel /boot/vmlinuz-2.6.10-xenU) (ip 10.0.0.2:1.2.3.4::::eth0:off) (root '/dev/sda1 ro') (args 4)))
                 (device (vbd (uname phy:sda7) (dev sda1) (mode w)))
                 (device (vif (mac aa:00:00:5e:8e:4d) (bridge xen-br0))))
                """, said: []),
        Kept(
            source: "virt-install of Fedora Core 5",
            text: """
                (vm (name 'fc5') (memory '256') (vcpus '1') (uuid '0bd1a9e2-3c4d-4e5f-8a9b-0c1d2e3f4a5b')
                 (on_reboot 'destroy') (on_poweroff 'destroy') (on_crash 'destroy')
                 (image (linux (kernel '/var/lib/xen/vmlinuz') (ramdisk '/var/lib/xen/initrd') (args 'method=http://192.0.2.1/fc5')))
                 (device (vbd (dev 'xvda') (uname 'file:/srv/fc5.img') (mode 'w')))
                 (device (vif (mac '00:16:3e:11:22:33'))))
                """, said: []),
        Kept(
            source: "kept by Xen 3.0 of a domain with pygrub",
            text: """
                (domain (domid 5) (uuid 0bd1a9e2-3c4d-4e5f-8a9b-0c1d2e3f4a5c) (vcpus 1) (cpu_weight 256) (memory 512) (shadow_memory 0)
                 (maxmem 512) (bootloader /usr/bin/pygrub) (bootloader_args -q) (features ) (localtime 0) (name c5)
                 (on_poweroff destroy) (on_reboot restart) (on_crash restart)
                 (image (linux (kernel /var/lib/xen/boot_kernel.x) (ramdisk /var/lib/xen/boot_ramdisk.x) (args 'ro root=LABEL=/')))
                 (device (vif (backend 0) (script vif-bridge) (mac 00:16:3e:11:22:34)))
                 (device (vbd (backend 0) (driver paravirtualised) (dev xvda:disk) (uname file:/srv/c5.img) (mode w)))
                 (state -b----) (shutdown_reason poweroff) (cpu_time 12.5) (online_vcpus 1) (up_time 100.0) (start_time 1.2e9)
                 (store_mfn 1) (console_mfn 2))
                """,
            said: ["bootloader_args is without effect", "cpu_weight 256 is taken as Xen 3 counts"]),
        Kept(
            source: "kept by Xen 3.4, managed",
            text: """
                (vm (name m) (uuid 0bd1a9e2-3c4d-4e5f-8a9b-0c1d2e3f4a5d) (memory_dynamic_min 64) (memory_static_max 128) (maxmem 128)
                 (memory 64) (vcpus 2) (vcpus_params ((weight 256) (cap 0))) (cpus ((0 1) (0 1))) (on_xend_start start)
                 (on_xend_stop ignore) (transient False) (is_control_domain False) (pool_name Pool-0)
                 (image (linux (kernel /k) (videoram 4) (tsc_mode 0) (nomigrate 0) (device_model /usr/lib/xen/bin/qemu-dm) (notes (A 1)))))
                """, said: []),
        Kept(
            source: "with a screen of Xen 3.1",
            text: """
                (vm (name v) (memory 64) (image (linux (kernel /k) (vnc 1) (vncunused 1) (xauthority /root/.Xauthority)))
                 (device (vkbd (backend 0))) (device (vfb (backend 0) (type vnc) (vnclisten 0.0.0.0))) (device (console (protocol vt100))))
                """,
            said: [
                "image: vnc is without effect", "image: vncunused is without effect",
                "image: xauthority is without effect",
                "device vkbd is without effect", "device vfb is without effect",
            ]),
        Kept(
            source: "limited",
            text:
                "(vm (name l) (memory 64) (vcpus 4) (vcpu_avail 3) (cpu_cap 50) (cpu_weight 0.5) (cpus '0-3,^2') (image (pvh (kernel /k))) (device (vif (rate 1MB/s@20ms) (mtu 1400))))",
            said: []),
        Kept(
            source: "emulated",
            text:
                "(vm (name h) (memory 64) (image (hvm (kernel /usr/lib/xen/boot/hvmloader) (pae 1) (acpi 1) (apic 1))))",
            said: nil,
            reason: "unknown image type: hvm"),
        Kept(
            source: "with a TPM",
            text:
                "(vm (name t) (memory 64) (image (linux (kernel /k))) (device (vtpm (instance 1))))", said: nil,
            reason: "unknown device type: vtpm"),
        Kept(
            source: "labelled",
            text:
                "(vm (name s) (memory 64) (image (linux (kernel /k))) (device (vif (security_label a:b))))", said: nil,
            reason: "vif: security_label is not supported"),
        Kept(
            source: "typed by hand",
            text:
                "(vm (name y) (memory 64) (onreboot restart) (vcpu 2) (image (linux (kernel /k) (arg quiet))) (device (vbd (uname phy:x) (dev sda1) (modes w))))",
            said: [
                "unknown name \"onreboot\" is ignored (did you mean \"on_reboot\"?)",
                "unknown name \"vcpu\" is ignored",
                "image: unknown name \"arg\" is ignored (did you mean \"args\"?)",
                "vbd: unknown name \"modes\" is ignored (did you mean \"mode\"?)",
            ]),
    ]

    @Test("Each is read, and what of it is without effect is said; or it is refused with the reason", arguments: all)
    func isRead(kept: Kept) throws {
        let source = try SExpression.parseFirst(kept.text)
        guard let said = kept.said else {
            let error = #expect(throws: ConfigurationError.self) {
                let config = try DomainConfig(source)
                if let refusal = config.refusal { throw refusal }
            }
            #expect(error?.description.contains(kept.reason) == true, "\(error?.description ?? "")")
            return
        }
        let config = try DomainConfig(source)
        #expect(config.refusal == nil)
        #expect(config.warnings.count == said.count, "\(config.warnings)")
        for (warning, beginning) in zip(config.warnings, said) { #expect(warning.hasPrefix(beginning), "\(warning)") }
    }
}
