import DomainLifecycle
import SExpressions

/// `/xend/task` and `/xend/task/N`: saves, restores and migrations as people watch them.
enum TaskResource {
    static func list(_ exchange: Exchange) async throws(Failure) -> Answer {
        let tasks = await exchange.service.tasks()
        let answer: Answer =
            exchange.wantsDetail ? .list(tasks.map(\.expression)) : .list(tasks.map { SExpression.atom(String($0.id)) })
        return answer.page { TaskPages.list(tasks) }
    }

    static func information(_ exchange: Exchange) async throws(Failure) -> Answer {
        let id = try id(exchange)
        let task = try await exchange.askForResource { service throws(OperationError) in try await service.task(id) }
        return .value(task.expression).page { TaskPages.one(task) }
    }

    static func cancel(_ exchange: Exchange) async throws(Failure) -> Answer {
        let id = try id(exchange)
        try await exchange.askForResource { service throws(OperationError) in
            try await service.cancelTask(id, for: exchange.requester)
        }
        return .zero
    }

    private static func id(_ exchange: Exchange) throws(Failure) -> Int {
        guard let id = Int(exchange.lastSegment), String(id) == exchange.lastSegment else {
            throw Failure(
                status: Status.notFound, OperationError(.notFound, "No such task \(exchange.lastSegment)"))
        }
        return id
    }
}

extension TaskInformation {
    /// `(task (id N) (operation migrate) (domain NAME) (domid ID) (requester R) (state S) (phase P) (percent N) (rate
    /// B) (predicted_downtime S) (downtime S) (cancellable 1) (error TEXT) (started T) (ended T) (round (sent N) (dirty
    /// N))…)`: rate in bytes per second, downtimes in seconds, rounds in pages.
    var expression: SExpression {
        var fields: [SExpression] = [
            .element("id", id), .element("operation", operation), .element("domain", domain),
        ]
        if let domainID { fields.append(.element("domid", domainID)) }
        fields += [
            .element("requester", requester), .element("state", stateWord), .element("phase", phase),
            .element("percent", percent), .element("rate", rate),
        ]
        if let predictedDowntime {
            fields.append(["predicted_downtime", .number(predictedDowntime / .seconds(1))])
        }
        if let finalDowntime { fields.append(["downtime", .number(finalDowntime / .seconds(1))]) }
        fields.append(.element("cancellable", isCancellable ? 1 : 0))
        if case .failed(let text) = outcome { fields.append(.element("error", text)) }
        fields.append(["started", .number(started)])
        if let ended { fields.append(["ended", .number(ended)]) }
        fields += rounds.map { .element("round", .element("sent", $0.pagesSent), .element("dirty", $0.pagesDirty)) }
        return .element("task", fields)
    }

    var stateWord: String {
        switch outcome {
        case .running: "running"
        case .done: "done"
        case .cancelled: "cancelled"
        case .failed: "failed"
        case .interrupted: "interrupted"
        }
    }
}
