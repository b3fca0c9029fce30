/// Commands of later versions that this xend has no use for: what to do instead.
enum AbsentCommands {
    static let all = [
        absent("vncviewer", "domains have no screen; use console DOM."),
        absent("sched-sedf", "today's Xen has no such scheduler; use sched-credit."),
        absent("claims", "memory is given before a domain is built, so that nothing is claimed."),
        absent("cd-insert", "a domain's drives have one medium: use block-detach and block-attach."),
        absent("cd-eject", "a domain's drives have one medium: use block-detach."),
        absent("config-update", "what is decided about a domain that runs is kept: use the command for it."),
        absent("send-trigger", "use trigger."),
        absent("sched-rtds", "use sched-credit or sched-credit2, whichever scheduler Xen has."),
        absent("remus", "xend keeps no copy of a domain up to date elsewhere; save -c writes one."),
        absent("cpupool-create", "there is one pool of cpus; use vcpu-pin."),
        absent("cpupool-destroy", "there is one pool of cpus; use vcpu-pin."),
        absent("cpupool-rename", "there is one pool of cpus; use vcpu-pin."),
        absent("cpupool-cpu-add", "there is one pool of cpus; use vcpu-pin."),
        absent("cpupool-cpu-remove", "there is one pool of cpus; use vcpu-pin."),
        absent("cpupool-migrate", "there is one pool of cpus; use vcpu-pin."),
        absent("cpupool-numa-split", "there is one pool of cpus; use vcpu-pin."),
        absent("usbctrl-attach", "domains have no USB."),
        absent("usbctrl-detach", "domains have no USB."),
        absent("usbdev-attach", "domains have no USB."),
        absent("usbdev-detach", "domains have no USB."),
        absent("usb-list", "domains have no USB."),
        absent("vtpm-attach", "domains have no TPM."),
        absent("vtpm-detach", "domains have no TPM."),
        absent("vtpm-list", "domains have no TPM."),
        absent("pci-assignable-add", "xend does not pass PCI devices through."),
        absent("pci-assignable-remove", "xend does not pass PCI devices through."),
        absent("pci-assignable-list", "xend does not pass PCI devices through."),
        absent("getenforce", "xend labels no domains."),
        absent("setenforce", "xend labels no domains."),
        absent("loadpolicy", "xend labels no domains."),
        absent("qemu-monitor-command", "domains have no device model."),
        absent("pci-attach", "xend does not pass PCI devices through."),
        absent("pci-detach", "xend does not pass PCI devices through."),
        absent("pci-list", "xend does not pass PCI devices through."),
    ]

    private static func absent(_ name: String, _ instead: String) -> XmCommand {
        XmCommand(
            name: name, group: .absent, isOriginal: false, arguments: "", summary: instead, details: instead
        ) { _, invocation throws(XmFailure) in
            throw .error("\(invocation.word) is not supported: \(instead)")
        }
    }
}
