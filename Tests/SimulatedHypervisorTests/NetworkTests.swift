import HostInterface
import SimulatedHost
import SimulatedHypervisor
import Testing

@Suite("The network between simulated hosts")
struct NetworkTests {
    /// Two hosts whose daemons are connected: `alpha` to a listener of `beta`.
    private struct Pair {
        let bench: Bench
        let beta: SimulatedHost
        let near: any NetworkConnection
        let far: any NetworkConnection
    }

    private func pair(_ prepare: (Bench) -> Void = { _ in }) throws -> Pair {
        let bench = Bench()
        let beta = bench.world.addHost(MachineConfiguration(name: "beta"))
        prepare(bench)
        let (_, here) = bench.alpha.startIncarnation()
        let (_, there) = beta.startIncarnation()
        let (near, far) = try bench.run {
            let listener = try await there.network.listen(address: "", port: 8002)
            let near = try await here.network.connect(
                host: "beta", port: 8002, deadline: here.clock.now + .seconds(10))
            var accepted = listener.connections.makeAsyncIterator()
            let far = await accepted.next()
            return (near, try #require(far))
        }
        return Pair(bench: bench, beta: beta, near: near, far: far)
    }

    @Test("Bytes arrive in order in both directions, and a half-closed connection still receives")
    func talk() throws {
        let pair = try pair()
        try pair.bench.run {
            try await pair.near.write([1, 2, 3])
            try await pair.near.write([4])
            await pair.near.finish()
            var seen: [UInt8] = []
            while true {
                let bytes = try await pair.far.read(2)
                if bytes.isEmpty { break }
                seen += bytes
            }
            #expect(seen == [1, 2, 3, 4])
            try await pair.far.write([5])
            #expect(try await pair.near.read(100) == [5])
            await pair.far.close()
            #expect(try await pair.near.read(100) == [])
        }
    }

    @Test("A slow link takes its time, and a full one makes the writer wait")
    func bandwidth() throws {
        let pair = try pair { $0.world.network.set(from: "alpha", to: "beta") { $0.bandwidth = 1_000_000 } }
        let start = pair.bench.world.executor.now
        let received = try pair.bench.run {
            async let all = {
                var count = 0
                while count < 5_000_000 { count += try await pair.far.read(1 << 20).count }
                return count
            }()
            for _ in 1...50 { try await pair.near.write(Array(repeating: 7, count: 100_000)) }
            return try await all
        }
        #expect(received == 5_000_000)
        let elapsed = pair.bench.world.executor.now - start
        #expect(elapsed > .seconds(5) && elapsed < .seconds(6))
    }

    @Test(
        "A cut link delivers nothing until it is healed; TCP gives up after a quarter of an hour",
        arguments: [
            (Duration.seconds(60), true), (.seconds(2000), false),
        ])
    func partition(_ length: Duration, _ survives: Bool) throws {
        let pair = try pair()
        pair.bench.world.network.cut(from: "alpha", to: "beta")
        let seen = Slot<[UInt8]>()
        pair.bench.world.spawn {
            try? await pair.near.write([1])
            seen.value = try? await pair.far.read(1)
        }
        pair.bench.advance(length)
        #expect(seen.value == nil)
        pair.bench.world.network.heal()
        pair.bench.advance(.seconds(5))
        #expect(seen.value == (survives ? [1] : nil))
    }

    @Test("A connection breaks after the bytes it was told")
    func cutAfter() throws {
        let pair = try pair {
            $0.alpha.faults.add(FaultRule(FaultPattern(.network, "alpha", "beta"), .always, .cutAfter(5)))
        }
        try pair.bench.run {
            try await pair.near.write([1, 2, 3])
            try await pair.near.write([4, 5, 6])
            #expect(try await pair.far.read(5).count == 3)
            #expect(try await pair.far.read(5) == [4, 5])
            do throws(NetworkError) {
                _ = try await pair.far.read(1)
                Issue.record("the connection goes on")
            } catch { #expect(error == .closed) }
        }
    }

    @Test("The peer of a killed daemon reads the end; that of a host without power hears nothing until it is back")
    func ends() throws {
        for power in [false, true] {
            let pair = try pair()
            let seen = Log()
            pair.bench.world.spawn {
                do throws(NetworkError) {
                    seen.note("read \(try await pair.far.read(1))")
                } catch { seen.note("\(error)") }
            }
            if power { pair.bench.alpha.losePower() } else { pair.bench.alpha.killDaemon() }
            pair.bench.advance(.seconds(60))
            #expect(seen.all == (power ? [] : ["read []"]))
            if power {
                pair.bench.world.spawn { try? await pair.far.write([1]) }
                pair.bench.advance(.seconds(1))
                pair.bench.alpha.powerOn()
                pair.bench.advance(.seconds(1))
                #expect(seen.all == ["the connection was closed"])
            }
        }
    }

    @Test(
        "Who cannot be reached is said to be",
        arguments: [
            ("beta", 9, NetworkError.refused(host: "beta", port: 9)), ("gamma", 8002, .unknown(host: "gamma")),
            ("off", 8002, .unreachable(host: "off")),
        ])
    func unreachable(_ host: String, _ port: UInt16, _ expected: NetworkError) throws {
        let bench = Bench()
        bench.world.addHost(MachineConfiguration(name: "beta"))
        bench.world.addHost(MachineConfiguration(name: "off")).losePower()
        let (_, here) = bench.alpha.startIncarnation()
        let error = #expect(throws: NetworkError.self) {
            try bench.run {
                _ = try await here.network.connect(host: host, port: port, deadline: here.clock.now + .seconds(30))
            }
        }
        #expect(error == expected)
    }

    @Test("A port is taken once")
    func ports() throws {
        let bench = Bench()
        let (_, host) = bench.alpha.startIncarnation()
        try bench.run {
            let first = try await host.network.listen(address: "", port: 8000)
            _ = try await host.network.listen(address: "127.0.0.1", port: 8001)
            for port in [8000, 8001] as [UInt16] {
                do throws(NetworkError) {
                    _ = try await host.network.listen(address: "", port: port)
                    Issue.record("port \(port) was taken twice")
                } catch { #expect(error == .addressInUse(port: port)) }
            }
            await first.close()
            _ = try await host.network.listen(address: "", port: 8000)
            #expect(try await host.network.listen(address: "", port: 0).port >= 32768)
        }
    }

    @Test("Notifications reach receivers that answer")
    func notifications() throws {
        let bench = Bench()
        let receivers = bench.world.network.receivers
        receivers.add("good", .answers(204))
        receivers.add("silent", .hangs)
        receivers.add("closed", .refuses)
        let (_, host) = bench.alpha.startIncarnation()
        let seen = try bench.run {
            var seen: [String] = []
            for name in ["good", "silent", "closed"] {
                do throws(NetworkError) {
                    let status = try await host.notifications.post(
                        [1], contentType: "text/plain", to: "http://receivers/\(name)",
                        deadline: host.clock.now + .seconds(5))
                    seen.append("\(status)")
                } catch { seen.append("\(error)") }
            }
            return seen
        }
        #expect(seen == ["204", "timed out", "receivers:80 refused the connection"])
        #expect(receivers.received("good") == [[1]] && receivers.received("silent").isEmpty)
    }
}

@Suite("Faults of the network")
struct NetworkFaultTests {
    @Test(
        "Connecting meets the faults of the way there",
        arguments: [
            (FaultAction.error("ECONNREFUSED"), NetworkError.refused(host: "beta", port: 8002), 0.0, 0.1),
            (.drop, .timedOut, 10, 10.1), (.hang, .timedOut, 10, 10.1), (.delay(.seconds(20)), .timedOut, 10, 10.1),
        ])
    func connecting(_ action: FaultAction, _ expected: NetworkError, _ from: Double, _ to: Double) throws {
        let bench = Bench()
        let (_, there) = bench.world.addHost(MachineConfiguration(name: "beta")).startIncarnation()
        let (_, here) = bench.alpha.startIncarnation()
        bench.alpha.faults.add(FaultRule(FaultPattern(.network, "alpha", "beta"), .always, action))
        let error = #expect(throws: NetworkError.self) {
            try bench.run {
                let listener = try await there.network.listen(address: "", port: 8002)
                let deadline = here.clock.now + .seconds(10)
                _ = try await here.network.connect(host: "beta", port: listener.port, deadline: deadline)
            }
        }
        #expect(error == expected)
        let elapsed = Double(bench.world.executor.now.nanoseconds) / 1e9
        #expect(elapsed >= from && elapsed < to)
        bench.alpha.faults.heal()
        try bench.run {
            let deadline = here.clock.now + .seconds(10)
            _ = try await here.network.connect(host: "beta", port: 8002, deadline: deadline)
        }
    }
}
