import DomainLifecycle
import DomainModel
import HostInterface
import HypervisorInterface
import Migration

/// What has been decided, in its turn: performed, followed up and answered.
extension DomainManager {
    func perform(
        _ plan: Plan, _ submission: Submission, for requester: Requester
    ) async throws(OperationError) -> OperationResult {
        switch submission {
        case .creation(let config, _):
            if let failure = await carryOut(Performance(plan)) { throw failure }
            guard let information = await information(of: plan.domain) else {
                throw OperationError(.failed, "\"\(config.name)\" was created, but has gone already")
            }
            return .domain(information)
        case .definition:
            if let failure = await carryOut(Performance(plan)) { throw failure }
            return table[plan.domain].flatMap(DefinedDomain.init).map(OperationResult.defined) ?? .done
        case .change(_, let operation):
            if let failure = await carryOut(Performance(plan)) { throw failure }
            return table.result(of: operation, plan)
        case .departure(_, let operation, let session, let route):
            return try await parts.transfers.depart(plan, operation, session, route, for: requester, in: self)
        case .restoration(let arrival, let reader):
            return try await parts.transfers.restore(plan, arrival.record, from: reader, for: requester, in: self)
        case .reception(let arrival, let reception):
            return try await parts.transfers.receive(plan, arrival, reception, for: requester, in: self)
        }
    }

    /// Performs a plan and starts what follows from it.
    ///
    /// - Returns: why it was not done, or not all of it.
    func carryOut(_ performance: Performance) async -> OperationError? {
        let domain = performance.plan.domain
        let execution = await parts.performer.perform(performance)
        account.because(execution.end) {
            follow(execution.followUp, of: domain)
            parts.examiner.examineSoon(domain)
        }
        // What was given up while the plan had the domain is ended in the same turn.
        if execution.followUp == .clear, !context.isStopped {
            await account.because(execution.end) { _ = await clear(domain) }
        }
        return execution.failure
    }

    /// Ends in a turn what is left of a domain here: devices, console and memory. What cannot be released yet is tried again.
    /// - Returns: what is not released yet.
    @discardableResult
    func clear(_ domain: DomainUUID) async -> OperationError? {
        guard let plan = try? table.begin(.clear, on: domain, at: now) else { return nil }
        return await carryOut(Performance(plan))
    }
}
