// Every name that people write in a configuration, and what becomes of it.

import SExpressions
import Testing

@testable import DomainModel

@Suite struct WordTableTests {
    static let tables: [(String, WordTable)] = [
        ("file", .file), ("vm", .vm), ("image", .image), ("vif", .vif), ("vbd", .vbd), ("pci", .pci),
        ("devices", .devices),
        ("network", .network), ("disk", .disk),
    ]

    /// The manual pages' own lists, so that no name of theirs is forgotten.
    static let documented: [(String, WordTable, String)] = [
        (
            "xl.cfg(5)", .file,
            """
            name type builder uuid kernel ramdisk cmdline root extra bootloader bootloader_args bootloader_restrict bootloader_user
            firmware pool vcpus maxvcpus cpus cpus_soft cpu_weight cap memory maxmem vnuma vcpus on_poweroff on_reboot on_watchdog
            on_crash on_soft_reset disk vif vtpm p9 pvcalls vfb channel usbctrl usbdev pci pci_permissive pci_msitranslate
            pci_seize pci_power_mgmt gfx_passthru rdm rdm_mem_boundary dtdev ioports iomem irqs max_event_channels max_grant_frames
            max_maptrack_frames max_grant_version nomigrate driver_domain device_tree passthrough xend_suspend_evtchn_compat vkb
            vdispl vsnd virtio e820_host boot hdtype hap oos shadow_memory bios bios_path_override pae acpi acpi_s3 acpi_s4
            acpi_laptop_slate apic nx hpet altp2m altp2mhvm nestedhvm cpuid acpi_firmware smbios_firmware smbios ms_vm_genid tsc_mode
            localtime rtc_timeoffset vpt_align timer_mode xen_platform_pci viridian videoram stdvga vga vnc vnclisten vncdisplay
            vncunused vncpasswd keymap sdl display xauthority opengl nographic spice spicehost spiceport spicetls_port
            spicedisable_ticketing spicepasswd spiceagent_mouse spicevdagent spice_clipboard_sharing spiceusbredirection
            spice_image_compression spice_streaming_video serial soundhw vkb_device usb usbversion usbdevice vendor_device hvm_pirq
            pvshim pvshim_path pvshim_cmdline pvshim_extra device_model_version device_model_override
            device_model_stubdomain_override stubdomain_kernel stubdomain_cmdline stubdomain_ramdisk stubdomain_memory
            device_model_stubdomain_seclabel device_model_args device_model_args_pv device_model_args_hvm device_model_user
            dm_restrict gic_version vuart tee sve nr_spis vmtrace_buf_kb vpmu mca_caps msr_relaxed xenstore_quota llc_colors
            seclabel init_seclabel claim_mode mmio_hole
            """
        ),
        (
            "xmdomain.cfg(5), and create of Xen 3.4", .file,
            """
            vncpasswd vncviewer vncconsole name bootloader bootargs bootentry kernel ramdisk loader features builder memory maxmem
            shadow_memory cpu cpus rtc_timeoffset pae hpet timer_mode vpt_align viridian acpi apic vcpus vcpu_avail vhpt cpu_cap
            cpu_weight restart on_poweroff on_reboot on_crash blkif netif tpmif disk pci vscsi ioports irq vfb vif vtpm
            access_control nics root extra ip gateway netmask hostname interface dhcp nfs_server nfs_root device_model fda fdb serial
            monitor localtime keymap usb usbdevice guest_os_type stdvga isa boot nographic soundhw vnc vncdisplay vnclisten vncunused
            videoram sdl opengl display xauthority uuid on_xend_start on_xend_stop target hap s3_integrity cpuid cpuid_check
            machine_address_size suppress_spurious_page_faults pci_msitranslate pci_power_mgmt xen_platform_pci
            description superpages memory_sharing extid hcall vusb expose_host_uuid
            """
        ),
        (
            "xl-network-configuration(5)", .network,
            "mac bridge gatewaydev type model vifname script ip backend rate devid mtu vlan trusted untrusted accel"
        ),
        (
            "xl-disk-configuration(5)", .disk,
            """
            target format vdev access devtype cdrom backend backendtype script direct-io-safe discard no-discard colo no-colo
            colo-host colo-port colo-export active-disk hidden-disk specification transport trusted untrusted grant_usage
            """
        ),
    ]

    @Test("Every name of a manual page is in its table", arguments: documented)
    func isComplete(page: String, table: WordTable, names: String) {
        let missing = names.split { $0.isWhitespace }.map(String.init).filter { table[$0] == nil }
        #expect(missing.isEmpty, "\(page)")
    }

