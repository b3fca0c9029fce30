import HostInterface
import SimulatedHypervisor

/// `block-file bind FILE` prints a loop device; `block-file unbind DEVICE` gives it back.
struct LoopScript: HostScript {
    /// Tried one after the other, as the script of old does.
    static let devices = 0..<256

    func run(_ arguments: [String], on host: SimulatedHost) -> ScriptResult {
        guard arguments.count >= 2 else { return scriptFailure("Usage: block-file {bind FILE|unbind NODE}") }
        let hardware = host.machine.hardware
        switch arguments[0] {
        case "bind":
            guard let size = host.size(ofFile: arguments[1]) else {
                return scriptFailure("\(arguments[1]): no such file or directory")
            }
            for number in Self.devices {
                let device = deviceNumber(major: 7, minor: UInt32(number))
                guard hardware.blockDevices[device] == nil else { continue }
                var loop = HostHardware.BlockDevice(path: "/dev/loop\(number)", number: device, size: size)
                loop.file = arguments[1]
                loop.isReadOnly = arguments.count > 2 && arguments[2] == "r"
                host.plug(loop)
                return ScriptResult(ending: .exited(0), output: "\(loop.path)\n")
            }
            return scriptFailure("no free loop device")
        case "unbind":
            guard let loop = hardware.device(arguments[1]), loop.file != nil else {
                return scriptFailure("\(arguments[1]): not a loop device in use")
            }
            host.unplug(loop)
            return scriptSuccess
        default: return scriptFailure("Usage: block-file {bind FILE|unbind NODE}")
        }
    }
}

/// `block-enbd bind SERVER PORT` prints a network block device; `block-enbd unbind DEVICE` gives it back.
struct NetworkDiskScript: HostScript {
    func run(_ arguments: [String], on host: SimulatedHost) -> ScriptResult {
        switch (arguments.first, arguments.count) {
        case ("bind", 3...): host.bindNetworkDisk("\(arguments[1]):\(arguments[2])", size: 1 << 30)
        case ("bind", 2): host.bindNetworkDisk(arguments[1], size: 1 << 30)
        case ("unbind", 2...): host.unbindNetworkDisk(arguments[1])
        default: scriptFailure("Usage: block-enbd {bind SERVER PORT|unbind NODE}")
        }
    }
}

/// `block-qcow2 bind FILE [r]` prints a network block device; `block-qcow2 unbind DEVICE` gives it back. One writer, or readers.
struct ImageScript: HostScript {
    func run(_ arguments: [String], on host: SimulatedHost) -> ScriptResult {
        switch (arguments.first, arguments.count) {
        case ("bind", 2...3):
            let path = arguments[1]
            let isWritable = arguments.last != "r"
            guard let size = host.size(ofFile: path) else { return scriptFailure("\(path): no such file or directory") }
            let others = host.machine.hardware.blockDevices.values.filter { $0.file == path }
            guard others.isEmpty || !isWritable && others.allSatisfy(\.isReadOnly) else {
                return scriptFailure("cannot use \(path): it is in use; an image has one writer, or readers")
            }
            return host.bindNetworkDisk(path, size: size, isReadOnly: !isWritable)
        case ("unbind", 2): return host.unbindNetworkDisk(arguments[1])
        default: return scriptFailure("Usage: block-qcow2 {bind FILE [r|w]|unbind NODE}")
        }
    }
}

extension SimulatedHost {
    /// The first network block device that is free serves something from now on.
    func bindNetworkDisk(_ source: String, size: UInt64, isReadOnly: Bool = false) -> ScriptResult {
        for number in 0..<256 {
            let device = deviceNumber(major: 43, minor: UInt32(number))
            guard machine.hardware.blockDevices[device] == nil else { continue }
            var disk = HostHardware.BlockDevice(path: "/dev/nd\(number)", number: device, size: size)
            disk.file = source
            disk.isReadOnly = isReadOnly
            plug(disk)
            return ScriptResult(ending: .exited(0), output: "\(disk.path)\n")
        }
        return scriptFailure("no free network block device")
    }

    func unbindNetworkDisk(_ node: String) -> ScriptResult {
        guard let disk = machine.hardware.device(node), disk.file != nil else {
            return scriptFailure("\(node): not a network block device in use")
        }
        unplug(disk)
        return scriptSuccess
    }
}

extension SimulatedHost {
    func size(ofFile path: String) -> UInt64? {
        guard let node = files.find(path) else { return fileSizes(path) }
        if node.isDirectory { return nil }
        return node.capacity > 0 ? node.capacity : UInt64(node.contents.count)
    }

    func identity(ofFile path: String) -> FileIdentity? {
        files.find(path).map { files.identity(of: $0) } ?? fileIdentities(path)
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
