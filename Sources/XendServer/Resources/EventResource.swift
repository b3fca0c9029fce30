import DomainLifecycle
import DomainManagement
import SExpressions

/// `/xend/event`
enum EventResource {
    /// The empty list of xend 2.0; with `since` or `pattern`, what happened; for those who accept it, as it happens.
    static func read(_ exchange: Exchange) async throws(Failure) -> Answer {
        let form = exchange.request.form
        let since = try since(exchange)
        let patterns = form.values("pattern").map { EventPattern($0.text) }
        let matching = patterns.isEmpty ? [EventPattern("*")] : patterns
        let accepts = exchange.request.headers["accept"].contains { $0.contains("text/event-stream") }
        if accepts || form.text("format") == "events" {
            return .reply(try await EventStream(since: since, patterns: matching, exchange: exchange).reply())
        }
        let isQuestion = since != nil || !patterns.isEmpty
        guard isQuestion || exchange.representation == .html else { return .value(["ls"]) }
        let isPage = exchange.representation == .html
        let page = await exchange.service.events(since: since ?? (isPage ? 0 : nil), matching: matching)
        return .value(page.expression).page { EventsPage(events: page).page() }
    }

    /// `Last-Event-ID` is what a browser sends when it comes back: newer than the `since` of its first request.
    private static func since(_ exchange: Exchange) throws(Failure) -> UInt64? {
        let text = exchange.request.headers.first(name: "last-event-id") ?? exchange.request.form.text("since")
        guard let text, !text.isEmpty else { return nil }
        guard let number = UInt64(text) else {
            throw Failure(OperationError(.invalid, "invalid since: \(text) (allowed: the number of an event)"))
        }
        return number
    }

    static func inject(_ exchange: Exchange) async throws(Failure) -> Answer {
        let event = try exchange.read(.expression("event"))
        let name = try await exchange.ask { service throws(OperationError) in try await service.inject(event) }
        return .value(.atom(name))
    }
}

extension EventPage {
    /// `(events (newest N) (missed N) (event (number N) (time T) (name NAME) (value V))…)`
    var expression: SExpression {
        .element(
            "events",
            [.element("newest", newest), .element("missed", missed)] + events.map(\.expression))
    }
}

extension NumberedEvent {
    /// `(event (number N) (time T) (name NAME) (value V))`
    var expression: SExpression {
        .element(
            "event",
            .element("number", number), ["time", .number(time)], .element("name", event.name),
            .element("value", event.value))
    }
}
