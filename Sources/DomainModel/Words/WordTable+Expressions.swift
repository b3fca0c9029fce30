/// S-expressions: every name of Xen 2.0 and of what the xend of Xen 3 kept and told of a domain.
extension WordTable {
    /// Members of `(vm …)`.
    public static let vm = WordTable(
        ConfigurationWord.all(
            "name memory maxmem cpu cpus cpu_weight cpu_cap vcpus online_vcpus vcpu_avail uuid image device backend console "
                + "restart on_poweroff on_reboot on_crash on_watchdog bootloader on_xend_start on_xend_stop start_order "
                + "start_delay", .done)
            + [ConfigurationWord("on_soft_reset", .warned(Reason.softReset), idle: ["soft-reset"])]
            + ConfigurationWord.all(
                "domid id state status shutdown_reason start_time cpu_time up_time description store_mfn console_mfn "
                    + "store_port console_port last_shutdown_reason shadow_memory features other_config platform "
                    + "memory_dynamic_min memory_dynamic_max memory_static_min memory_static_max tools_version "
                    + "PV_args PV_kernel PV_ramdisk PV_bootloader PV_bootloader_args HVM_boot_policy HVM_boot_params "
                    + "user_version is_a_template is_control_domain transient pool_name vcpus_params cpu_params "
                    + "security actmem builder", .told)
            + [
                ConfigurationWord(
                    "auto_power_on", .warned("(on_xend_start start) starts a domain with the machine"), idle: ["false"])
            ]
            + ConfigurationWord.all("tmem memory_sharing", .warned("every domain has its memory to itself"))
            + ConfigurationWord.all("bootloader_args", .warned(Reason.noBootLoader))
            + ConfigurationWord.all("localtime rtc_timeoffset target superpages", .warned(Reason.noEmulation)))

    /// Members of the image: `(linux …)`.
    public static let image = WordTable(
        ConfigurationWord.all("kernel ramdisk ip root args", .done)
            + ConfigurationWord.all("notes device_model videoram Description", .told)
            + ConfigurationWord.all(
                "vnc vncdisplay vnclisten vncunused vncpasswd sdl opengl display xauthority keymap stdvga nographic vncviewer "
                    + "vncconsole spice spicehost spiceport spicepasswd spice_disable_ticketing spiceagent_mouse",
                .warned(Reason.noScreen))
            + ConfigurationWord.all(
                "acpi apic pae hpet hap vpt_align timer_mode viridian localtime rtc_timeoffset boot loader serial "
                    + "parallel monitor usb usbdevice soundhw fda fdb isa guest_os_type xen_platform_pci s3_integrity vhpt "
                    + "tsc_mode nomigrate superpages suppress_spurious_page_faults pci_msitranslate pci_power_mgmt "
                    + "oos memory_sharing extid xen_extended_power_mgmt hcall expose_host_uuid",
                .warned(Reason.noEmulation))
            + ConfigurationWord.all("cpuid cpuid_check machine_address_size", .refused(Reason.otherMachine))
            + ConfigurationWord.all("gfx_passthru pci", .refused(Reason.noSuchDevice)))

    /// Members of `(vif …)`.
    public static let vif = WordTable(
        ConfigurationWord.all("mac bridge script ip backend rate vifname mtu", .done)
            // What lists of devices tell of one.
            + ConfigurationWord.all("uuid idx vif evtchn index handle type devid trusted state", .told)
            + ConfigurationWord.all("model accel credit", .warned(Reason.noEmulation))
            + ConfigurationWord.all("policy label security_label", .refused("xend labels no interfaces"))
            + ConfigurationWord.all("vlanid", .refused("say the vlan behind the bridge, as in (bridge br0.10)")))

    /// Members of `(vbd …)`.
    public static let vbd = WordTable(
        ConfigurationWord.all("uname dev mode backend discard", .done)
            + ConfigurationWord.all(
                "uuid idx vdev node driver bootable VDI device type devtype protocol backendtype state in_use", .told)
            + ConfigurationWord.all("access_control label policy", .refused("xend labels no disks")))

    /// Members of `(pci …)`.
    public static let pci = WordTable(
        ConfigurationWord.all("bus dev func", .done)
            + ConfigurationWord.all("uuid idx domain slot key vdevfn vslot devs backend opts", .told))

    /// Devices that Xen 3 had besides ours. What is told goes without saying, as every domain has it.
    static let devices = WordTable(
        ConfigurationWord.all("vif vbd tap tap2 pci", .done)
            + ConfigurationWord.all("console", .told)
            + ConfigurationWord.all("vfb vkbd", .warned(Reason.noScreen)))
}
