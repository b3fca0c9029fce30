import DomainModel
import HostInterface
import HypervisorInterface
import SimulatedHost
import SimulatedHypervisor
import Testing

@Suite("xenstored")
struct StoreTests {
    /// What two writers do while a transaction is open, and whether its commit conflicts.
    @Test(
        "A transaction conflicts with exactly what changed of what it used",
        arguments: [
            (["read a"], "a", true), (["read a"], "b", false), (["write a"], "a", true), (["list ."], "c/new", false),
            (["list ."], "new", true), (["write d"], "e", true), (["write c/d"], "b", false),
            (["read none"], "none", true),
            (["remove a"], "a", true), (["read a", "write a"], "b", false),
        ])
    func conflicts(_ inside: [String], _ outside: String, _ isConflict: Bool) throws {
        let bench = Bench()
        let store = Toolstack(bench.alpha.startIncarnation()).machine.store
        let outcome = try bench.run {
            for name in ["a", "b", "c"] { try await store.write("/tool/\(name)", "0") }
            let transaction = try await store.beginTransaction()
            for line in inside {
                let words = line.split(separator: " ")
                let path = words[1] == "." ? "/tool" : "/tool/\(words[1])"
                switch words[0] {
                case "read": _ = try? await store.read(path, in: transaction)
                case "write": try await store.write(path, "1", in: transaction)
                case "list": _ = try await store.list(path, in: transaction)
                default: try await store.remove(path, in: transaction)
                }
            }
            try await store.write("/tool/\(outside)", "2")
            do throws(XenStoreError) {
                try await store.endTransaction(transaction, commit: true)
                return false
            } catch {
                #expect(error.reason == .conflict)
                return true
            }
        }
        #expect(outcome == isConflict)
    }

    @Test("A transaction may look at places below one another where nothing is, and leaves what came there since")
    func nothing() throws {
        let bench = Bench()
        let store = Toolstack(bench.alpha.startIncarnation()).machine.store
        try bench.run {
            for order in [["a/b/c/d", "a/b", "a/b/c"], ["a/b", "a/b/c/d"]] {
                let transaction = try await store.beginTransaction()
                for path in order { _ = try? await store.read("/tool/\(path)", in: transaction) }
                try await store.endTransaction(transaction, commit: false)
                try await store.write("/tool/a/b/e", "1")
                #expect(try await store.list("/tool/a/b") == ["e"])
                try await store.remove("/tool/a", in: nil)
            }
        }
    }

    @Test("A guest reads and writes only what it may, and has its quotas")
    func guests() throws {
        let bench = Bench()
        bench.alpha.kernels.behaviours["/boot/vmlinuz"] = GuestBehaviour()
        let toolstack = Toolstack(bench.alpha.startIncarnation())
        let id = try bench.run {
            let id = try await toolstack.create()
            // The guest may not write the front-end's directory: its driver cannot connect.
            try await toolstack.plug(.vbd, 2049, into: id, Toolstack.disk)
            for node in ["", "/state"] {
                try await toolstack.machine.store.setPermissions(
                    "/local/domain/\(id)/device/vbd/2049\(node)",
                    [XenStorePermission(.zero, .none), XenStorePermission(id, .read)], in: nil)
            }
            try await toolstack.machine.hypervisor.unpause(id)
            try await toolstack.host.clock.sleep(for: .seconds(5))
            #expect(try await toolstack.states(.vbd, 2049, of: id) == "2/1")
            return id
        }
        #expect(bench.alpha.machine.inspection.guestPhase(id) == "up")
    }

