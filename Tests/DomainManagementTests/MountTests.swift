import DomainLifecycle
import DomainManagement
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
}
