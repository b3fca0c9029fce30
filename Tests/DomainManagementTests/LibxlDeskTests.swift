import DomainLifecycle
import DomainModel
import HypervisorInterface
import SimulatedHost
import Testing

/// What is kept for Xen's own tools, and what they do to xend's domains.
@Suite struct LibxlDeskTests {
    private static let devices = """
        (device (vbd (uname file:/srv/disk.img) (dev xvda) (mode w))) (device (vbd (uname phy:sda8) (dev hdc:cdrom) (mode r)))
        (device (vif (mac aa:00:00:00:00:01))) (vcpus 2)
        """

    private func bench(hasTools: Bool = true) throws -> DaemonBench {
        let bench = DaemonBench()
        if hasTools { bench.alpha.files.install("/var/lib/xen/userdata-d.0.of-dom0.libxl-json", [0]) }
        try bench.start()
        return bench
    }

    private func record(of domain: DomainInformation, _ bench: DaemonBench) -> [UInt8]? {
        bench.alpha.files.contents("/var/lib/xen/userdata-d.\(domain.id ?? .zero).\(domain.uuid).libxl-json")
    }

    private func node(_ path: String, _ bench: DaemonBench) -> String? {
        bench.alpha.machine.inspection.storeValue(path)
    }

    @Test("A domain is recorded as libxl does it, with each device, and nothing of that outlives it")
    func isRecorded() throws {
        let bench = try bench()
        let domain = try bench.create(Self.devices)
        let bytes = try #require(record(of: domain, bench))
        #expect(bytes.last == 0)
        let text = String(decoding: bytes.dropLast(), as: UTF8.self).filter { !$0.isWhitespace }
        for part in [
            "\"type\":\"pv\",\"name\":\"web\"", "\"max_vcpus\":2", "\"target_memkb\":65536",
            "\"pdev_path\":\"/srv/disk.img\",\"vdev\":\"xvda\",\"format\":\"raw\",\"readwrite\":1",
            "\"vdev\":\"hdc\"", "\"devid\":0,\"mac\":\"aa:00:00:00:00:01\"",
        ] { #expect(text.contains(part), "\(part) in \(text)") }
        for (path, value) in [
            ("/libxl/1/type", "pv"), ("/libxl/1/device/vbd/51712/backend", "/local/domain/0/backend/vbd/1/51712"),
            ("/libxl/1/device/vbd/51712/params", "/srv/disk.img"), ("/libxl/1/device/vbd/5632/removable", "1"),
            ("/libxl/1/device/vif/0/mac", "aa:00:00:00:00:01"), ("/local/domain/0/backend/vif/1/0/type", "vif"),
            ("/local/domain/0/backend/vbd/1/51712/script", "/etc/xen/block-of-xend"),
        ] { #expect(node(path, bench) == value, "\(path)") }
        try bench.perform(.destroyDevice(.vbd, index: .name("xvda")))
        #expect(node("/libxl/1/device/vbd/51712", bench) == nil)
        #expect(record(of: domain, bench).map { String(decoding: $0, as: UTF8.self).contains("disk.img") } == false)
        try bench.perform(.destroy(.halt))
        #expect(record(of: domain, bench) == nil)
        #expect(node("/libxl/1", bench) == nil)
    }

    @Test("Where Xen's tools are not, nothing is kept for them")
    func isNotRecorded() throws {
        let bench = try bench(hasTools: false)
        try bench.create(Self.devices)
        #expect(node("/libxl", bench) == nil)
        #expect(node("/local/domain/0/backend/vbd/1/51712/script", bench) == nil)
    }

    @Test("A domain that an older xend has left is recorded, too")
    func isTakenUp() throws {
        let bench = try bench(hasTools: false)
        let domain = try bench.create(Self.devices)
        bench.alpha.killDaemon()
        bench.alpha.files.install("/var/lib/xen/userdata-d.0.of-dom0.libxl-json", [0])
        try bench.start()
        #expect(record(of: domain, bench) != nil)
        #expect(node("/libxl/1/device/vif/0/mac", bench) == "aa:00:00:00:00:01")
    }

    /// What `xl rename` writes.
    private func rename(_ domain: DomainInformation, to name: String, _ bench: DaemonBench) throws {
        let (store, id, uuid) = (bench.machine.store, domain.id ?? .zero, domain.uuid)
        try bench.run {
            try await store.write("/local/domain/\(id)/name", name)
            try await store.write("/vm/\(uuid)/name", name)
        }
        bench.advance(.seconds(1))
    }

    @Test("What xl calls a domain it is called, unless that is another one's name")
    func isRenamed() throws {
        let bench = try bench()
        let domain = try bench.create()
        try bench.create(name: "db")
        try rename(domain, to: "shop", bench)
        #expect(try bench.domains().map(\.name).sorted() == ["Domain-0", "db", "shop"])
        try rename(domain, to: "db", bench)
        #expect(try bench.domains().map(\.name).sorted() == ["Domain-0", "db", "shop"])
        try bench.perform(.pause, on: "shop")
    }

    @Test("xl renames while xend is down: at its start it is called so")
    func isRenamedMeanwhile() throws {
        let bench = try bench()
        let domain = try bench.create()
        let store = bench.machine.store
        try bench.run {
            // Its daemon is killed before it hears of this.
            try await store.write("/local/domain/1/name", "shop")
        }
        bench.alpha.killDaemon()
        try bench.start()
        bench.advance(.seconds(1))
        #expect(try bench.domain("shop").uuid == domain.uuid)
    }

    @Test(
        "A device that xl has taken away is gone, with what stood behind it, in later lives, too",
        arguments: ["vif/1/0", "vbd/1/51712"])
    func isTakenAway(device: String) throws {
        let bench = try bench()
        try bench.create(Self.devices)
        try bench.perform(.unpause)
        bench.advance(.seconds(5))
        let store = bench.machine.store
        let front = "/local/domain/1/device/" + device.replacing("/1/", with: "/")
        try bench.run {
            try await store.write("/local/domain/0/backend/\(device)/online", "0")
            try await store.write("/local/domain/0/backend/\(device)/state", "5")
        }
        bench.advance(.seconds(2))
        try bench.run {
            try await store.removeIfPresent(front)
            try await store.removeIfPresent("/local/domain/0/backend/\(device)")
        }
        bench.advance(.seconds(2))
        let isDisk = device.hasPrefix("vbd")
        #expect(try bench.domain().devices.map(\.type) == (isDisk ? [.vif, .vbd] : [.vbd, .vbd]))
        #expect(node("/libxl/1/device/" + device.replacing("/1/", with: "/"), bench) == nil)
        let host = bench.host
        let loops = try bench.run { await host.node.loopDevices(showing: "/srv/disk.img") }
        #expect(loops.isEmpty == isDisk)
        try bench.perform(.shutdown(.reboot))
        bench.advance(.seconds(30))
        #expect(try bench.domain().devices.count == 2)
    }
}
