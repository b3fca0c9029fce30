import DomainModel
import HostInterface
import HypervisorInterface
import SimulatedHost
import SimulatedHypervisor
import Synchronization
import Testing

@Suite("Faults and the daemon's lives")
struct FaultTests {
    @Test(
        "A rule hits the passages its selector names",
        arguments: [
            (FaultRule.Selector.always, "xxxxxx"), (.nth(3), "..x..."), (.every(2), ".x.x.x"),
            (.probability(0), "......"),
            (.probability(1), "xxxxxx"), (.after(.seconds(3600)), "......"), (.after(.zero), "xxxxxx"),
        ])
    func selectors(_ selector: FaultRule.Selector, _ expected: String) throws {
        let bench = Bench()
        bench.alpha.faults.add(FaultRule(FaultPattern(.xenstore, "write"), selector, .error("ENOSPC")))
        let (machine, _) = bench.alpha.startIncarnation()
        let seen = try bench.run {
            var seen = ""
            for _ in 1...6 {
                do {
                    try await machine.store.write("/tool/a", "1")
                    seen += "."
                } catch {
                    #expect((error as? XenStoreError)?.reason == .quota)
                    seen += "x"
                }
            }
            return seen
        }
        #expect(seen == expected)
        #expect(bench.alpha.faults.history.count == expected.count { $0 == "x" })
    }

    @Test(
        "Errnos become the reasons that libxc's become",
        arguments: [
            ("ESRCH", HypervisorError.Reason.noSuchDomain), ("EEXIST", .exists), ("ENOMEM", .noMemory),
            ("EINVAL", .invalid),
            ("EPERM", .notPermitted), ("EAGAIN", .busy), ("ENOSYS", .notSupported), ("EIO", .system(errno: 5)),
        ])
    func errnos(_ errno: String, _ reason: HypervisorError.Reason) throws {
        let bench = Bench()
        bench.alpha.faults.add(FaultRule(FaultPattern(.hypercall, "xc_domain_create"), .always, .error(errno)))
        let toolstack = Toolstack(bench.alpha.startIncarnation())
        let error = #expect(throws: HypervisorError.self) { try bench.run { try await toolstack.create() } }
        #expect(error?.reason == reason)
        #expect(bench.alpha.machine.reports.count == 1)
    }

    @Test("A delayed call takes longer; a hanging one goes on when the faults are healed")
    func delays() throws {
        let bench = Bench()
        let toolstack = Toolstack(bench.alpha.startIncarnation())
        bench.alpha.faults.add(FaultRule(FaultPattern(.hypercall, "create"), .nth(1), .delay(.seconds(7))))
        let start = bench.world.executor.now
        _ = try bench.run { try await toolstack.create() }
        #expect(bench.world.executor.now >= start + .seconds(7))
        bench.alpha.faults.add(FaultRule(FaultPattern(.hypercall, "create"), .always, .hang))
        let done = Flag()
        bench.world.spawn {
            _ = try? await toolstack.create()
            done.set()
        }
        bench.advance(.seconds(600))
        #expect(!done.isSet)
        bench.alpha.faults.heal()
        bench.advance(.seconds(1))
        #expect(done.isSet && bench.alpha.machine.reports.count == 3)
    }

    @Test("What is healed alone goes on alone, and what goes wrong elsewhere goes on going wrong")
    func healedAlone() throws {
        let bench = Bench()
        let toolstack = Toolstack(bench.alpha.startIncarnation())
        let id = try bench.run { try await toolstack.create() }
        let (create, pause) = (FaultPattern(.hypercall, "create"), FaultPattern(.hypercall, "pause"))
        for pattern in [create, pause] { bench.alpha.faults.add(FaultRule(pattern, .always, .hang)) }
        let (created, paused) = (Flag(), Flag())
        bench.world.spawn {
            _ = try? await toolstack.create()
            created.set()
        }
        bench.world.spawn {
            try? await toolstack.machine.hypervisor.pause(id)
            paused.set()
        }
        bench.advance(.seconds(60))
        #expect(!bench.alpha.faults.heal(FaultPattern(.hypercall, "build")))
        #expect(bench.alpha.faults.heal(pause) && !bench.alpha.faults.heal(pause))
        bench.advance(.seconds(60))
        #expect(paused.isSet && !created.isSet)
        #expect(bench.alpha.faults.rules.map(\.pattern) == [create])
        #expect(bench.alpha.faults.heal(create))
        bench.advance(.seconds(1))
        #expect(created.isSet && bench.alpha.faults.isQuiet)
    }

