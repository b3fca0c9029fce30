import HostInterface

/// What Linux' back-ends count: netback in the interface that it makes for a vif, blkback beside the device.
enum BackendCounters {
    /// Of all vifs in one read: `/proc/net/dev`, whose lines are `vif1.0: BYTES-IN …7 more… BYTES-OUT …`. What the interface has sent
    /// the domain has received.
    static func interfaces(_ path: String) -> [DeviceCounter] {
        (KernelFile.text(path) ?? "").split(separator: "\n").compactMap { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, let name = device(parts[0].filter { $0 != " " }) else { return nil }
            let numbers = parts[1].split(separator: " ").map { UInt64($0) }
            guard numbers.count >= 9, let received = numbers[0], let sent = numbers[8] else { return nil }
            return DeviceCounter(device: name, inward: sent, outward: received)
        }
    }

    /// `vif1.0` is `vif-1-0`; nil: it is none. Others may be called so, too: `vif1.0-emu` has a device model.
    private static func device(_ interface: String) -> String? {
        guard interface.hasPrefix("vif") else { return nil }
        let numbers = interface.dropFirst(3).split(separator: ".", omittingEmptySubsequences: false)
        guard numbers.count == 2, numbers.allSatisfy({ Int($0) != nil }) else { return nil }
        return "vif-\(numbers[0])-\(numbers[1])"
    }

    /// Of each vbd: `statistics/rd_req` and `wr_req`. One that has no counters is another's affair, as qemu's are.
    static func disks(_ directory: String) -> [DeviceCounter] {
        KernelFile.names(directory).filter { $0.hasPrefix("vbd-") }.compactMap { name in
            let place = "\(directory)/\(name)/statistics"
            guard let read = KernelFile.line("\(place)/rd_req").flatMap({ UInt64($0) }),
                let written = KernelFile.line("\(place)/wr_req").flatMap({ UInt64($0) })
            else { return nil }
            return DeviceCounter(device: name, inward: read, outward: written)
        }
    }
}
