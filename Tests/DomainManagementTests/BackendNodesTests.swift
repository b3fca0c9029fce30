import SimulatedHost
import SimulatedHypervisor
import Testing

@Suite struct BackendNodesTests {
    /// A device, a node of its and what stands there; nil: it is not there.
    static let nodes: [(String, String, String?)] = [
        ("(vif (rate 10Mb/s))", "backend/vif/1/0/rate", "62500,50000"), ("(vif)", "backend/vif/1/0/rate", nil),
        ("(vif (rate 5,6))", "backend/vif/1/0/rate", "5,6"),
        ("(vif (vifname web0))", "backend/vif/1/0/vifname", "web0"),
        ("(vif (mtu 9000))", "backend/vif/1/0/mtu", "9000"), ("(vif)", "backend/vif/1/0/mtu", nil),
        ("(vif (script /etc/xen/scripts/vif-bridge))", "backend/vif/1/0/script", "/etc/xen/vif-bridge"),
        ("(vif (script /opt/vif-bridge))", "backend/vif/1/0/script", nil),
        ("(vbd (uname phy:/dev/a) (dev xvda) (mode w) (discard 1))", "backend/vbd/1/51712/discard-enable", "1"),
        ("(vbd (uname phy:/dev/a) (dev xvda) (mode w) (discard 0))", "backend/vbd/1/51712/discard-enable", "0"),
        ("(vbd (uname phy:/dev/a) (dev xvda) (mode w))", "backend/vbd/1/51712/discard-enable", nil),
        ("(vbd (uname phy:/dev/a) (dev hdc:cdrom) (mode w))", "backend/vbd/1/5632/mode", "r"),
        ("(vbd (uname phy:/dev/a) (dev xvdq) (mode w))", "backend/vbd/1/268439552/mode", "w"),
    ]

    @Test("A back-end is told what a configuration says, and nothing that it does not say", arguments: nodes)
    func tells(device: String, node: String, value: String?) throws {
        let bench = DaemonBench()
        bench.alpha.fit { $0.blockDevices.append(.init(path: "/dev/a", number: 8 << 8 | 1, size: 1 << 20)) }
        try bench.start()
        _ = try? bench.create("(device \(device))")
        #expect(bench.alpha.machine.inspection.storeValue("/local/domain/0/\(node)") == value)
    }

    @Test("A front-end is told that its device is a drive")
    func tellsOfDrives() throws {
        let bench = DaemonBench()
        bench.alpha.fit { $0.blockDevices.append(.init(path: "/dev/a", number: 8 << 8 | 1, size: 1 << 20)) }
        try bench.start()
        try bench.create("(device (vbd (uname phy:/dev/a) (dev hdc:cdrom) (mode r)))")
        let inspection = bench.alpha.machine.inspection
        #expect(inspection.storeValue("/local/domain/1/device/vbd/5632/device-type") == "cdrom")
    }
}
