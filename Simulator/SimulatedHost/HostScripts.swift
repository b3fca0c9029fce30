import HostInterface
import SimulatedHypervisor

/// A script that stands on a simulated host. Runs to its end at once; what takes time is the table's business.
public protocol HostScript: Sendable {
    /// - Parameter arguments: the operation, then what belongs to it.
    func run(_ arguments: [String], on host: SimulatedHost) -> ScriptResult
}

/// The values of `key=value` arguments.
private func values(_ arguments: some Sequence<String>) -> [String: String] {
    var values: [String: String] = [:]
    for argument in arguments {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2 { values[String(parts[0])] = String(parts[1]) }
    }
    return values
}

private func failure(_ text: String) -> ScriptResult { ScriptResult(ending: .exited(1), errorOutput: text + "\n") }
private let success = ScriptResult(ending: .exited(0))

/// `network start|stop|status bridge=… antispoof=…`: makes the bridge and puts the network card on it.
struct NetworkScript: HostScript {
    func run(_ arguments: [String], on host: SimulatedHost) -> ScriptResult {
        let values = values(arguments)
        let bridge = values["bridge"] ?? "xen-br0"
        let card = values["netdev"] ?? "eth0"
        let hardware = host.machine.hardware
        switch arguments.first {
        case "start":
            guard bridge != "null" else { return success }
            hardware.bridges.insert(bridge)
            hardware.attach(card, to: bridge)
            return success
        case "stop":
            hardware.attach(card, to: nil)
            return success
        case "status":
            return ScriptResult(ending: .exited(0), output: hardware.bridges.contains(bridge) ? "\(bridge)\n" : "")
        default: return failure("Usage: network {start|stop|status}")
        }
    }
}

/// `vif-bridge up|down vif=… domain=… mac=… bridge=… [ip=…]`: puts a domain's interface on a bridge, or takes it off.
struct BridgeScript: HostScript {
    func run(_ arguments: [String], on host: SimulatedHost) -> ScriptResult {
        let values = values(arguments.dropFirst())
        guard let vif = values["vif"], let bridge = values["bridge"], values["domain"] != nil, values["mac"] != nil else {
            return failure("vif-bridge: domain, vif, mac and bridge must be given")
        }
        let hardware = host.machine.hardware
        switch arguments.first {
        case "up":
            guard bridge != "null" else { return success }
            guard hardware.bridges.contains(bridge) else { return failure("bridge \(bridge) does not exist") }
            guard hardware.interfaces.keys.contains(vif) else { return failure("Cannot find device \"\(vif)\"") }
            hardware.attach(vif, to: bridge)
            return success
        case "down":
            hardware.attach(vif, to: nil)
            return success
        default: return failure("Usage: vif-bridge {up|down}")
        }
    }
}

/// `block-file bind FILE` prints a loop device; `block-file unbind DEVICE` gives it back.
struct LoopScript: HostScript {
    /// Tried one after the other, as the script of old does.
    static let devices = 0..<256

    func run(_ arguments: [String], on host: SimulatedHost) -> ScriptResult {
        guard arguments.count >= 2 else { return failure("Usage: block-file {bind FILE|unbind NODE}") }
        let hardware = host.machine.hardware
        switch arguments[0] {
        case "bind":
            guard let size = host.size(ofFile: arguments[1]) else {
                return failure("\(arguments[1]): no such file or directory")
            }
            for number in Self.devices {
                let device = deviceNumber(major: 7, minor: UInt32(number))
                guard hardware.blockDevices[device] == nil else { continue }
                var loop = HostHardware.BlockDevice(path: "/dev/loop\(number)", number: device, size: size)
                loop.file = arguments[1]
                host.plug(loop)
                return ScriptResult(ending: .exited(0), output: "\(loop.path)\n")
            }
            return failure("no free loop device")
        case "unbind":
            guard let loop = hardware.device(arguments[1]), loop.file != nil else {
                return failure("\(arguments[1]): not a loop device in use")
            }
            host.unplug(loop)
            return success
        default: return failure("Usage: block-file {bind FILE|unbind NODE}")
        }
    }
}

/// `block-enbd bind SERVER PORT` prints a network block device; `block-enbd unbind DEVICE` gives it back.
struct NetworkDiskScript: HostScript {
    func run(_ arguments: [String], on host: SimulatedHost) -> ScriptResult {
        let hardware = host.machine.hardware
        switch (arguments.first, arguments.count) {
        case ("bind", 3...):
            for number in 0..<256 {
                let device = deviceNumber(major: 43, minor: UInt32(number))
                guard hardware.blockDevices[device] == nil else { continue }
                var disk = HostHardware.BlockDevice(path: "/dev/nd\(number)", number: device, size: 1 << 30)
                disk.file = "\(arguments[1]):\(arguments[2])"
                host.plug(disk)
                return ScriptResult(ending: .exited(0), output: "\(disk.path)\n")
            }
            return failure("no free network block device")
        case ("unbind", 2...):
            guard let disk = hardware.device(arguments[1]), disk.file != nil else {
                return failure("\(arguments[1]): not a network block device in use")
            }
            host.unplug(disk)
            return success
        default: return failure("Usage: block-enbd {bind SERVER PORT|unbind NODE}")
        }
    }
}

extension SimulatedHost {
    func size(ofFile path: String) -> UInt64? {
        guard let node = files.find(path) else { return fileSizes(path) }
        if node.isDirectory { return nil }
        return node.capacity > 0 ? node.capacity : UInt64(node.contents.count)
    }

    /// A loop or network block device appears.
    func plug(_ device: HostHardware.BlockDevice) {
        machine.hardware.add(device)
        files.install(blockDevice: device.number, at: device.path, capacity: device.size)
    }

    /// A loop or network block device is given back; it disappears when nobody has it open any more.
    func unplug(_ device: HostHardware.BlockDevice) {
        guard device.users.isEmpty else {
            return machine.hardware.update(device.number) { $0.isGivenBack = true }
        }
        machine.hardware.remove(device.number)
        files.uninstall(device.path)
    }
}
