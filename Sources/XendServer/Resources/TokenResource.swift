import AccessControl
import DomainLifecycle
import SExpressions

/// `/xend/token` and `/xend/token/ID`: what whoever shows it may do.
enum TokenResource {
    static func list(_ exchange: Exchange) async throws(Failure) -> Answer {
        let tokens = try tokens(exchange).list
        return .value(SExpression.element("tokens", tokens.map(Self.expression)))
            .page { TokenPages.list(tokens) }
    }

    static func information(_ exchange: Exchange) async throws(Failure) -> Answer {
        let token = try token(exchange)
        return .value(Self.expression(token)).page { TokenPages.one(token) }
    }

    static func create(_ exchange: Exchange) async throws(Failure) -> Answer {
        let store = try tokens(exchange)
        let (role, expires, name) = try exchange.read(
            Argument<Role>.word("role"), .text("expires"), Argument<String>.text("name").or(""))
        guard let lifetime = Duration(lifetime: expires) else {
            throw Failure(
                OperationError(.invalid, "invalid expires: \(expires) (allowed: 90m, 12h, 30d, 4w and so on)"))
        }
        let (token, secret) = try await exchange.ask { _ throws(OperationError) in
            try await store.create(role: role, lifetime: lifetime, name: name, by: "\(exchange.request.caller)")
        }
        var answer = Answer.value(
            SExpression.element(
                "token", Self.expression((token, false)).children() + [.element("secret", secret)]))
        answer.status = Status.created
        answer.location = exchange.baseURL + Path.token(name.isEmpty ? token.id : name)
        answer.notice = Notice(
            text: "Created. This is the only time that it is shown:", detail: secret,
            link: ("Token \(token.id)", Path.token(token.id)))
        return answer
    }

    static func revoke(_ exchange: Exchange) async throws(Failure) -> Answer {
        let store = try tokens(exchange)
        try await exchange.askForResource { _ throws(OperationError) in
            try await store.revoke(exchange.lastSegment)
        }
        return .zero
    }

    private static func tokens(_ exchange: Exchange) throws(Failure) -> TokenStore {
        guard let tokens = exchange.tokens else {
            throw Failure(status: Status.notFound, OperationError(.notFound, "there are no tokens here"))
        }
        return tokens
    }

    private static func token(_ exchange: Exchange) throws(Failure) -> (token: Token, isExpired: Bool) {
        let store = try tokens(exchange)
        do throws(OperationError) {
            return try store.token(exchange.lastSegment)
        } catch {
            throw Failure(status: Status.notFound, error)
        }
    }

    static func expression(_ kept: (token: Token, isExpired: Bool)) -> SExpression {
        .element(
            "token", kept.token.expression.children() + [.element("state", kept.isExpired ? "expired" : "valid")])
    }
}