    @Test(
        "Each name with a value has the verdict of its row, with a reason, and none with a value that asks for nothing",
        arguments: tables)
    func judges(name: String, table: WordTable) {
        #expect(!table.words.isEmpty)
        for word in table.words {
            let verdict = table.verdict(on: word.name, value: "something")
            switch word.treatment {
            case .done, .told: #expect(verdict == .accepted, "\(word.name)")
            case .warned(let why):
                #expect(verdict == .warning("\(word.name) is without effect: \(why)") && why.count > 10)
            case .refused(let why):
                #expect(verdict == .refusal("\(word.name) is not supported: \(why)") && why.count > 10)
            }
            for value in ["", "0", "no", "None", "[]", "()", "default"] + word.idle {
                #expect(table.verdict(on: word.name, value: value) == .accepted, "\(word.name) = \(value)")
            }
        }
    }

    @Test("A misspelt name is a warning with the nearest that is known", arguments: tables)
    func suggests(name: String, table: WordTable) {
        for word in table.words where word.name.count > 5 {
            let misspelt = String(word.name.dropLast(2) + "q" + word.name.suffix(2))
            guard table[misspelt] == nil else { continue }
            guard case .warning(let text) = table.verdict(on: misspelt, value: "1") else {
                Issue.record("\(misspelt) goes without a word")
                continue
            }
            #expect(text.hasPrefix("unknown name \"\(misspelt)\" is ignored (did you mean \""))
        }
        #expect(table.verdict(on: "zzzzzzzzzz", value: "1") == .warning("unknown name \"zzzzzzzzzz\" is ignored"))
    }
}

@Suite struct ConfigurationWordsTests {
    private func config(_ fields: String) throws -> DomainConfig {
        try DomainConfig(SExpression.parseFirst(configuration(fields)))
    }

    @Test("Each name in each element is judged by its table")
    func findsAll() throws {
        let elements: [(WordTable, (String) -> String)] = [
            (.vm, { "\($0)" }), (.vif, { "(device (vif \($0)))" }),
            (.vbd, { "(device (vbd (uname phy:x) (dev xvda) \($0)))" }),
            (.pci, { "(device (pci (bus 1) (dev 2) (func 3) \($0)))" }),
        ]
        for (table, element) in elements {
            for word in table.words {
                switch word.treatment {
                // A value that is done is checked, and may be wrong.
                case .done: continue
                case .told:
                    let seen = try config(element("(\(word.name) something)"))
                    #expect(seen.warnings.isEmpty && seen.refusal == nil, "\(word.name)")
                case .warned(let why):
                    let seen = try config(element("(\(word.name) something)"))
                    #expect(
                        seen.warnings.count == 1 && seen.warnings[0].hasSuffix("\(word.name) is without effect: \(why)")
                    )
                    #expect(seen.refusal == nil)
                case .refused(let why):
                    let seen = try config(element("(\(word.name) something)"))
                    #expect(seen.refusal?.text.hasSuffix("\(word.name) is not supported: \(why)") == true)
                }
            }
        }
    }

    @Test("Names of an image, and devices that others had, are warnings; each is said once")
    func warnsOfOthers() throws {
        let source = try SExpression.parseFirst(
            "(vm (name a) (memory 1) (image (linux (kernel /k) (vnc 1) (zork 1) (notes (x y)))) (device (vfb (type vnc))) (device (console (protocol vt100))) (device (vfb)))"
        )
        let config = try DomainConfig(source)
        #expect(
            config.warnings == [
                "image: vnc is without effect: domains have no screen and no keyboard; they have a console",
                "image: unknown name \"zork\" is ignored",
                "device vfb is without effect: domains have no screen and no keyboard; they have a console",
            ])
        #expect(config.devices.isEmpty)
    }

    @Test("A share of 256 and more is one of Xen 3's, and said to be taken so")
    func readsWeights() throws {
        #expect(try config("(cpu_weight 256)").cpuWeight == 1)
        #expect(try config("(cpu_weight 512)").warnings.count == 1)
        #expect(try config("(cpu_weight 255)").cpuWeight == 255 && config("(cpu_weight 255)").warnings.isEmpty)
    }

    @Test("vcpu_avail is a bit for each vcpu in use, from the first")
    func readsAvailability() throws {
        for (mask, online) in [(1, 1), (3, 2), (15, 4), (255, 4)] {
            #expect(try config("(vcpus 4) (vcpu_avail \(mask))").onlineVCPUs == online)
        }
        for mask in ["0", "2", "5", "x", "-1"] {
            #expect(throws: ConfigurationError.self) { try config("(vcpus 4) (vcpu_avail \(mask))") }
        }
    }

    @Test("Words for an end that say more than is done are warnings; a watchdog has its own")
    func readsActions() throws {
        for field in ExitActions.fields {
            for (word, action) in [
                ("soft-reset", ExitActions.Action.restart)
            ] {
                let config = try config("(\(field) \(word))")
                #expect(config.warnings.count == 1 && config.warnings[0].hasPrefix("\(field) \(word): "))
                let actions = config.exitActions
                let read = [
                    "on_poweroff": actions.onPoweroff, "on_reboot": actions.onReboot, "on_crash": actions.onCrash,
                ]
                #expect((read[field] ?? actions.onWatchdog) == action)
            }
            for action in ExitActions.Action.allCases {
                #expect(try config("(\(field) \(action.rawValue))").warnings.isEmpty)
            }
            #expect(throws: ConfigurationError.self) { try config("(\(field) explode)") }
        }
        let seen = try config("(on_crash preserve) (on_watchdog restart)")
        #expect(
            seen.exitActions.action(for: .other(4)) == .restart
                && seen.exitActions.action(for: .other(5)) == .preserve)
        #expect(try self.config("(on_crash preserve)").exitActions.action(for: .other(4)) == .preserve)
    }

    @Test("A boot loader within the guest is its kernel; one outside is not run")
    func readsBootLoader() throws {
        for word in BootLoader.grubWords {
            let config = try config("(bootloader \(word))")
            #expect(config.bootLoader == .grub && config.bootLoader?.refusal == nil)
            #expect(config.image.kernel == "/usr/lib/grub-xen/grub-x86_64-xen.bin" && config.image.ramdisk == nil)
        }
        let other = try DomainConfig(
            SExpression.parseFirst("(vm (name a) (memory 1) (bootloader /usr/bin/pygrub) (image (pvh (args quiet))))"))
        #expect(other.image.kernel == "/usr/lib/grub-xen/grub-i386-xen_pvh.bin")
        #expect(other.bootLoader?.refusal?.contains("(boot-loader grub)") == true)
        #expect(try config("(bootloader '')").bootLoader == nil)
    }

    @Test("What a vif may send, is called and takes is read")
    func readsInterfaces() throws {
        let config = try config("(device (vif (rate 10Mb/s) (vifname web-eth0) (mtu 9000)))")
        guard case .vif(let vif) = config.devices[0] else { return #expect(Bool(false)) }
        #expect(vif.rate == TransmitRate(text: "62500,50000") && vif.interfaceName == "web-eth0" && vif.mtu == 9000)
        for field in ["(rate fast)", "(vifname 'a b')", "(vifname sixteen-letters-)", "(mtu 60)", "(mtu big)"] {
            #expect(throws: ConfigurationError.self) { try self.config("(device (vif \(field)))") }
        }
    }

    @Test("What Xen 3 wrote behind the name of a block device is what it is")
    func readsDrives() throws {
        let config = try config(
            "(device (vbd (uname phy:x) (dev hdc:cdrom) (mode w))) (device (vbd (uname phy:y) (dev xvda:disk) (mode w) (discard 0)))"
        )
        guard case .vbd(let drive) = config.devices[0], case .vbd(let disk) = config.devices[1] else {
            return #expect(Bool(false))
        }
        #expect(drive.isCDROM && drive.mode == "r" && drive.device == "hdc" && drive.discards == nil)
        #expect(!disk.isCDROM && disk.mode == "w" && disk.device == "xvda" && disk.discards == false)
    }
}

