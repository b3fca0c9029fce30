import DomainLifecycle
import DomainManagement
import DomainModel
import SimulatedHost
import Synchronization
import Testing

@Suite("An operator decides about a domain in doubt")
struct ResolveTests {
    /// A domain that waits on beta, paused, for word from alpha, which decided and lost its power before it said so.
    private func inDoubt() throws -> TwoHosts {
        let hosts = TwoHosts()
        try hosts.start(hosts.alpha) { [weak hosts] step in
            if step() == "hand over: send go" { hosts?.alpha.losePower() }
        }
        try hosts.start(hosts.beta)
        try hosts.createRunning()
        let manager = try #require(hosts.manager(hosts.alpha))
        hosts.world.spawn {
            let request = MigrationRequest(destination: "beta")
            _ = try? await manager.submit(.domain(DomainReference("web"), .migrate(request)), for: Requester("test"))
        }
        hosts.advance(.seconds(300))
        #expect(try hosts.domains(hosts.beta).map(\.state.isPaused) == [true])
        return hosts
    }

    @Test("What is dropped is gone when the answer comes, and what is kept runs", arguments: [false, true])
    func decided(keep: Bool) throws {
        let hosts = try inDoubt()
        try hosts.perform(.resolve(keep: keep), on: hosts.beta)
        #expect(hosts.runningCopies == (keep ? 1 : 0) && hosts.copies == (keep ? 1 : 0))
        #expect(try hosts.domains(hosts.beta).count == (keep ? 1 : 0))
        #expect(hosts.beta.leaks() == [])
    }

    @Test("Of two words at once the first counts, and the second hears that there is nothing to decide any more")
    func twice() throws {
        for seed in 0..<2 {
            let hosts = try inDoubt()
            let manager = try #require(hosts.manager(hosts.beta))
            let answers = Mutex<[String]>([])
            for keep in seed == 0 ? [true, false] : [false, true] {
                hosts.world.spawn {
                    do {
                        let operation = Operation.domain(DomainReference("web"), .resolve(keep: keep))
                        _ = try await manager.submit(operation, for: Requester("test"))
                        answers.withLock { $0.append("done") }
                    } catch {
                        answers.withLock { $0.append("\(error)") }
                    }
                }
            }
            hosts.advance(.seconds(60))
            #expect(hosts.runningCopies == (seed == 0 ? 1 : 0) && hosts.copies == hosts.runningCopies)
            let refusal = seed == 0 ? "nobody doubts whose it is" : "invalid domain:web"
            answers.withLock { answers in
                #expect(answers.count == 2 && answers[0] == "done" && answers[1].contains(refusal), "\(answers)")
            }
        }
    }

    @Test("A daemon that stops takes no decision any more, and the next one still waits for it")
    func stopping() throws {
        let hosts = try inDoubt()
        let manager = try #require(hosts.manager(hosts.beta))
        try hosts.run { await manager.stop() }
        let error = #expect(throws: OperationError.self) { try hosts.perform(.resolve(keep: true), on: hosts.beta) }
        #expect(error?.message == "xend is stopping")
        #expect(hosts.runningCopies == 0 && hosts.copies == 1)
        hosts.beta.killDaemon()
        try hosts.start(hosts.beta)
        try hosts.perform(.resolve(keep: true), on: hosts.beta)
        #expect(hosts.runningCopies == 1 && hosts.copies == 1)
    }
}
