import DomainLifecycle
import DomainManagement
import DomainModel
import SExpressions
import SimulatedHost
import SimulatedHypervisor
import Testing

@Suite("Operations during transfers")
struct ConcurrencyTests {
    /// Every operation there is, as the example of its row has it.
    private static func operations() throws -> [DomainOperation] {
        try OperationRule.all(of: .domain).map { rule in
            guard case .domain(let operation) = try rule.asked(GivenArguments(fields: rule.example)) else {
                throw OperationError(.failed, "\(rule.name) is not done to a domain")
            }
            return operation
        }
    }

    @Test("The table: every operation in every phase")
    func table() throws {
        for phase in TransferPhase.allCases {
            let answers = try Self.operations().map { operation in
                switch TransferAdmission.decide(operation, during: phase) {
                case .atOnce: "\(operation.name) at once"
                case .endsTransfer: "\(operation.name) ends it"
                case .queued: "\(operation.name) queued"
                case .refused(let allowed):
                    "refused\(allowed.contains(operation.name) ? ", and said to be allowed" : "")"
                }
            }.filter { $0 != "refused" }
            switch phase {
            case .preparing, .copying, .suspending:
                #expect(answers == ["destroy ends it", "pincpu at once", "sched_credit_set at once"])
            case .stopped, .arriving: #expect(answers == ["destroy ends it"])
            case .committing: #expect(answers == ["destroy queued", "resolve at once"])
            case .cleaningUp: #expect(answers == ["destroy queued"])
            }
        }
    }

    @Test("The same, on a machine: each operation in the middle of a migration has its answer, and the domain is one")
    func onAMachine() throws {
        for operation in try Self.operations() {
            let hosts = TwoHosts()
            try hosts.startBoth()
            try hosts.createRunning(memory: 32)
            let manager = try #require(hosts.manager(hosts.alpha))
            hosts.world.spawn {
                let request = MigrationRequest(destination: "beta", live: true, rate: 10)
                _ = try? await manager.submit(
                    .domain(DomainReference("web"), .migrate(request)), for: Requester("test"))
            }
            hosts.advance(.milliseconds(500))
            #expect(try hosts.tasks(hosts.alpha).last?.phase == "copy")
            switch operation {
            case .destroy, .pinCPU, .setScheduler:
                #expect(throws: Never.self, "\(operation.name)") { try hosts.perform(operation, on: hosts.alpha) }
            default:
                let error = #expect(throws: OperationError.self, "\(operation.name)") {
                    try hosts.perform(operation, on: hosts.alpha)
                }
                let says = error?.message ?? ""
                #expect(
                    says.contains("allowed now: cancel, destroy, pincpu") || says.contains("nobody doubts"), "\(says)")
            }
            hosts.advance(.seconds(60))
            let isGone = if case .destroy = operation { true } else { false }
            #expect(hosts.runningCopies == (isGone ? 0 : 1) && hosts.copies == hosts.runningCopies, "\(operation.name)")
            #expect(try hosts.domains(hosts.beta).count == (isGone ? 0 : 1), "\(operation.name)")
            #expect(hosts.alpha.leaks() == [] && hosts.beta.leaks() == [], "\(operation.name)")
        }
    }

    @Test("A task can be cancelled in its phases before the point of no return; the domain runs on")
    func cancelling() throws {
        for delay in [10, 200, 500, 1000] {
            let hosts = TwoHosts()
            try hosts.startBoth()
            try hosts.createRunning(memory: 32)
            let manager = try #require(hosts.manager(hosts.alpha))
            hosts.world.spawn {
                let request = MigrationRequest(destination: "beta", live: delay % 500 == 0, rate: 10)
                _ = try? await manager.submit(
                    .domain(DomainReference("web"), .migrate(request)), for: Requester("test"))
            }
            hosts.advance(.milliseconds(delay))
            try hosts.run { try await manager.cancelTask(1, for: Requester("test")) }
            hosts.advance(.seconds(30))
            #expect(try hosts.tasks(hosts.alpha).last?.outcome == .cancelled, "after \(delay) ms")
            #expect(try hosts.domains(hosts.alpha).first?.state.isShutdown == false, "after \(delay) ms")
            #expect(hosts.copies == 1 && hosts.runningCopies == 1 && hosts.beta.leaks() == [], "after \(delay) ms")
            #expect(throws: OperationError.self) {
                try hosts.run { try await manager.cancelTask(1, for: Requester("test")) }
            }
        }
    }
}
