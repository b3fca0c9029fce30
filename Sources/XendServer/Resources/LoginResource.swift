import AccessControl
import DomainLifecycle
import SExpressions

/// `/xend/login`: signing in with a browser, and out.
enum LoginResource {
    /// The page at which a link leads: whoever follows it has still to say that he wants in, lest a program that looks at links use
    /// it up.
    static func page(_ exchange: Exchange) async throws(Failure) -> Answer {
        let caller = exchange.request.caller
        let link = exchange.request.form.text("link")
        return .value(SExpression.element("login", .element("who", "\(caller)"))).page {
            LoginPage(
                caller: caller, link: link, hasPasswords: exchange.authenticator.policy.signInService != nil
            ).page()
        }
    }

    /// Makes a link that works once.
    static func makeLink(_ exchange: Exchange) async throws(Failure) -> Answer {
        let sessions = try sessions(exchange)
        let (role, name) = try exchange.read(
            Argument<Role>.word("role").or(.administrator), Argument<String>.text("name").or(""))
        let who = name.isEmpty ? "\(exchange.request.caller)" : AuditArgument("name", name).value.atom ?? ""
        let link = sessions.makeLink(role: role, name: who)
        let url = "\(exchange.baseURL)\(Path.login)?link=\(link)"
        var answer = Answer.value(
            SExpression.element(
                "link", .element("secret", url), .element("role", role.rawValue),
                .element("seconds", Int(SessionStore.linkLifetime.inSeconds))))
        answer.status = Status.created
        answer.notice = Notice(text: "Works once, within five minutes:", detail: url)
        return answer
    }

    static func signIn(_ exchange: Exchange) async throws(Failure) -> Answer {
        let sessions = try sessions(exchange)
        let link = try exchange.read(.text("link"))
        try checkPrivacy(exchange)
        do throws(OperationError) {
            return welcome(try sessions.signIn(by: link, from: "\(exchange.request.caller)"), exchange)
        } catch {
            throw refusal(error)
        }
    }

    static func signInByPassword(_ exchange: Exchange) async throws(Failure) -> Answer {
        let sessions = try sessions(exchange)
        let (user, password) = try exchange.read(.text("user"), .rawText("password"))
        try checkPrivacy(exchange)
        let origin = "\(exchange.request.caller)"
        do throws(OperationError) {
            try sessions.checkPatience(of: origin)
            let (name, role) = try await exchange.authenticator.user(user, withPassword: password)
            return welcome(sessions.begin(role, name), exchange)
        } catch {
            if error.kind == .forbidden { sessions.noteFailure(of: origin) }
            throw refusal(error)
        }
    }

    private static func welcome(_ entered: (session: Session, secret: String), _ exchange: Exchange) -> Answer {
        let text = "signed in as \(entered.session.name), \(entered.session.role.rawValue)"
        return left(for: Path.root, cookie: entered.secret, text, exchange)
    }

    /// Who may not come in is told so by the status, too, whatever he reads.
    private static func refusal(_ error: OperationError) -> Failure {
        error.kind == .forbidden ? Failure(status: Status.forbidden, error) : Failure(error)
    }

    private static func checkPrivacy(_ exchange: Exchange) throws(Failure) {
        guard !exchange.request.isPrivate else { return }
        throw refusal(
            OperationError(.forbidden, "signing in needs TLS, or this machine: everybody on the way may read along"))
    }

    static func signOut(_ exchange: Exchange) async throws(Failure) -> Answer {
        guard case .session(let id, _) = exchange.request.caller.credential else { return .zero }
        exchange.sessions?.signOut(id)
        return left(for: Path.login, cookie: "", "signed out", exchange)
    }

    private static func sessions(_ exchange: Exchange) throws(Failure) -> SessionStore {
        guard let sessions = exchange.sessions else {
            throw Failure(status: Status.notFound, OperationError(.notFound, "nobody signs in here"))
        }
        return sessions
    }

    /// Sends the browser on, with another cookie; "" = without.
    private static func left(for path: String, cookie: String, _ text: String, _ exchange: Exchange) -> Answer {
        var answer = Answer.value(.atom(text))
        var attributes = "; Path=/; HttpOnly; SameSite=Strict"
        if exchange.request.isEncrypted { attributes += "; Secure" }
        if cookie.isEmpty { attributes += "; Max-Age=0" }
        answer.headers = [
            ("Set-Cookie", "\(SessionStore.cookie)=\(cookie)\(attributes)"), ("Cache-Control", "no-store"),
        ]
        answer.page = { LoginPage.sentOn(text, to: path) }
        answer.notice = Notice(text: text)
        if exchange.representation == .html {
            answer.status = Status.seeOther
            answer.location = exchange.baseURL + path
        }
        return answer
    }
}
