import Glibc
import HostInterface

/// The machine: names and boot from the kernel and wtmp, devices from /sys, power by the host's own commands.
public final class LinuxNode: NodeControl {
    private let root: HostRoot
    private let scripts: any ScriptRunner
    private let pool = BlockingPool()

    /// - Parameter scripts: runs the commands that end this machine.
    public init(root: HostRoot = HostRoot(), scripts: any ScriptRunner) {
        self.root = root
        self.scripts = scripts
    }

    public var systemName: SystemName {
        var name = utsname()
        uname(&name)
        return SystemName(
            system: text(name.sysname), host: text(name.nodename), release: text(name.release),
            version: text(name.version), machine: text(name.machine))
    }

    public func lastBootRecord() async -> String? {
        let path = root.file("/var/log/wtmp")
        return await pool.run { BootRecord.newest(inFile: path) }
    }

    public func bootIdentifier() async -> String {
        let path = root.kernel("/proc/sys/kernel/random/boot_id")
        return await pool.run { KernelFile.line(path) ?? "" }
    }

    public func mountState(ofDevice number: UInt32) async -> MountState {
        let devices = BlockDevices(root: root)
        return await pool.run { devices.mountState(of: number) }
    }

    public func isHeldExclusively(_ node: String) async -> Bool {
        let path = root.file(node)
        return await pool.run {
            // Without O_CREAT, O_EXCL asks for a block device for oneself.
            let file = open(path, O_RDONLY | O_EXCL | O_NONBLOCK | O_CLOEXEC)
            guard file >= 0 else { return errno == EBUSY }
            close(file)
            return false
        }
    }

    public func extent(ofDevice number: UInt32) async -> BlockDeviceExtent {
        let devices = BlockDevices(root: root)
        return await pool.run { devices.extent(of: number) }
    }

    public func backendDevices() async -> [String] {
        await names("/sys/bus/xen-backend/devices")
    }

    public func deviceCounters() async -> [DeviceCounter] {
        let (network, devices) = (root.kernel("/proc/net/dev"), root.kernel("/sys/bus/xen-backend/devices"))
        return await pool.run { BackendCounters.interfaces(network) + BackendCounters.disks(devices) }
    }

    public func loopDevices(showing file: String) async -> [String] {
        let blocks = root.kernel("/sys/block")
        let path = root.file(file)
        return await pool.run {
            // The kernel shows the path behind all links.
            let file = realpath(path, nil).map { resolved in
                defer { free(resolved) }
                return String(cString: resolved)
            }
            return KernelFile.names(blocks).filter { name in
                name.hasPrefix("loop") && KernelFile.line("\(blocks)/\(name)/loop/backing_file") == file
            }.map { "/dev/\($0)" }
        }
    }

    public func networkInterfaces() async -> [String] {
        // bonding_masters is a file of the bonding driver among the links.
        await names("/sys/class/net").filter { $0 != "bonding_masters" }
    }

    public func powerOff() async throws(NodeControlError) {
        try await run("/sbin/poweroff", "power off")
    }

    public func reboot() async throws(NodeControlError) {
        try await run("/sbin/reboot", "reboot")
    }

    private func names(_ path: String) async -> [String] {
        let path = root.kernel(path)
        return await pool.run { KernelFile.names(path) }
    }

    private func run(_ command: String, _ action: String) async throws(NodeControlError) {
        let result: ScriptResult
        do throws(ScriptError) {
            result = try await scripts.run(ScriptCall(path: command, arguments: []))
        } catch {
            throw NodeControlError("cannot \(action) the node: \(error)")
        }
        guard !result.succeeded else { return }
        let said = result.errorOutput.split(separator: "\n").first.map { " (\($0))" } ?? ""
        throw NodeControlError("cannot \(action) the node: \(command) \(result.ending.text)\(said)")
    }
}

extension ScriptResult.Ending {
    var text: String {
        switch self {
        case .exited(let status): "exited with \(status)"
        case .signalled(let signal): "was ended by signal \(signal)"
        case .timedOut: "did not end in time"
        }
    }
}

/// The text in one of uname's fixed arrays.
private func text<Characters>(_ characters: Characters) -> String {
    withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}
