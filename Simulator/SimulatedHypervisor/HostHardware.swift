/// The devices of a simulated host that domain 0's kernel sees: block devices and network interfaces. Hotplug scripts
/// and back-end drivers act on it, the host shows it.
public final class HostHardware {
    /// A block device or partition.
    public struct BlockDevice: Hashable, Sendable {
        /// Its node, such as `/dev/sda1`.
        public var path: String
        /// Major · 256 + minor.
        public var number: UInt32
        /// Bytes.
        public var size: UInt64
        /// Nobody can write to it.
        public var isReadOnly = false
        /// The file behind a loop device.
        public var file: String?
        /// How the host itself has it mounted.
        public var isMounted = false
        /// Whether a program of the host has opened it for itself alone.
        public var isHeld = false
        /// The host itself only reads from it; says something only while it is mounted.
        public var isMountedReadOnly = false
        /// Back-end devices that have it open.
        public var users: Set<String> = []
        /// To disappear when the last user is gone, as a loop device that is detached while in use.
        public var isGivenBack = false

        public init(path: String, number: UInt32, size: UInt64) {
            self.path = path
            self.number = number
            self.size = size
        }
    }

    /// By number.
    public private(set) var blockDevices: [UInt32: BlockDevice] = [:]
    /// Network interfaces by name, each with the bridge it is on.
    public private(set) var interfaces: [String: String?] = ["lo": nil, "eth0": nil]
    /// What interfaces are called that were called otherwise when they were made.
    private var names: [String: String] = [:]
    /// By name.
    public var bridges: Set<String> = []

    public init() {}

    /// In place of what has the same number.
    public func add(_ device: BlockDevice) { blockDevices[device.number] = device }
    /// Takes it away, whoever has it open.
    public func remove(_ number: UInt32) { blockDevices[number] = nil }
    /// By its node; nil where there is none.
    public func device(_ path: String) -> BlockDevice? { blockDevices.values.first { $0.path == path } }
    /// A device with its partitions: `/dev/sda` with `/dev/sda1`, `/dev/nvme0n1` with `/dev/nvme0n1p1`.
    public func devices(writtenWith number: UInt32) -> Set<UInt32> {
        guard let whole = blockDevices[number]?.path else { return [number] }
        let partitions = blockDevices.values.filter { device in
            guard device.path.hasPrefix(whole) else { return false }
            var rest = device.path.dropFirst(whole.count)
            if whole.last?.isNumber == true { guard rest.popFirst() == "p" else { return false } }
            return !rest.isEmpty && rest.allSatisfy(\.isNumber)
        }
        return Set(partitions.map(\.number)).union([number])
    }

    /// Changes one that is there.
    public func update(_ number: UInt32, _ change: (inout BlockDevice) -> Void) {
        guard var device = blockDevices[number] else { return }
        change(&device)
        blockDevices[number] = device.isGivenBack && device.users.isEmpty ? nil : device
    }

    /// On no bridge.
    public func addInterface(_ name: String) { interfaces.updateValue(nil, forKey: name) }
    /// As when a back-end closes: under whatever name it has by then.
    public func removeInterface(_ name: String) {
        interfaces.removeValue(forKey: names.removeValue(forKey: name) ?? name)
    }
    /// As `ip link set dev OLD name NEW` does. Whose it was before is known of it afterwards.
    public func rename(_ old: String, to new: String) {
        guard let bridge = interfaces.removeValue(forKey: old) else { return }
        interfaces.updateValue(bridge, forKey: new)
        names[old] = new
    }
    /// What an interface is called that was called otherwise when it was made.
    public func name(of interface: String) -> String { names[interface] ?? interface }
    /// Puts an interface on a bridge, or with nil takes it off.
    public func attach(_ name: String, to bridge: String?) {
        if interfaces.keys.contains(name) { interfaces.updateValue(bridge, forKey: name) }
    }
}

/// Linux' encoding of device numbers, as stat(2) shows it.
public func deviceNumber(major: UInt32, minor: UInt32) -> UInt32 {
    minor & 0xFF | major << 8 | (minor & ~0xFF) << 12
}
