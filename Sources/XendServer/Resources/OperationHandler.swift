import DomainLifecycle
import DomainModel
import SExpressions

/// The way of every operation of the table: read its parameters, have it done, answer.
enum OperationHandler {
    static func handler(for rule: OperationRule) -> Resource.Handler {
        { exchange throws(Failure) in
            switch try exchange.asked(rule) {
            case .domain(let operation):
                var answer = try await answer(rule.reply, try await exchange.perform(operation), exchange)
                answer.warnings = operation.warnings
                return answer
            case .domains(let operation):
                let result = try await exchange.ask { service throws(OperationError) in
                    try await service.submit(operation, for: exchange.requester)
                }
                var answer = try await answer(rule.reply, result, exchange)
                answer.warnings = operation.warnings
                return answer
            case .node(let operation):
                try await exchange.ask { service throws(OperationError) in
                    switch operation {
                    case .shutDown(let reboot):
                        try await service.shutDownNode(reboot: reboot, for: exchange.requester)
                    case .stopDomains(let seconds):
                        try await service.stopDomains(within: seconds, for: exchange.requester)
                    case .notify(let url): try await service.setNotificationURL(url.isEmpty ? nil : url)
                    }
                }
                return try await answer(rule.reply, .done, exchange)
            }
        }
    }

    /// What a result says for itself; else what the row has.
    private static func answer(
        _ reply: OperationRule.Reply, _ result: OperationResult, _ exchange: Exchange
    ) async throws(Failure) -> Answer {
        switch result {
        case .domain(let domain): return made(domain, called: domain.name, "Created", exchange)
        case .defined(let domain): return made(domain, called: domain.name, "Defined", exchange)
        case .device(let device): return .value(device)
        case .migrated(let host, let port, let id): return moved(host, port, id)
        case .done: break
        }
        var answer = Answer.zero
        switch reply {
        case .done: break
        case .asked:
            answer.status = Status.accepted
            answer.location = exchange.baseURL + Path.domain(exchange.lastSegment) + "/.."
        case .ended: answer.location = exchange.baseURL + Path.domain(exchange.lastSegment) + "/.."
        case .nothing: return .none
        case .summary:
            let domain = try await exchange.domain()
            return .value(.atom("domain id=\(domain.id) name=\(domain.name) memory=\(domain.memory.mebibytes)"))
        }
        return answer
    }

    private static func made(
        _ domain: some SExpressible, called name: String, _ what: String, _ exchange: Exchange
    ) -> Answer {
        var answer = Answer.value(domain)
        answer.status = Status.created
        answer.reason = "created"
        answer.location = exchange.baseURL + Path.domain(name)
        answer.notice = Notice(text: what, detail: nil, link: ("Domain \(name)", Path.domain(name)))
        return answer
    }

    /// The domain's URL where it is now.
    private static func moved(_ host: String, _ port: UInt16, _ id: DomainID) -> Answer {
        let bracketed = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
        let url = "http://\(bracketed):\(port)\(Path.domains)/\(id)"
        var answer = Answer.value(.atom(url))
        answer.location = url
        return answer
    }
}
