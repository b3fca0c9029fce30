// The table of subcommands. Help, completion and dispatch are all made from it.

extension XmCommand {
    /// Every subcommand.
    static let all: [XmCommand] =
        [HelpCommands.help, HelpCommands.completion, CallCommand.call]
        + [
            ListCommands.list, CreateCommand.create, ShutdownCommands.shutdown, ShutdownCommands.reboot,
            DomainCommands.destroy, DomainCommands.pause, DomainCommands.unpause, TransferCommands.save,
            TransferCommands.restore, TransferCommands.dumpCore, TransferCommands.migrate, DomainCommands.resolve,
        ]
        + [
            DefinedCommands.new, DefinedCommands.keep, DefinedCommands.delete, DefinedCommands.start,
            DefinedCommands.suspend, DefinedCommands.resume, DefinedCommands.autostart,
        ]
        + [ImageCommands.imageInfo, ImageCommands.imageStream]
        + [
            ListCommands.domid, ListCommands.domname, ListCommands.vmList, DomainCommands.rename,
            DomainCommands.trigger,
            DomainCommands.buttonPress,
            DomainCommands.reset, DomainCommands.sysrq, UpTimeCommand.upTime,
            HistoryCommands.why,
        ]
        + [
            DomainCommands.pinCPU, VirtualCPUCommands.virtualCPUPin, VirtualCPUCommands.virtualCPUList,
            DomainCommands.virtualCPUSet, DomainCommands.maxmem, DomainCommands.balloon, DomainCommands.memMax,
            DomainCommands.memSet,
        ]
        + [HostCommands.console, HostCommands.consoles]
        + [
            PoolCommands.list, HostCommands.info, TopCommand.top, HostCommands.dmesg, HostCommands.log,
            HistoryCommands.events, HostCommands.debugKeys,
        ]
        + [
            SchedulerCommands.bvt, SchedulerCommands.bvtContextAllowance, SchedulerCommands.atropos,
            SchedulerCommands.roundRobin, SchedulerCommands.credit, SchedulerCommands.credit2,
        ]
        + [
            DeviceCommands.vifList, DeviceCommands.networkList, DeviceCommands.networkAttach,
            DeviceCommands.networkDetach,
        ]
        + [
            DeviceCommands.vbdList, DeviceCommands.vbdCreate, DeviceCommands.vbdDestroy, DeviceCommands.blockList,
            DeviceCommands.blockAttach, DeviceCommands.blockDetach,
        ]
        + AbsentCommands.all
}

/// Options that several commands have.
enum CommonOption {
    static let help = XmOption("help", "h", "Print this help.")
    static let json = XmOption("json", nil, "As JSON.")
}
