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
        guard exchange.representation == .html else { return .value(console) }
        let names = await names(exchange)
        let domain = await exchange.service.domains().first { $0.id == console.domain }
        // What is printed there may be secret: who may not type sees none of it.
        let caller = exchange.request.caller
        let contents = caller.may(.operator) ? try? await exchange.service.openConsole(port: port).contents() : nil
        let page = ConsolePage(
            console: console, name: names[console.domain], uuid: domain?.uuid, host: exchange.host, contents: contents,
            hasTerminal: await TerminalFiles(exchange.configuration.files).areThere(),
            refusal: caller.may(.operator) ? nil : caller.refusal(.operator, of: "a console"))
        return .value(console).page { page.page() }
    }

    /// `/xend/domain/DOM/console`: the same by the domain, whatever its port is; for who asks for a WebSocket, the console itself.
    static func ofDomain(_ exchange: Exchange) async throws(Failure) -> Answer {
        let isSocket = SocketOpening.isAsked(exchange.request)
        if isSocket { try SocketOpening.check(exchange.request) }
        let name = exchange.request.target.segments.dropLast().last ?? ""
        let domain = try await exchange.askForResource { service throws(OperationError) in
            try await service.domain(DomainReference(name))
        }
        guard let console = domain.console else {
            let text = "domain \(domain.id) \"\(domain.name)\" has no console"
            throw Failure(status: Status.notFound, OperationError(.notFound, text))
        }
        guard isSocket else {
            return exchange.representation == .html ? .sentOn(to: Path.console(console.port)) : .value(console)
        }
        return try open(console, exchange)
    }

    private static func open(_ console: ConsoleInformation, _ exchange: Exchange) throws(Failure) -> Answer {
        let caller = exchange.request.caller
        try Guard(configuration: exchange.configuration, seal: exchange.seal).checkSocket(exchange.request)
        guard caller.may(.operator) else {
            throw Failure(
                status: Status.forbidden, OperationError(.forbidden, caller.refusal(.operator, of: "a console")))
        }
        guard let place = exchange.readerPlaces.take(caller.address?.host ?? "") else {
            let text = "\(ReaderPlaces.limit) readers at your address are enough; end some of them"
            throw Failure(status: Status.unavailable, OperationError(.refused, text))
        }
        exchange.audit?.note(caller, by: .http, "connect", on: exchange.path, .done)
        let (service, port) = (exchange.service, console.port)
        return .reply(
            Reply(socket: { session in
                do throws(OperationError) {
                    try await service.openConsole(port: port).join(session)
                } catch {
                    return session.finish(.refused(error.message))
                }
                // Its place is taken as long as the socket is open.
                await session.ended()
                withExtendedLifetime(place) {}
            }))
    }

    /// Types a line, or one of the keys that no line has.
    static func type(_ exchange: Exchange) async throws(Failure) -> Answer {
        let port = try port(exchange)
        let (text, key, isOver) = try exchange.read(
            Argument<String>.text("text").or(""), Argument<String>.word("key", of: keys.map(\.word)).or("enter"),
            Argument<Bool>.flag("over").or(false))
        guard text.utf8.count <= longestLine else {
            throw Failure(OperationError(.invalid, "a line has at most \(longestLine) bytes, not \(text.utf8.count)"))
        }
        let end = keys.first { $0.word == key }?.bytes ?? [13]
        let line = SXPText.bytes(of: text)
        try await exchange.askForResource { service throws(OperationError) in
            try await service.openConsole(port: port).type(line + end, over: isOver)
        }
        var answer = Answer.none
        answer.notice = Notice(text: "Typed. What comes of it is below; renew the page to see more.")
        return answer
    }

    /// What a page sends of a text at once; a terminal takes no longer line.
    private static let longestLine = 4095

    /// What ends what is typed.
    static let keys: [(word: String, title: String, bytes: [UInt8])] = [
        ("enter", "Enter", [13]), ("none", "nothing", []), ("interrupt", "Ctrl-C", [3]), ("end", "Ctrl-D", [4]),
        ("escape", "Escape", [27]), ("tab", "Tab", [9]),
    ]

    /// Of domains by id: pages speak of domains by name.
    private static func names(_ exchange: Exchange) async -> [DomainID: String] {
        guard exchange.representation == .html else { return [:] }
        let domains = await exchange.service.domains()
        return Dictionary(domains.map { ($0.id, $0.name) }) { first, _ in first }
    }

    static func disconnect(_ exchange: Exchange) async throws(Failure) -> Answer {
        let port = try port(exchange)
        try await exchange.askForResource { service throws(OperationError) in
            try await service.openConsole(port: port).disconnect()
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
