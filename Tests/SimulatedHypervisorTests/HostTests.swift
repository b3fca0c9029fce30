import DomainModel
import HostInterface
import HypervisorInterface
import SimulatedHost
import SimulatedHypervisor
import Testing

@Suite("The simulated host")
struct HostTests {
    @Test("A power cut leaves of a file what was synced, and of names those that were")
    func powerLoss() throws {
        let bench = Bench()
        let (_, host) = bench.alpha.startIncarnation()
        try bench.run {
            try await host.files.makeDirectory("/var/xen")
            try await host.files.replace("/var/xen/kept", with: [1, 2, 3])
            try await host.files.write("/var/xen/unsynced", [9])
            try await host.files.write("/var/xen/kept.new", [4])
            try await host.files.sync("/var/xen/kept.new")
            // Renamed, but the directory is not synced: the power cut undoes it.
            try await host.files.rename("/var/xen/kept.new", to: "/var/xen/kept")
            let journal = try await host.files.openForAppending("/var/xen/journal")
            try await journal.append([1])
            try await journal.sync()
            try await host.files.syncDirectory("/var")
            try await journal.append([2])
            #expect(try await host.files.read("/var/xen/kept", limit: 10) == [4])
            #expect(try await host.files.read("/var/xen/journal", limit: 10) == [1, 2])
        }
        let files = bench.alpha.files
        let names = files.contents("/var/xen/journal")
        #expect(names == [1, 2])
        bench.alpha.losePower()
        #expect(files.contents("/var/xen/kept") == [1, 2, 3])
        #expect(!files.exists("/var/xen/unsynced"))
        // Its name was never synced.
        #expect(files.contents("/var/xen/journal") == nil)
    }

    @Test("A power cut ends domains and xenstore; the host comes up with another boot id and its fittings")
    func reboot() throws {
        let bench = Bench()
        let toolstack = Toolstack(bench.alpha.startIncarnation())
        let before = try bench.run {
            let id = try await toolstack.create()
            try await toolstack.machine.hypervisor.unpause(id)
            _ = try await toolstack.host.scripts.run(
                ScriptCall(path: "/etc/xen/block-file", arguments: ["bind", "/boot/vmlinuz"]))
            return (await toolstack.host.node.bootIdentifier(), await toolstack.host.node.lastBootRecord())
        }
        bench.alpha.losePower()
        #expect(!bench.alpha.isOn)
        bench.alpha.powerOn()
        bench.advance(.seconds(10))
        let next = Toolstack(bench.alpha.startIncarnation())
        try bench.run {
            #expect(await next.host.node.bootIdentifier() != before.0)
            #expect(await next.host.node.lastBootRecord() != before.1)
            #expect(try await next.machine.hypervisor.domains().map(\.id) == [.zero])
            #expect(try await next.machine.store.list("/local/domain") == ["0"])
            #expect(try await next.host.files.information("/dev/sda1")?.kind == .blockDevice(number: 0x801))
            let id = try await next.create()
            #expect(id.rawValue == 1)
        }
        #expect(bench.alpha.leaks() == [])
    }