    @Test("A killed daemon's calls, sleeps, reads and watches end, and nothing it does has an effect")
    func fence() throws {
        let bench = Bench()
        let toolstack = Toolstack(bench.alpha.startIncarnation())
        let ended = Log()
        let id = try bench.run {
            let id = try await toolstack.create()
            try await toolstack.machine.hypervisor.unpause(id)
            try await toolstack.host.clock.sleep(for: .seconds(2))
            return id
        }
        let (machine, host) = (toolstack.machine, toolstack.host)
        bench.world.spawn {
            do { try await host.clock.sleep(for: .seconds(1000)) } catch { ended.note("sleep") }
            do throws(HypervisorError) { try await machine.hypervisor.destroy(id) } catch {
                ended.note("destroy \(error.reason == .fenced)")
            }
            do throws(FileError) { try await host.files.write("/tmp/after", [1]) } catch {
                ended.note("write \(error.reason == .fenced)")
            }
        }
        bench.world.spawn {
            do {
                let console = try await machine.consoles.open(id)
                while true { _ = try await console.read() }
            } catch { ended.note("console \((error as? HypervisorError)?.reason == .fenced)") }
        }
        bench.world.spawn {
            guard let watch = try? await machine.store.watch("/tool") else { return }
            for await _ in watch.changes {}
            ended.note("watch")
        }
        bench.world.spawn {
            guard let listener = try? await host.network.listen(address: "", port: 9601) else { return }
            for await _ in listener.connections {}
            ended.note("listener")
        }
        bench.advance(.seconds(1))
        let open = try bench.run { try await machine.store.beginTransaction() }
        #expect(bench.alpha.machine.reports.count == 2 && ended.all.isEmpty)
        bench.alpha.killDaemon()
        bench.advance(.milliseconds(1))
        #expect(
            ended.all.sorted()
                == ["console true", "destroy true", "listener", "sleep", "watch", "write true"])
        #expect(bench.alpha.machine.report(of: id)?.isDying == false)
        #expect(!bench.alpha.files.exists("/tmp/after"))
        let next = bench.alpha.startIncarnation()
        try bench.run {
            // The port is free again, and the transaction is gone.
            _ = try await next.host.network.listen(address: "", port: 9601)
            do throws(XenStoreError) {
                try await next.machine.store.endTransaction(open, commit: true)
                Issue.record("the transaction of a dead connection was committed")
            } catch {
                #expect(error.reason == .invalid)
            }
            #expect(try await next.machine.hypervisor.domain(id)?.isBlocked == true)
        }
    }

    @Test("A kill before a call leaves no effect; one after it does", arguments: [false, true])
    func killAtCall(after: Bool) throws {
        let bench = Bench()
        let toolstack = Toolstack(bench.alpha.startIncarnation())
        bench.alpha.faults.add(FaultRule(FaultPattern(.hypercall, "create"), .nth(1), .killDaemon(after: after)))
        let error = #expect(throws: HypervisorError.self) { try bench.run { try await toolstack.create() } }
        #expect(error?.reason == .fenced)
        #expect(bench.alpha.incarnation == nil)
        #expect(bench.alpha.machine.reports.count == (after ? 2 : 1))
    }

    @Test("Recording names every point that is passed, in order")
    func recording() throws {
        let bench = Bench()
        let toolstack = Toolstack(bench.alpha.startIncarnation())
        bench.alpha.faults.startRecording()
        _ = try bench.run { try await toolstack.create() }
        bench.alpha.faults.stopRecording()
        let names = bench.alpha.faults.recording.map(\.description)
        #expect(names.first == "(hypercall create)")
        #expect(names.contains("(hypercall build 1)") && names.contains("(xenstore introduce /local/domain/1)"))
        _ = try bench.run { try await toolstack.create() }
        #expect(bench.alpha.faults.recording.count == names.count)
    }

    @Test("A stuck back-end does not get beyond its state; a late watch is late")
    func stuck() throws {
        let bench = Bench()
        let toolstack = Toolstack(bench.alpha.startIncarnation())
        bench.alpha.faults.add(FaultRule(FaultPattern(.backend, "vbd"), .always, .stuck(1)))
        bench.alpha.faults.add(FaultRule(FaultPattern(.xenstore, "watch", "/tool/b"), .always, .delay(.seconds(3))))
        let state = try bench.run {
            let id = try await toolstack.create()
            try await toolstack.plug(.vbd, 2049, into: id, Toolstack.disk)
            try await toolstack.host.clock.sleep(for: .seconds(1))
            return try await toolstack.states(.vbd, 2049, of: id)
        }
        #expect(state == "1/1")
        let start = bench.world.executor.now
        try bench.run {
            let watch = try await toolstack.machine.store.watch("/tool")
            var changes = watch.changes.makeAsyncIterator()
            _ = await changes.next()
            try await toolstack.machine.store.write("/tool/b", "1")
            _ = await changes.next()
        }
        #expect(bench.world.executor.now >= start + .seconds(3))
    }
}

