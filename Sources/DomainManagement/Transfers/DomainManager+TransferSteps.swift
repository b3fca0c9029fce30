import DomainLifecycle

extension DomainManager {
    /// Performs the long step of a transfer.
    func perform(_ transfer: Transfer, of plan: Plan, _ record: DomainRecord) async throws(StepFailure) {
        switch transfer {
        case .save(let path): try await performSave(path, plan.domain)
        case .send: try await performSend(plan.domain)
        case .fill: try await performFill(plan.domain)
        case .openConsole(let port): try await performOpenConsole(port, record)
        case .settle(let keep): try await settle(keep: keep, record)
        }
    }
}

extension StepFailure: CustomStringConvertible {
    var description: String { message }
}
