import DomainLifecycle
import SExpressions

/// `/xend/console` and `/xend/console/PORT`
enum ConsoleResource {
    static func list(_ exchange: Exchange) async throws(Failure) -> Answer {
        let consoles = await exchange.service.consoles()
        let answer: Answer =
            exchange.wantsDetail
            ? .list(consoles.map(\.expression)) : .list(consoles.map { .atom(String($0.port)) })
        return answer.page { ConsolePages.list(consoles) }
    }

    static func information(_ exchange: Exchange) async throws(Failure) -> Answer {
        let port = try port(exchange)
        let console = try await exchange.askForResource { service throws(OperationError) in
            try await service.console(port: port)
        }
        return .value(console.expression).page { ConsolePages.one(console, host: exchange.host) }
    }

    static func disconnect(_ exchange: Exchange) async throws(Failure) -> Answer {
        let port = try port(exchange)
        try await exchange.askForResource { service throws(OperationError) in
            try await service.disconnectConsole(port: port)
        }
        return .none
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