@Suite struct TransmitRateTests {
    static let rates: [(String, UInt32, UInt32)] = [
        ("10Mb/s", 62500, 50000), ("250KB/s", 12500, 50000), ("1MB/s@20ms", 20000, 20000),
        ("1GB/s@1s", 1_000_000_000, 1_000_000),
        ("8b/s@1s", 1, 1_000_000), ("1000B/s@5000us", 5, 5000), ("62500,50000", 62500, 50000),
    ]

    @Test(arguments: rates) func aRateIsBytesInAnInterval(_ text: String, _ bytes: UInt32, _ microseconds: UInt32) {
        let rate = TransmitRate(text: text)
        #expect(rate?.bytes == bytes && rate?.microseconds == microseconds)
    }

    @Test(arguments: [
        "", "10", "10Mb", "Mb/s", "10Tb/s", "0Mb/s", "1b/s", "10Mb/s@", "10Mb/s@0ms", "9999999999GB/s", "0,1", "1,0",
        "-1,5", "1,2,3",
    ])
    func othersAreRefused(_ text: String) { #expect(TransmitRate(text: text) == nil) }
}

@Suite struct CPUSetTextTests {
    @Test("What stands behind ^ is taken out again")
    func takesOut() {
        #expect(CPUSet("0-3,^1") == [0, 2, 3])
        #expect(CPUSet("0-3, 5, ^1-2") == [0, 3, 5])
        #expect(CPUSet("all,^0")?.cpus == Set(1...4095))
        for text in ["^1", "0,^0", "0-3,^", "0-3,^x", "0 1", "", "nodes:0"] { #expect(CPUSet(text) == nil, "\(text)") }
    }
}
