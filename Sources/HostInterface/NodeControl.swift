/// The physical machine around the hypervisor: what it is called, when it booted, its devices, its power.
public protocol NodeControl: Sendable {
    /// uname(2).
    var systemName: SystemName { get }
    /// The newest boot record of wtmp, as text that changes with each boot; nil when wtmp has none (manual D7).
    func lastBootRecord() async -> String?
    /// The kernel's boot_id: differs after every boot.
    func bootIdentifier() async -> String
    /// How a block device of this host is used by the host itself.
    func mountState(ofDevice number: UInt32) async -> MountState
    /// Whether somebody on this host has opened a block device, or a part of it, for himself alone, as file systems, the device mapper and
    /// programs that check or format one do.
    func isHeldExclusively(_ node: String) async -> Bool
    /// What is written when a block device of this host is.
    func extent(ofDevice number: UInt32) async -> BlockDeviceExtent
    /// The names under /sys/bus/xen-backend/devices: `vbd-1-2049`, `vif-1-0`. A back-end that is still listed here is not gone,
    /// whatever xenstore says.
    func backendDevices() async -> [String]
    /// What the back-ends of this host have moved, of each device that they serve, in no order: all of them at one look.
    func deviceCounters() async -> [DeviceCounter]
    /// The nodes of the loop devices that show this file, sorted.
    func loopDevices(showing file: String) async -> [String]
    /// Network interfaces that exist.
    func networkInterfaces() async -> [String]
    /// Turns the machine off in an orderly way. Returns when that has begun.
    func powerOff() async throws(NodeControlError)
    /// Reboots the machine in an orderly way. Returns when that has begun.
    func reboot() async throws(NodeControlError)
}

/// What uname(2) tells.
public struct SystemName: Hashable, Sendable {
    /// In the order in which the node's description has them (reference/domain.md §7).
    public var system, host, release, version, machine: String

    public init(system: String, host: String, release: String, version: String, machine: String) {
        self.system = system
        self.host = host
        self.release = release
        self.version = version
        self.machine = machine
    }
}

/// How domain 0 itself uses a block device.
public enum MountState: Hashable, Sendable { case notMounted, readOnly, readWrite }

/// Why the machine does not go down, in words.
public struct NodeControlError: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String
    public init(_ description: String) { self.description = description }
}
