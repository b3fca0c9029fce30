import Glibc
import HostInterface
import Testing

@testable import LinuxHost

@Suite("The node of a Linux host") struct LinuxNodeTests {
    let directory = TemporaryDirectory()
    var node: LinuxNode {
        LinuxNode(root: directory.root, scripts: LinuxScripts(root: HostRoot(files: directory.path)))
    }

    @Test("the kernel's names and boot id are told") func names() async {
        let real = LinuxNode(scripts: LinuxScripts())
        #expect(real.systemName.system == "Linux")
        #expect(!real.systemName.release.isEmpty)
        #expect(await real.bootIdentifier().count == 36)
        #expect(await real.networkInterfaces().contains("lo"))
        directory.put("/kernel/proc/sys/kernel/random/boot_id", "abc\n")
        #expect(await node.bootIdentifier() == "abc")
        #expect(await node.backendDevices() == [])
        directory.put("/kernel/sys/bus/xen-backend/devices/vif-1-0/x", "")
        directory.put("/kernel/sys/bus/xen-backend/devices/vbd-1-2049/x", "")
        #expect(await node.backendDevices() == ["vbd-1-2049", "vif-1-0"])
    }

    @Test("what netback and blkback count is told from the domain's side") func deviceCounters() async {
        #expect(await node.deviceCounters() == [])
        directory.put(
            "/kernel/proc/net/dev",
            """
            Inter-|   Receive                                                |  Transmit
             face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
                lo:  123  1 0 0 0 0 0 0  123  1 0 0 0 0 0 0
            vif7.0:5000000000   10 0 0 0 0 0 0 77   2 0 0 0 0 0 0
            vif7.1-emu: 5 1 0 0 0 0 0 0 5 1 0 0 0 0 0 0
            vif8.0: nonsense
            xen-br0: 9 1 0 0 0 0 0 0 9 1 0 0 0 0 0 0

            """)
        let devices = "/kernel/sys/bus/xen-backend/devices"
        directory.put("\(devices)/vbd-7-2049/statistics/rd_req", "40\n")
        directory.put("\(devices)/vbd-7-2049/statistics/wr_req", "2\n")
        directory.put("\(devices)/vbd-7-2050/state", "4\n")
        directory.put("\(devices)/vif-7-0/state", "4\n")
        #expect(
            await node.deviceCounters() == [
                DeviceCounter(device: "vif-7-0", inward: 77, outward: 5_000_000_000),
                DeviceCounter(device: "vbd-7-2049", inward: 40, outward: 2),
            ])
    }

    @Test("the newest boot record of wtmp is found among other records, however many") func bootRecord() async {
        #expect(await node.lastBootRecord() == nil)
        var bytes = record(Int16(BOOT_TIME), 100, "6.1.0-1") + record(7, 200, "host")
        bytes += record(Int16(BOOT_TIME), 300, "6.1.0-2")
        #expect(BootRecord.newest(in: bytes) == "reboot 6.1.0-2 300.7")
        for _ in 0..<1000 { bytes += record(7, 400, "host") }
        write(bytes, to: "/var/log/wtmp")
        #expect(await node.lastBootRecord() == "reboot 6.1.0-2 300.7")
        write(record(7, 1, "host"), to: "/var/log/wtmp")
        #expect(await node.lastBootRecord() == nil)
        write([1, 2, 3], to: "/var/log/wtmp")
        #expect(await node.lastBootRecord() == nil)
    }

    @Test("a device is in use when it, a partition, or what is stacked on them is mounted or swap")
    func mounts() async {
        let cases: [(mounted: String, MountState)] = [
            ("8:2 rw", .readWrite), ("8:2 ro", .readOnly), ("8:0 rw", .readWrite), ("254:3 ro", .readOnly),
            ("8:9 rw", .notMounted), ("8:2 ro+8:0 rw", .readWrite),
        ]
        directory.put("/kernel/sys/dev/block/8:0/sda1/partition", "1\n")
        directory.put("/kernel/sys/dev/block/8:0/sda1/dev", "8:1\n")
        directory.put("/kernel/sys/dev/block/8:0/sda2/partition", "2\n")
        directory.put("/kernel/sys/dev/block/8:0/sda2/dev", "8:2\n")
        // A controller, which is no block device though it has a number.
        directory.put("/kernel/sys/dev/block/8:0/device/dev", "8:9\n")
        directory.put("/kernel/sys/dev/block/8:1/holders/dm-3/dev", "254:3\n")
        for (mounted, expected) in cases {
            let lines = mounted.split(separator: "+").map { mount in
                let words = mount.split(separator: " ")
                return "36 35 \(words[0]) / /mnt rw,noatime shared:1 master:2 - ext4 none \(words[1]),errors=continue"
            }
            directory.put("/kernel/proc/self/mountinfo", lines.joined(separator: "\n") + "\nnonsense\n")
            #expect(await node.mountState(ofDevice: DeviceNumber(major: 8, minor: 0)) == expected, "\(mounted)")
        }
    }

    @Test("whoever writes a device writes its partitions and what is stacked on them; a loop device is its file")
    func extents() async throws {
        directory.put("/kernel/sys/dev/block/8:0/sda1/partition", "1\n")
        directory.put("/kernel/sys/dev/block/8:0/sda1/dev", "8:1\n")
        directory.put("/kernel/sys/dev/block/8:0/sda2/partition", "2\n")
        directory.put("/kernel/sys/dev/block/8:0/sda2/dev", "8:2\n")
        directory.put("/kernel/sys/dev/block/8:1/holders/dm-3/dev", "254:3\n")
        directory.put("/disk.img", "a disk")
        directory.put("/kernel/sys/dev/block/7:0/loop/backing_file", directory.path + "/disk.img\n")
        directory.put("/kernel/sys/dev/block/7:1/loop/backing_file", directory.path + "/gone.img (deleted)\n")
        let table: [(String, Set<String>)] = [
            ("8:0", ["8:0", "8:1", "8:2", "254:3"]), ("8:1", ["8:1", "254:3"]), ("8:2", ["8:2"]), ("254:3", ["254:3"]),
        ]
        for (device, written) in table {
            let number = try #require(DeviceNumber(majorMinor: device))
            let extent = await node.extent(ofDevice: number)
            #expect(Set(extent.devices.map(\.majorMinor)) == written, "\(device)")
            #expect(extent.file == nil)
        }
        let file = try await LinuxFiles(root: directory.root).information("/disk.img")?.identity
        #expect(file != nil)
        #expect(await node.extent(ofDevice: DeviceNumber(major: 7, minor: 0)).file == file)
        #expect(await node.extent(ofDevice: DeviceNumber(major: 7, minor: 1)).file == nil)
    }

    @Test("device numbers are read and written as Linux does")
    func deviceNumbers() {
        for (text, number) in [("8:1", 0x801), ("7:0", 0x700), ("259:3", 0x10303), ("8:256", 0x100800), ("0:0", 0)] {
            #expect(DeviceNumber(majorMinor: text) == UInt32(number))
            #expect(DeviceNumber(number).majorMinor == text)
        }
        for text in ["", "8", "8:", ":1", "a:b", "8:1:2", "-1:2"] { #expect(DeviceNumber(majorMinor: text) == nil) }
    }

    @Test("power goes off by the host's own command, and its refusal is told") func power() async throws {
        await #expect(
            throws: NodeControlError("cannot power off the node: script /sbin/poweroff does not exist")
        ) { try await node.powerOff() }
        directory.put("/sbin/poweroff", "#!/bin/sh\n[ $# = 0 ]\n", executable: true)
        try await node.powerOff()
        directory.put("/sbin/reboot", "#!/bin/sh\necho busy >&2\nexit 2\n", executable: true)
        await #expect(
            throws: NodeControlError("cannot reboot the node: /sbin/reboot exited with 2 (busy)")
        ) { try await node.reboot() }
    }

    private func record(_ type: Int16, _ seconds: Int32, _ host: String) -> [UInt8] {
        var record = utmp()
        record.ut_type = type
        record.ut_tv.tv_sec = numericCast(seconds)
        record.ut_tv.tv_usec = 7
        withUnsafeMutableBytes(of: &record.ut_host) { $0.copyBytes(from: Array(host.utf8)) }
        return withUnsafeBytes(of: record) { Array($0) }
    }

    private func write(_ bytes: [UInt8], to path: String) {
        directory.put(path, "")
        let file = fopen(directory.path + path, "w")
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
    }
}
