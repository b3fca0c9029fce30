import DomainModel
import HypervisorInterface
import SimulatedHypervisor
import Testing

/// What happens to one domain costs the same whatever the number of others: counted in what is asked of the machine and in what
/// it tells, not in time.
@Suite struct CostTests {
    struct Cost: Equatable, CustomStringConvertible {
        var requests = 0
        var names = 0
        var reports = 0

        var description: String { "\(requests) requests to xenstored, \(names) names and \(reports) domains told" }
    }

    static let numbers = [10, 100, 1000]

    @Test func whatHappensToOneDomainCostsTheSameWhateverTheNumberOfOthers() throws {
        let rows = try Self.numbers.map(costs(beside:))
        for (number, row) in zip(Self.numbers, rows).dropFirst() {
            for (few, many) in zip(rows[0], row) {
                #expect(many.cost == few.cost, "\(many.what), beside \(number) domains")
            }
        }
    }

    private func costs(beside number: Int) throws -> [(what: String, cost: Cost)] {
        let bench = DaemonBench(memory: 100_000)
        // Looks at everything have their own time.
        try bench.start { $0.examinationInterval = .seconds(1_000_000) }
        for other in 0..<number { try bench.create(name: "other\(other)") }
        bench.advance(.seconds(300))
        var costs: [(what: String, cost: Cost)] = []
        func count(_ what: String, _ body: () throws -> Void) rethrows {
            let before = bench.cost
            try body()
            bench.advance(.seconds(300))
            costs.append((what, bench.cost - before))
        }
        try count("create") { try bench.create(DaemonBench.devices) }
        try count("pause") { try bench.perform(.pause) }
        try count("unpause") { try bench.perform(.unpause) }
        let id = try bench.domain().id
        count("reboot") { bench.alpha.machine.guestShutdown(id, .reboot) }
        try count("destroy") { try bench.perform(.destroy(.halt)) }
        try bench.create()
        try bench.perform(.unpause)
        let next = try bench.domain().id
        count("power off") { bench.alpha.machine.guestShutdown(next, .poweroff) }
        let manager = bench.manager
        var names: [String] = []
        try count("names") { names = try bench.run { await manager.domainNames() } }
        #expect(names.count == number + 1)
        return costs
    }
}

extension DaemonBench {
    fileprivate var cost: CostTests.Cost {
        let machine = alpha.machine
        return CostTests.Cost(
            requests: machine.store.requests, names: machine.store.namesTold, reports: machine.reportsTold)
    }
}

private func - (after: CostTests.Cost, before: CostTests.Cost) -> CostTests.Cost {
    CostTests.Cost(
        requests: after.requests - before.requests, names: after.names - before.names,
        reports: after.reports - before.reports)
}
