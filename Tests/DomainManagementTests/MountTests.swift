import DomainLifecycle
import DomainManagement
import DomainModel
import SimulatedHost
import SimulatedHypervisor
import Testing

/// Disks that the host itself uses.
@Suite struct MountTests {
    @Test(
        "A disk that the host has mounted is given to nobody who would disturb it, or be disturbed",
        arguments: [
            (false, "r", "writable"), (false, "w", "writable"), (true, "r", nil), (true, "w", "read-only"),
        ] as [(Bool, String, String?)])
    func mounted(_ isReadOnly: Bool, _ mode: String, _ refusal: String?) throws {
        let bench = DaemonBench()
        try bench.start()
        let hardware = bench.alpha.machine.hardware
        let number = try #require(hardware.device("/dev/sda1")?.number)
        hardware.update(number) { device in
            device.isMounted = true
            device.isMountedReadOnly = isReadOnly
        }
        let disk = "(device (vbd (uname phy:sda1) (dev sda1) (mode \(mode))))"
        if let refusal {
            let error = #expect(throws: OperationError.self) { try bench.create(disk) }
            #expect(error?.message.contains("phy:sda1 is in \(refusal) use") == true, "\(error?.message ?? "")")
            #expect(try bench.domains().map(\.name) == ["Domain-0"])
        } else {
            #expect(try bench.create(disk).devices.count == 1)
        }
    }

    @Test("What a program of the host has opened for itself alone is given to nobody, until it has ended")
    func heldExclusively() throws {
        let bench = DaemonBench()
        try bench.start()
        let hardware = bench.alpha.machine.hardware
        let number = try #require(hardware.device("/dev/sda1")?.number)
        hardware.update(number) { $0.isHeld = true }
        let disk = "(device (vbd (uname phy:sda1) (dev sda1) (mode r)))"
        let error = #expect(throws: OperationError.self) { try bench.create(disk) }
        #expect(error?.message.contains("a program has opened /dev/sda1 for itself alone") == true)
        hardware.update(number) { $0.isHeld = false }
        #expect(try bench.create(disk).devices.count == 1)
    }

    @Test(
        "A disk of another toolstack's domain is shared with it by readers alone",
        arguments: [("w", "w", "writable"), ("w", "r", "writable"), ("r", "w", "read-only"), ("r", "r", nil)]
            as [(String, String, String?)])
    func ofAnotherToolstack(_ theirs: String, _ ours: String, _ refusal: String?) throws {
        let bench = DaemonBench()
        try bench.start()
        let machine = bench.alpha.machine
        try machine.createElsewhere(name: "other", kernel: "/boot/vmlinuz", memory: MemorySize(mebibytes: 64))
        bench.advance(.seconds(1))
        let back = "/local/domain/0/backend/vbd/1/51712"
        try bench.run {
            try await bench.machine.store.write("\(back)/physical-device", "8:1")
            try await bench.machine.store.write("\(back)/mode", theirs)
        }
        let disk = "(device (vbd (uname phy:sda1) (dev sda1) (mode \(ours))))"
        if let refusal {
            let error = #expect(throws: OperationError.self) { try bench.create(disk) }
            #expect(
                error?.message.contains("phy:sda1 is in \(refusal) use by domain 1 \"other\"") == true,
                "\(error?.message ?? "")")
            try bench.run { try await bench.machine.store.removeIfPresent(back) }
        }
        #expect(try bench.create(disk).devices.count == 1)
    }

    @Test("A file that somebody else's loop device shows is not written, and has waited for whose it is")
    func shownByOthers() throws {
        let bench = DaemonBench()
        try bench.start()
        let hardware = bench.alpha.machine.hardware
        let number = deviceNumber(major: 7, minor: 99)
        var loop = HostHardware.BlockDevice(path: "/dev/loop99", number: number, size: 3)
        loop.file = "/srv/disk.img"
        hardware.add(loop)
        let disk = "(device (vbd (uname file:/srv/disk.img) (dev sda1) (mode w)))"
        let error = #expect(throws: OperationError.self) { try bench.create(disk) }
        #expect(error?.message.contains("this host itself: /dev/loop99 shows the file") == true)
        hardware.remove(number)
        #expect(try bench.create(disk).devices.count == 1)
    }
}
