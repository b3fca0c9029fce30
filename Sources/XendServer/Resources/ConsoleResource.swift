import AccessControl
import DomainLifecycle
import DomainModel
import SExpressions

/// `/xend/console` and `/xend/console/PORT`
enum ConsoleResource {
    static func list(_ exchange: Exchange) async throws(Failure) -> Answer {
        let consoles = await exchange.service.consoles()
        let answer: Answer =
            exchange.wantsDetail
            ? .list(consoles) : .list(consoles.map { SExpression.atom(String($0.port)) })
        let names = await names(exchange)
        return answer.page { ConsolePages.list(consoles, names: names) }
    }

    static func information(_ exchange: Exchange) async throws(Failure) -> Answer {
        let port = try port(exchange)
        let console = try await exchange.askForResource { service throws(OperationError) in
            try await service.console(port: port)
        }
        let names = await names(exchange)
        return .value(console).page { ConsolePages.one(console, names: names, host: exchange.host) }
    }

    /// Of domains by id: pages speak of domains by name.
    private static func names(_ exchange: Exchange) async -> [DomainID: String] {
        guard exchange.representation == .html else { return [:] }
        let domains = await exchange.service.domains()
        return Dictionary(domains.map { ($0.id, $0.name) }) { first, _ in first }
    }

    static func disconnect(_ exchange: Exchange) async throws(Failure) -> Answer {
        let port = try port(exchange)
        try await exchange.askForResource { service throws(OperationError) in
            try await service.disconnectConsole(port: port)
        }
        return .none
    }

    /// What lets somebody join whom the console's port does not know.
    static func makeTicket(_ exchange: Exchange) async throws(Failure) -> Answer {
        let port = try port(exchange)
        _ = try await exchange.askForResource { service throws(OperationError) in
            try await service.console(port: port)
        }
        guard let tickets = exchange.authenticator.tickets else {
            throw Failure(OperationError(.notSupported, "there are no tickets here"))
        }
        guard exchange.request.isPrivate else {
            throw Failure(OperationError(.refused, "a ticket may not be told over a network that everybody can read"))
        }
        let secret = tickets.make(for: exchange.request.caller, port: port)
        return .value(
            SExpression.element(
                "ticket", .element("secret", secret), .element("console_port", Int(port)),
                .element("seconds", Int(TicketStore.lifetime.inSeconds))))
    }

    private static func port(_ exchange: Exchange) throws(Failure) -> UInt16 {
        guard let port = UInt16(exchange.lastSegment), String(port) == exchange.lastSegment else {
            throw Failure(
                status: Status.notFound,
                OperationError(.notFound, "No such console \(exchange.lastSegment): consoles are named by TCP port"))
        }
        return port
    }
}
