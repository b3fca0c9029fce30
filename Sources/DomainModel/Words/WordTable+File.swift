/// Files of `xm` and `xl`: every name of xl.cfg(5), of xmdomain.cfg(5) and of the `xm create` of Xen 2.0 to 3.4.
extension WordTable {
    /// Names of the file itself.
    public static let file = WordTable(doneInFiles + screen + emulated + notHere + refusedDevices + refusedLimits)

    private static let doneInFiles =
        ConfigurationWord.all(
            "name description kernel ramdisk builder memory maxmem cpu cpus cpu_weight cpu_cap cap vcpus maxvcpus vcpu_avail uuid type "
                + "on_poweroff on_reboot on_crash on_watchdog on_xend_start on_xend_stop restart console blkif netif disk pci vif nics root extra "
                + "cmdline ip gateway netmask hostname interface dhcp nfs_server nfs_root bootloader firmware", .done)
        // Options of the command line, which a file may give as well.
        + ConfigurationWord.all(
            "help ostype help_config quiet path defconfig config load dryrun paused console_autoconnect xmldryrun skipdtd",
            .done
        )
        + [ConfigurationWord("on_soft_reset", .warned(Reason.softReset), idle: ["soft-reset"])]

    private static let screen = ConfigurationWord.all(
        "vfb vkb vkb_device vnc vncdisplay vnclisten vncunused vncpasswd vncviewer vncviewer-autopass vncconsole sdl opengl "
            + "display xauthority keymap stdvga vga videoram nographic spice spiceport spicetls_port spicehost "
            + "spicedisable_ticketing spicepasswd spiceagent_mouse spicevdagent spice_clipboard_sharing "
            + "spiceusbredirection spice_image_compression spice_streaming_video", .warned(Reason.noScreen))

    private static let emulated =
        ConfigurationWord.all(
            "acpi acpi_s3 acpi_s4 acpi_laptop_slate acpi_firmware apic pae hpet hap oos nx vpt_align viridian "
                + "timer_mode xen_platform_pci xen_platform_pci_bar_uc hvm_pirq nestedhvm altp2m altp2mhvm altp2m_count "
                + "bios bios_path_override smbios smbios_firmware boot hdtype mmio_hole ms_vm_genid vendor_device loader "
                + "features guest_os_type vhpt shadow_memory s3_integrity isa fda fdb soundhw usb usbdevice usbversion "
                + "serial parallel monitor localtime rtc_timeoffset rdm rdm_mem_boundary suppress_spurious_page_faults "
                + "xend_suspend_evtchn_compat vpmu tsc_mode msr_relaxed mca_caps firmware_override superpages extid hcall xen_extended_power_mgmt "
                + "expose_host_uuid",
            .warned(Reason.noEmulation))
        + ConfigurationWord.all(
            "device_model device_model_version device_model_override device_model_stubdomain_override "
                + "device_model_stubdomain_seclabel device_model_args device_model_args_pv device_model_args_hvm "
                + "device_model_user dm_restrict stubdomain_kernel stubdomain_ramdisk stubdomain_cmdline stubdomain_memory "
                + "target", .warned(Reason.noDeviceModel))

    private static let notHere =
        ConfigurationWord.all(
            "bootargs bootentry bootloader_args bootloader_restrict bootloader_user", .warned(Reason.noBootLoader))
        + ConfigurationWord.all(
            "pci_msitranslate pci_power_mgmt pci_permissive pci_seize e820_host", .warned(Reason.noPassthrough))
        + [
            ConfigurationWord("cpus_soft", .warned("Xen places the vcpus as it likes within cpus")),
            ConfigurationWord(
                "ipaddr", .warned("an interface has its addresses in vif, as in vif = [ 'ip=10.0.0.1' ]")),
            ConfigurationWord("memory_sharing", .warned("every domain has its memory to itself"), idle: ["0"]),
            ConfigurationWord("tmem", .warned("Xen has no memory of this kind any more"), idle: ["0"]),
            ConfigurationWord(
                "sched", .warned("the machine has one scheduler; xm info names it"), idle: ["credit", "credit2"]),
            ConfigurationWord("driver_domain", .warned("netif and blkif say what a domain serves to others")),
            ConfigurationWord("nomigrate", .warned("a domain moves only when somebody moves it")),
            ConfigurationWord("claim_mode", .warned("memory is given before the domain is built")),
            ConfigurationWord("vmtrace_buf_kb", .warned("xend traces no processors")),
        ]
        + ConfigurationWord.all(
            "period slice latency extratime", .warned("today's Xen has no such scheduler; use cap and cpu_weight"))

    private static let refusedDevices =
        ConfigurationWord.all(
            "vtpm tpmif vif2 vscsi scsi vusb usbctrl usbdev channel p9 pvcalls vdispl vsnd virtio dtdev gfx_passthru ioports iomem irq irqs",
            .refused(Reason.noSuchDevice))
        + ConfigurationWord.all(
            "vuart gic_version tee arm_sci sve nr_spis device_tree trap_unmapped_accesses",
            .refused(Reason.otherMachine))
        + ConfigurationWord.all(
            "vnuma cpuid cpuid_check pvshim pvshim_path pvshim_cmdline pvshim_extra passthrough machine_address_size",
            .refused("a domain sees the processor and the memory of this machine as they are"))

    private static let refusedLimits =
        ConfigurationWord.all("seclabel init_seclabel access_control ssidref", .refused("xend labels no domains"))
        + ConfigurationWord.all(
            "llc_colors xenstore_quota xenstore_feature_mask", .refused("there is no such limit for single domains"))
        + [
            ConfigurationWord("pool", .refused("there is one pool of cpus; use cpus"), idle: ["pool-0"]),
            ConfigurationWord("max_event_channels", .refused("every domain may have 1023"), idle: ["1023"]),
        ]
        + ConfigurationWord.all(
            "max_grant_frames max_maptrack_frames max_grant_version", .refused("every domain has what Xen gives it"))

    /// What is said more than once.
    enum Reason {
        static let noScreen = "domains have no screen and no keyboard; they have a console"
        static let noEmulation = "only emulated machines have it"
        static let noDeviceModel = "domains have no device model"
        static let noBootLoader = "no boot loader runs on this machine"
        static let noPassthrough = "xend does not pass PCI devices through"
        static let noSuchDevice = "domains have network interfaces, block devices and a console"
        static let otherMachine = "only machines of another architecture have it"
        static let softReset = "a domain that resets itself softly is treated as one that crashed"
    }
}
