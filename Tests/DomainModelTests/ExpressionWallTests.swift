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
            source: "what Oracle VM kept",
            text: """
                (domain (domid 7) (cpu_weight 27500) (cpu_cap 0) (pool_name Pool-0) (bootloader pvgrub) (vcpus 1) (description )
                 (uuid 0bd1a9e2-3c4d-4e5f-8a9b-0c1d2e3f4a5e) (bootloader_args -q) (name 0d87b950) (cpus (())) (maxmem 256) (memory 256)
                 (shadow_memory 0) (features ) (on_xend_start ignore) (actmem 256) (auto_power_on 0)
                 (image (linux (kernel ) (expose_host_uuid 0) (superpages 0) (tsc_mode 0) (videoram 4) (pci ()) (nomigrate 0)
                  (memory_sharing 0) (device_model /usr/lib/xen/bin/qemu-dm) (notes (HV_START_LOW 18446603336221196288))))
                 (status 2) (device (vif (bridge br0) (mac 00:21:f6:00:00:01) (uuid aa) (type netfront) (backend 0)))
                 (device (vbd (protocol x86_64-abi) (bootable 1) (dev xvda:disk) (uname file:/OVS/x.img) (mode w) (VDI ))))
                """,
            said: [
                "bootloader_args is without effect", "cpu_weight 27500 is taken as Xen 3 counts",
            ]),
        Kept(
            source: "kept by Xen 4.1, images behind blktap2",
            text: """
                (vm (name t) (memory 64) (vcpus 2) (cpus ((0 1) (0 1))) (tmem 1) (auto_power_on 1)
                 (image (linux (kernel /k) (memory_sharing 1) (oos 1) (spice 1) (spiceport 6000)))
                 (device (tap2 (uname tap2:aio:/srv/t.img) (dev xvda) (mode w))) (device (tap (uname tap:qcow2:/srv/u.img) (dev xvdb) (mode r))))
                """,
            said: [
                "tmem is without effect", "auto_power_on is without effect: (on_xend_start start)",
                "image: memory_sharing is without effect", "image: oos is without effect",
                "image: spice is without effect", "image: spiceport is without effect",
            ]),
        Kept(
            source: "a vlan of Xen 3.2",
            text: "(vm (name n) (memory 64) (image (linux (kernel /k))) (device (vif (bridge br0) (vlanid 10))))",
            said: nil, reason: "vif: vlanid is not supported: say the vlan behind the bridge"),
        Kept(
            source: "an image that nothing here serves",
            text:
                "(vm (name q) (memory 64) (image (linux (kernel /k))) (device (tap (uname tap:vhd:/srv/q.vhd) (dev xvda))))",
            said: nil, reason: "tap:vhd:/srv/q.vhd cannot be served"),
        Kept(
            source: "with a card, as Xen 3.4 kept it",
            text: """
                (vm (name p) (memory 64) (image (linux (kernel /k)))
                 (device (pci (dev (domain 0x0000) (bus 0x01) (slot 0x00) (func 0x0) (vslot 0x100)))))
                """, said: []),
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
