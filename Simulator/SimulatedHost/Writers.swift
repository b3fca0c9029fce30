import HostInterface
import SimulatedHypervisor

extension SimulatedHost {
    /// What two back-ends of domain 0 write at this moment, whatever its name was: each as a sentence. Empty when all is well.
    public func contestedDisks() -> [String] {
        var writers: [Thing: [String]] = [:]
        let devices = machine.hardware.blockDevices.values.sorted { $0.number < $1.number }
        for device in devices {
            let users = device.users.filter(writes).sorted()
            for thing in things(behind: device) { writers[thing, default: []] += users }
        }
        let contested = writers.values.filter { Set($0).count > 1 }
        return Set(contested.map { "\($0.joined(separator: " and ")) write the same disk" }).sorted()
    }

    private enum Thing: Hashable {
        case device(UInt32)
        case file(FileIdentity)
        case path(String)
    }

    /// Every partition of a disk is one, so that those of overlapping devices meet.
    private func things(behind device: HostHardware.BlockDevice) -> [Thing] {
        guard let path = device.file else {
            return machine.hardware.devices(writtenWith: device.number).map(Thing.device)
        }
        return [identity(ofFile: path).map(Thing.file) ?? .path(path)]
    }

    /// By its name, `vbd-1-2049`.
    private func writes(_ backend: String) -> Bool {
        let place = backend.split(separator: "-").dropFirst().joined(separator: "/")
        return machine.inspection.storeValue("/local/domain/0/backend/vbd/\(place)/mode")?.contains("w") ?? false
    }
}