    /// How they are made is the simulated machine's affair: at once where nothing can come in between.
    @Test("Changes that are committed at once are what a transaction makes of them, and watches hear the same")
    func commits() throws {
        let guest = try #require(DomainID(1))
        let changes: [XenStoreChange] = [
            .setPermissions("", [XenStorePermission(.zero, .none), XenStorePermission(guest, .read)]),
            .makeDirectory("a/b/c"), .write("a/b", "1"), .write("/tool/y/z", "2"), .makeDirectory("a"),
            .setPermissions("a", [XenStorePermission(guest, .none)]), .write("a/e", "3"), .write("w", "4"),
            .write("w", "5"),
        ]
        var seen: [[String]] = []
        for isAtOnce in [true, false] {
            let bench = Bench()
            let store = Toolstack(bench.alpha.startIncarnation()).machine.store
            let log = Log()
            try bench.run {
                try await store.write("/tool/x/w", "0")
                for path in ["/tool", "/tool/x/w", "/tool/x/a/b", "/tool/y"] {
                    let watch = try await store.watch(path)
                    bench.world.spawn { for await change in watch.changes { log.note("\(path): \(change)") } }
                }
                let clock = Toolstack.pause(bench)
                await clock()
                if isAtOnce {
                    try await store.commit(changes, below: "/tool/x")
                } else {
                    try await store.commitInTransaction(changes, below: "/tool/x")
                }
                await clock()
            }
            let contents = bench.alpha.machine.inspection.storeContents.map { "\($0.path) = \($0.value)" }
            seen.append(log.all + contents + ["\(bench.alpha.machine.store.requests) requests"])
        }
        #expect(seen[0] == seen[1])
        #expect(seen[0].contains("/tool/x/w = 5"))
    }

    @Test("A watch hears of the removal of a directory above only when its own node goes with it")
    func removal() throws {
        let bench = Bench()
        let store = Toolstack(bench.alpha.startIncarnation()).machine.store
        let seen = try bench.run {
            try await store.write("/tool/a/b", "1")
            var logs: [Log] = []
            var watches: [XenStoreWatch] = []
            for path in ["/tool/a/b", "/tool/a/none", "/tool", "/tool/a"] {
                let watch = try await store.watch(path)
                watches.append(watch)
                let log = Log()
                logs.append(log)
                bench.world.spawn { for await change in watch.changes { log.note(change) } }
            }
            let clock = Toolstack.pause(bench)
            await clock()
            try await store.remove("/tool/a", in: nil)
            await clock()
            for watch in watches { watch.cancel() }
            return logs.map { Array($0.all.dropFirst()) }
        }
        #expect(seen == [["/tool/a/b"], [], ["/tool/a"], ["/tool/a"]])
    }

    @Test("What is watched hears of what stood there before and of what comes; nobody writes where only a watch may be")
    func watching() throws {
        let bench = Bench()
        let store = Toolstack(bench.alpha.startIncarnation()).machine.store
        let seen = try bench.run {
            try await store.write("/tool/a/b/c", "1")
            let first = try await store.watch("/tool/a")
            let again = try await store.watch("/tool/a")
            let odd = try await store.watch("/tool/a/with space")
            let (log, heard) = (Log(), Log())
            bench.world.spawn { for await change in again.changes { log.note(change) } }
            bench.world.spawn { for await change in odd.changes { heard.note(change) } }
            let clock = Toolstack.pause(bench)
            await clock()
            first.cancel()
            try await store.write("/tool/a/b/c", "2")
            try await store.write("/tool/a/d/e", "1")
            await clock()
            await #expect(throws: XenStoreError.self) { try await store.write("/tool/a/with space", "1") }
            await #expect(throws: XenStoreError.self) { try await store.write("/tool//a", "1") }
            await clock()
            for watch in [again, odd] { watch.cancel() }
            return [Array(log.all.dropFirst()), Array(heard.all.dropFirst())]
        }
        #expect(seen == [["/tool/a/b/c", "/tool/a/d/e"], []])
    }
}

extension Toolstack {
    /// Lets a moment pass.
    fileprivate static func pause(_ bench: Bench) -> @Sendable () async -> Void {
        let executor = bench.world.executor
        return { try? await executor.sleep(until: executor.now + .milliseconds(10)) }
    }
}
