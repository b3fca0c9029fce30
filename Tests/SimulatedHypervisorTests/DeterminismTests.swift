import DomainModel
import HostInterface
import HypervisorInterface
import SimulatedHost
import SimulatedHypervisor
import Simulation
import Testing

@Suite("Repetition and size")
struct DeterminismTests {
    private func transcript(seed: UInt64) throws -> [String] {
        let bench = Bench(seed: seed)
        let toolstack = Toolstack(bench.alpha.startIncarnation())
        let pattern = FaultPattern(.xenstore, "write")
        bench.alpha.faults.add(FaultRule(pattern, .probability(0.02), .delay(.milliseconds(3))))
        try bench.run {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 1...10 {
                    group.addTask {
                        let id = try await toolstack.create()
                        try await toolstack.plug(.vbd, 2049, into: id, Toolstack.disk)
                        try await toolstack.machine.hypervisor.unpause(id)
                        try await toolstack.host.clock.sleep(for: .seconds(3))
                        try await toolstack.destroy(id)
                    }
                }
                try await group.waitForAll()
            }
        }
        #expect(bench.alpha.leaks() == [])
        return bench.trace.withLock { $0 } + ["\(bench.world.executor.jobsRun) jobs"]
    }

    @Test("The same seed gives the same trace, another one another")
    func repeatable() throws {
        let first = try transcript(seed: 1)
        #expect(first.count > 50)
        for _ in 1...3 { #expect(try transcript(seed: 1) == first) }
        #expect(try transcript(seed: 2) != first)
    }

    @Test("Thousands of idle domains cost nothing while time passes")
    func idle() throws {
        let bench = Bench { $0.memory = MemorySize(mebibytes: 1 << 20) }
        let toolstack = Toolstack(bench.alpha.startIncarnation())
        try bench.run {
            var wish = Toolstack.Wish()
            wish.memory = MemorySize(mebibytes: 8)
            for _ in 1...1000 {
                let id = try await toolstack.create(wish)
                try await toolstack.machine.hypervisor.unpause(id)
            }
        }
        bench.advance(.seconds(60))
        #expect(bench.world.executor.nextTimer == nil)
        let jobs = bench.world.executor.jobsRun
        bench.advance(.seconds(365 * 86400))
        #expect(bench.world.executor.jobsRun == jobs)
        #expect(bench.alpha.machine.reports.count == 1001)
    }

    @Test("Ids count up, skip those in use and begin again after the last")
    func ids() throws {
        let bench = Bench()
        let toolstack = Toolstack(bench.alpha.startIncarnation())
        let seen = try bench.run {
            var seen: [Int] = []
            let hypervisor = toolstack.machine.hypervisor
            let uuid = DomainUUID(bytes: Array(0..<16))
            let last = DomainID(Int(DomainID.firstReserved) - 1)
            for wanted in [nil, nil, last, DomainID(4), nil, nil] {
                seen.append(Int(try await hypervisor.createDomain(DomainCreation(id: wanted, uuid: uuid)).rawValue))
            }
            try await hypervisor.destroy(DomainID(2) ?? .zero)
            seen.append(Int(try await hypervisor.createDomain(DomainCreation(uuid: uuid)).rawValue))
            return seen
        }
        #expect(seen == [1, 2, 32751, 4, 3, 5, 6])
    }
}