/// A flag that tasks of the world set.
final class Flag: Sendable {
    private let value = Mutex(false)
    var isSet: Bool { value.withLock { $0 } }
    func set() { value.withLock { $0 = true } }
}

/// Lines that tasks of the world write.
final class Log: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func note(_ line: String) { lines.withLock { $0.append(line) } }
}

@Suite("A daemon killed anywhere")
struct KillSweepTests {
    /// Creates a domain with a disk on a loop device and lets it boot.
    private static func create(_ toolstack: Toolstack) async throws {
        let bind = ScriptCall(path: "/etc/xen/block-file", arguments: ["bind", "/srv/disk.img"])
        _ = try await toolstack.host.scripts.run(bind)
        let id = try await toolstack.create()
        let disk = [("mode", "w"), ("physical-device", "7:0")]
        try await toolstack.plug(.vbd, 2049, into: id, disk)
        try await toolstack.plug(.vif, 0, into: id, Toolstack.card)
        try await toolstack.machine.hypervisor.unpause(id)
        try await toolstack.host.files.replace("/var/log/done", with: [1])
    }

    private func bench() -> Bench {
        let bench = Bench()
        bench.alpha.files.install("/srv/disk.img", Array(repeating: 0, count: 512))
        return bench
    }

    @Test("Whatever point a creation was killed at, before it or after it, the next daemon can clean up all of it")
    func sweep() throws {
        let recorded = bench()
        recorded.alpha.faults.startRecording()
        let first = Toolstack(recorded.alpha.startIncarnation())
        try recorded.run { try await Self.create(first) }
        let count = recorded.alpha.faults.recording.count
        #expect(count > 40)
        for number in 1...count {
            let point = recorded.alpha.faults.recording[number - 1]
            for after in [false, true] { try killAndClean(number, after: after, point) }
        }
    }

    private func killAndClean(_ number: Int, after: Bool, _ point: FaultPoint) throws {
        let bench = bench()
        bench.alpha.faults.add(atPoint: number, .killDaemon(after: after))
        let life = Toolstack(bench.alpha.startIncarnation())
        bench.world.spawn { try? await Self.create(life) }
        bench.advance(.seconds(10))
        #expect(bench.alpha.incarnation == nil, "nothing was killed at \(number) \(point)")
        let next = Toolstack(bench.alpha.startIncarnation())
        try bench.run {
            for report in try await next.machine.hypervisor.domains() where report.id != .zero {
                try await next.destroy(report.id)
            }
            for name in try await next.machine.store.list("/local/domain") where name != "0" {
                try await next.machine.store.removeIfPresent("/local/domain/\(name)")
            }
            if try await next.host.files.information("/dev/loop0") != nil {
                let unbind = ScriptCall(path: "/etc/xen/block-file", arguments: ["unbind", "/dev/loop0"])
                _ = try await next.host.scripts.run(unbind)
            }
        }
        bench.advance(.seconds(1))
        #expect(bench.alpha.leaks() == [], "killed at \(number) \(point), after: \(after)")
    }
}
