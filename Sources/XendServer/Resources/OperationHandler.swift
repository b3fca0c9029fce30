import DomainLifecycle
import DomainModel
import HostInterface
import SExpressions

/// The way of every operation of the table: read its parameters, have it done, answer.
enum OperationHandler {
    static func handler(for rule: OperationRule) -> Resource.Handler {
        { exchange throws(Failure) in
            let asked = try exchange.asked(rule)
            try checkListed(asked, rule, exchange)
            switch asked {
            case .domain(.save(path: "", let afterwards)): return try await saveUnderNewName(exchange, afterwards)
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
            case .node(.reload):
                return try await reload(exchange)
            case .node(let operation):
                try await exchange.ask { service throws(OperationError) in
                    switch operation {
                    case .shutDown(let reboot):
                        try await service.shutDownNode(reboot: reboot, for: exchange.requester)
                    // It has an answer of its own, above.
                    case .reload: break
                    case .stopDomains(let seconds):
                        try await service.stopDomains(within: seconds, for: exchange.requester)
                    case .notify(let url): try await service.setNotificationURL(url.isEmpty ? nil : url)
                    }
                }
                return try await answer(rule.reply, .done, exchange)
            }
        }
    }

    private static func reload(_ exchange: Exchange) async throws(Failure) -> Answer {
        let report = try await exchange.ask { service throws(OperationError) in
            try await service.reload(for: exchange.requester)
        }
        var answer = Answer.value(report)
        answer.warnings = report.warnings
        answer.notice = Notice(text: "Read again: \(report.text)", detail: nil, link: nil)
        return answer
    }

    /// Who names a file or a host that the configuration does not list must have the row's own role.
    private static func checkListed(_ asked: Asked, _ rule: OperationRule, _ exchange: Exchange) throws(Failure) {
        let caller = exchange.request.caller
        guard rule.listedRole != nil, !caller.may(rule.role), !exchange.authenticator.policy.isListed(asked) else {
            return
        }
        let what = "\(rule.name) with what the configuration does not list"
        throw Failure(status: Status.forbidden, OperationError(.forbidden, caller.refusal(rule.role, of: what)))
    }

    /// To a file whose name nobody has chosen; the answer tells it.
    private static func saveUnderNewName(_ exchange: Exchange, _ afterwards: AfterSave) async throws(Failure) -> Answer
    {
        guard let directory = exchange.authenticator.policy.saveDirectory else {
            throw Failure(OperationError(.invalid, "Missing parameter: file"))
        }
        let domain = try await exchange.domain()
        let name = String(
            domain.name.unicodeScalars.map {
                $0.isASCII && ($0.properties.isAlphabetic || "0123456789-_".unicodeScalars.contains($0))
                    ? Character($0) : "_"
            })
        let time = CalendarTime(exchange.clock.wallTime).description.replacing(" ", with: "_").replacing(":", with: "")
        let path = "\(directory)/\(name)-\(domain.id)-\(time).save"
        _ = try await exchange.perform(.save(path: path, afterwards: afterwards))
        return .value(SExpression.element("saved", .element("file", path)))
    }

    /// What a result says for itself; else what the row has.
    private static func answer(
        _ reply: OperationRule.Reply, _ result: OperationResult, _ exchange: Exchange
    ) async throws(Failure) -> Answer {
        switch result {
        case .domain(let domain): return made(domain, called: domain.name, "Created", exchange)
        case .defined(let domain): return made(domain, called: domain.name, "Defined", exchange)
        case .device(let device): return .value(device)
        case .file(let path): return .value(SExpression.element("dumped", .element("file", path)))
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

    static func made(
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
