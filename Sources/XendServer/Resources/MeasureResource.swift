import DomainLifecycle
import DomainManagement
import DomainModel
import SExpressions

/// `/xend/domain/DOM/measures` and `/xend/node/measures`: what was done in the last hour or day.
enum MeasureResource {
    static func ofDomain(_ exchange: Exchange) async throws(Failure) -> Answer {
        let segments = exchange.request.target.segments
        let reference = DomainReference(segments.count > 2 ? segments[2] : "")
        let domain = try await exchange.askForResource { service throws(OperationError) in
            try await service.domain(reference)
        }
        let book = try await book(exchange)
        return try answer(book.series(of: domain.uuid) ?? MeasureSeries(), domain.name, exchange)
    }

    static func ofNode(_ exchange: Exchange) async throws(Failure) -> Answer {
        try answer(try await book(exchange).node, nil, exchange)
    }

    private static func book(_ exchange: Exchange) async throws(Failure) -> MeasureBook {
        guard let book = await exchange.service.measures() else {
            throw Failure(
                OperationError(
                    .notSupported, "nothing is measured here; (xend-measures yes) in xend-config.sxp changes that"))
        }
        return book
    }

    private static func answer(
        _ series: MeasureSeries, _ domain: String?, _ exchange: Exchange
    ) throws(Failure) -> Answer {
        let span = try exchange.read(.word("span", of: MeasureSpan.allCases.map(\.rawValue)).or("hour"))
        let (chosen, now) = (MeasureSpan(rawValue: span) ?? .hour, exchange.clock.wallTime.seconds)
        return .value(series.expression(chosen, until: now)).page {
            MeasuresPage(series: series, domain: domain, span: chosen, now: now).page()
        }
    }
}
