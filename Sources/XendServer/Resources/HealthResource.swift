/// What supervisors and monitoring ask: `/healthz`, `/readyz`, `/metrics`.
enum HealthResource {
    /// The process answers.
    static func health(_ exchange: Exchange) async throws(Failure) -> Answer {
        .reply(.plain(Status.ok, "ok"))
    }

    /// The daemon has started and is not stopping.
    static func readiness(_ exchange: Exchange) async throws(Failure) -> Answer {
        let isReady = await exchange.service.isReady()
        return .reply(isReady ? .plain(Status.ok, "ready") : .plain(Status.unavailable, "not ready"))
    }

    static func metrics(_ exchange: Exchange) async throws(Failure) -> Answer {
        let text = PrometheusText.text(await exchange.service.measurements())
        return .reply(Reply(contentType: PrometheusText.contentType, body: Array(text.utf8)))
    }
}