    @Test(
        "Disks fail as told",
        arguments: [
            (FaultAction.error("ENOSPC"), FileError.Reason.noSpace, nil as [UInt8]?),
            (.error("EIO"), .system(errno: 5, text: "Input/output error"), nil),
            (.torn(2), .system(errno: 5, text: "Input/output error"), [1, 2]),
        ])
    func diskFaults(_ action: FaultAction, _ reason: FileError.Reason, _ left: [UInt8]?) throws {
        let bench = Bench()
        let (_, host) = bench.alpha.startIncarnation()
        bench.alpha.faults.add(FaultRule(FaultPattern(.disk, "write", "/tmp/a"), .nth(1), action))
        let error = #expect(throws: FileError.self) {
            try bench.run { try await host.files.write("/tmp/a", [1, 2, 3]) }
        }
        #expect(error?.reason == reason)
        #expect(bench.alpha.files.contents("/tmp/a") == left)
        try bench.run { try await host.files.write("/tmp/a", [1, 2, 3]) }
        #expect(bench.alpha.files.contents("/tmp/a") == [1, 2, 3])
    }

    @Test(
        "Scripts do what those of a real host do, and say why they cannot",
        arguments: [
            ("network start bridge=xen-br1 antispoof=no", 0, ""),
            ("network dance", 1, "Usage"),
            // It looks for the interface first.
            (
                "vif-bridge up vif=vif1.0 domain=web mac=aa:0:0:0:0:1 bridge=xen-br9", 1,
                "interface vif1.0 does not exist"
            ),
            ("vif-bridge up vif=lo domain=web mac=aa:0:0:0:0:1 bridge=xen-br9", 1, "bridge xen-br9 does not exist"),
            (
                "vif-bridge up vif=vif1.0 domain=web mac=aa:0:0:0:0:1 bridge=xen-br0", 1,
                "interface vif1.0 does not exist"
            ),
            ("vif-bridge up vif=vif1.0 domain=web mac=aa:0:0:0:0:1 bridge=null", 0, ""),
            ("block-file bind /nowhere", 1, "no such file"),
            ("block-file unbind /dev/loop7", 1, "not a loop device"),
            ("block-enbd bind server 5000", 0, ""),
            ("block-enbd bind server:5000 r", 0, ""),
            ("block-qcow2 bind /nowhere", 1, "no such file"),
            ("block-qcow2 unbind /dev/nd7", 1, "not a network block device"),
        ])
    func scripts(_ line: String, _ status: Int32, _ why: String) throws {
        let bench = Bench()
        let (_, host) = bench.alpha.startIncarnation()
        let words = line.split(separator: " ").map(String.init)
        let call = ScriptCall(path: "/etc/xen/" + words[0], arguments: Array(words.dropFirst()))
        let result = try bench.run { try await host.scripts.run(call) }
        #expect(result.ending == .exited(status))
        #expect(why.isEmpty || result.errorOutput.contains(why))
        #expect(bench.alpha.scripts.calls.map(\.arguments) == [call.arguments])
    }

    @Test("A file is bound to a loop device that is there until it is unbound")
    func loop() throws {
        let bench = Bench()
        bench.alpha.files.install("/srv/disk.img", Array(repeating: 0, count: 4096))
        let (_, host) = bench.alpha.startIncarnation()
        try bench.run {
            let call = { (words: [String]) in ScriptCall(path: "/etc/xen/block-file", arguments: words) }
            for device in ["/dev/loop0", "/dev/loop1"] {
                let result = try await host.scripts.run(call(["bind", "/srv/disk.img"]))
                #expect(result.output == device + "\n")
            }
            let information = try await host.files.information("/dev/loop1")
            #expect(information?.kind == .blockDevice(number: 0x701) && information?.size == 4096)
            #expect(bench.alpha.leaks().count == 2)
            for device in ["/dev/loop0", "/dev/loop1"] { _ = try await host.scripts.run(call(["unbind", device])) }
            #expect(try await host.files.information("/dev/loop0") == nil)
        }
        #expect(bench.alpha.leaks() == [])
    }

    @Test("A script outlives its daemon, can be found by the next one, and is ended by its time-out")
    func scriptLives() throws {
        let bench = Bench()
        let life = bench.alpha.startIncarnation()
        let process = Slot<ScriptProcess>()
        let call = ScriptCall(path: "/etc/xen/network", arguments: ["start"], timeout: .seconds(30))
        bench.alpha.faults.add(FaultRule(FaultPattern(.script, call.path, "start"), .always, .hang))
        bench.world.spawn { _ = try? await life.host.scripts.run(call) { process.value = $0 } }
        bench.advance(.seconds(1))
        bench.alpha.killDaemon()
        bench.advance(.seconds(60))
        #expect(bench.alpha.scripts.running == ["/etc/xen/network start"])
        let next = bench.alpha.startIncarnation()
        let noted = try #require(process.value)
        try bench.run {
            #expect(await next.host.scripts.isRunning(noted))
            await next.host.scripts.terminate(noted)
            #expect(await !next.host.scripts.isRunning(noted))
            let again = try await next.host.scripts.run(call)
            #expect(again.ending == .timedOut)
        }
        #expect(bench.alpha.scripts.running == [])
    }
}

/// A value that a task of the world leaves behind.
final class Slot<Value: Sendable>: @unchecked Sendable {
    // Written on the executor's thread, which is the test's.
    var value: Value?
}
