import DomainLifecycle
import SExpressions

/// `/xend/domain`
enum DomainDirectory {
    /// Names; with `?detail=1`, as clients of xend 3.0 ask, everything about each.
    static func list(_ exchange: Exchange) async throws(Failure) -> Answer {
        let domains = await exchange.service.domains()
        if exchange.representation == .html {
            let node = try? await exchange.service.node()
            return .none.page { DomainListPage(domains: domains, node: node).page() }
        }
        if exchange.wantsDetail { return .list(DomainList(domains: domains, texts: exchange.domainTexts)) }
        return .list(domains.map { SExpression.atom($0.name) })
    }

    static func create(_ exchange: Exchange) async throws(Failure) -> Answer {
        let config = try ConfigurationText.domain(exchange.request.form)
        return made(
            try await exchange.ask { service throws(OperationError) in
                try await service.perform(.create(config), for: exchange.requester)
            }, exchange)
    }

    static func restore(_ exchange: Exchange) async throws(Failure) -> Answer {
        let path = try exchange.arguments.read(.text("file", "state"))
        return made(
            try await exchange.ask { service throws(OperationError) in
                try await service.perform(.restore(path: path), for: exchange.requester)
            }, exchange)
    }

    private static func made(_ result: OperationResult, _ exchange: Exchange) -> Answer {
        guard case .domain(let domain) = result else { return .zero }
        var answer = Answer.value(domain)
        answer.status = Status.created
        answer.reason = "created"
        answer.location = exchange.baseURL + Path.domain(domain.name)
        let name = "Domain \(domain.name)"
        answer.notice = Notice(text: "Created", detail: nil, link: (name, Path.domain(domain.name)))
        return answer
    }
}
