import HostInterface
import SimulatedHost
import SimulatedHypervisor
import Testing

@Suite struct DeviceNumberTests {
    @Test(
        "blkback is told both numbers of a device, however large they are",
        arguments: [
            (8, 1, "8:1"), (253, 255, "fd:ff"), (253, 256, "fd:100"), (253, 300, "fd:12c"),
            (4095, 0xFFFFF, "fff:fffff"),
        ])
    func physicalDevice(major: UInt32, minor: UInt32, text: String) throws {
        let bench = DaemonBench()
        // As Linux puts them together.
        let number = (minor & 0xFF) | major << 8 | (minor & ~0xFF) << 12
        bench.alpha.fit { $0.blockDevices.append(.init(path: "/dev/big", number: number, size: 1 << 20)) }
        try bench.start()
        try bench.create("(device (vbd (uname phy:/dev/big) (dev sda1) (mode w)))")
        let machine = bench.alpha.machine.inspection
        #expect(machine.storeValue("/local/domain/0/backend/vbd/1/2049/physical-device") == text)
    }
}
