import DomainLifecycle
import DomainManagement
import DomainModel
import SExpressions

/// `/xend/history` and `/xend/domain/DOM/history`: what happened, and why.
enum HistoryResource {
    /// Words of what an entry can be.
    static let kinds = DeedKind.allCases.map(\.rawValue)

    /// Of the node, or with `domain` of one domain; from a time on with `since`; of some sorts only with `kind`.
    static func read(_ exchange: Exchange) async throws(Failure) -> Answer {
        try await answer(try query(exchange, exchange.request.form.text("domain")), exchange)
    }

    /// Of one domain, also when it is there no more.
    static func ofDomain(_ exchange: Exchange) async throws(Failure) -> Answer {
        let segments = exchange.request.target.segments
        let given = segments.count > 2 ? segments[2] : ""
        let known = await exchange.known(DomainReference(given))
        let query = try query(exchange, known?.name ?? given)
        let answer = try await answer(query, exchange)
        if known == nil, case .value(let value, _) = answer.content, value.expression.children().isEmpty {
            throw Failure(status: Status.notFound, OperationError(.notFound, "invalid domain:\(given)"))
        }
        return answer
    }

    private static func query(_ exchange: Exchange, _ domain: String?) throws(Failure) -> HistoryQuery {
        let form = exchange.request.form
        var query = HistoryQuery(domain: domain.flatMap { $0.isEmpty ? nil : $0 })
        if let text = form.text("since"), !text.isEmpty {
            guard let seconds = Double(text), seconds.isFinite else {
                throw Failure(OperationError(.invalid, "invalid since: \(text) (allowed: seconds since 1970)"))
            }
            query.since = seconds
        }
        for kind in form.values("kind").map(\.text) where !kind.isEmpty {
            guard kinds.contains(kind) else {
                throw Failure(
                    OperationError(.invalid, "invalid kind: \(kind) (allowed: \(kinds.joined(separator: ", ")))"))
            }
            query.kinds.insert(kind)
        }
        return query
    }

    private static func answer(_ query: HistoryQuery, _ exchange: Exchange) async throws(Failure) -> Answer {
        let history = await exchange.service.history(query)
        let now = exchange.clock.wallTime.seconds
        let hours = exchange.request.form.text("hours").flatMap { Double($0) }
        return .value(history.expression).page {
            HistoryPage(history: history, domain: query.domain, now: now, hours: hours).page()
        }
    }
}
