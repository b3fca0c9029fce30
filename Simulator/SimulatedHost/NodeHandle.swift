import HostInterface
import SimulatedHypervisor

/// The physical machine of a simulated host as one incarnation of the daemon sees it.
struct NodeHandle: NodeControl {
    let host: SimulatedHost
    let incarnation: Incarnation

    var systemName: SystemName {
        SystemName(
            system: "Linux", host: host.name, release: "6.1.0-simulated", version: "#1 SMP simulated machine",
            machine: "x86_64")
    }

    func lastBootRecord() async -> String? { host.bootRecord }

    func bootIdentifier() async -> String { host.bootIdentifier }

    func mountState(ofDevice number: UInt32) async -> MountState {
        guard let device = host.machine.hardware.blockDevices[number], device.isMounted else { return .notMounted }
        return device.isMountedReadOnly ? .readOnly : .readWrite
    }

    func isHeldExclusively(_ node: String) async -> Bool { host.machine.hardware.device(node)?.isHeld ?? false }

    func extent(ofDevice number: UInt32) async -> BlockDeviceExtent {
        let hardware = host.machine.hardware
        let devices = hardware.devices(writtenWith: number)
        let file = hardware.blockDevices[number]?.file.flatMap { host.identity(ofFile: $0) }
        return BlockDeviceExtent(devices: devices, file: file)
    }

    func backendDevices() async -> [String] { incarnation.isFenced ? [] : host.machine.backendDevices }

    func deviceCounters() async -> [DeviceCounter] { incarnation.isFenced ? [] : host.machine.deviceCounters }

    func loopDevices(showing file: String) async -> [String] {
        guard !incarnation.isFenced else { return [] }
        let devices = host.machine.hardware.blockDevices.values
        return devices.filter { $0.file == file && !$0.isGivenBack && $0.path.hasPrefix("/dev/loop") }.map(\.path)
            .sorted()
    }

    /// A bridge is an interface too.
    func networkInterfaces() async -> [String] {
        Set(host.machine.hardware.interfaces.keys).union(host.machine.hardware.bridges).sorted()
    }

    func powerOff() async throws(NodeControlError) {
        guard !incarnation.isFenced else { throw NodeControlError("the daemon has been killed") }
        host.onPowerOffRequested()
    }

    func reboot() async throws(NodeControlError) {
        guard !incarnation.isFenced else { throw NodeControlError("the daemon has been killed") }
        host.onRebootRequested()
    }
}

extension SimulatedHost {
    /// The newest boot record of wtmp.
    public var bootRecord: String? {
        hasBootRecords ? "reboot   system boot  6.1.0-simulated  \(name) boot \(bootCount)" : nil
    }

    /// The kernel's boot_id: made from the host's name and the number of its boots.
    public var bootIdentifier: String {
        var bytes = random.fork("boot \(bootCount)").bytes(16)
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        var text = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { text += "-" }
            text.append(digit)
        }
        return text
    }
}
