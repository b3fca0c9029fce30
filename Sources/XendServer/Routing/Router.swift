import AccessControl
import DomainLifecycle
import DomainManagement
import HostInterface
import Logging
import SExpressions

/// From a request to its reply: representation, resource, permission, handler, view.
struct Router: Sendable {
    private let service: any DaemonService
    private let clock: any HostClock
    private let configuration: HTTPServerConfiguration
    private let refusals: RefusalLog
    private let audit: AuditTrail?
    private let authenticator: Authenticator
    private let seal: FormSeal
    private let resources: [Resource]
    private let permission: Guard
    private let domainTexts = DomainTexts()
    private let readerPlaces = ReaderPlaces()
    private let eventFrames = EventFrames()
    private let keys: IdempotencyKeys

    init(
        service: any DaemonService, clock: any HostClock, configuration: HTTPServerConfiguration, audit: AuditTrail?,
        authenticator: Authenticator, logger: Logger
    ) {
        self.service = service
        self.clock = clock
        self.configuration = configuration
        refusals = RefusalLog(logger, clock: clock)
        self.audit = audit
        self.authenticator = authenticator
        seal = FormSeal(random: configuration.random)
        resources = (configuration.absence == nil ? RouteTable.resources : []) + configuration.additionalResources
        permission = Guard(configuration: configuration, seal: seal)
        keys = IdempotencyKeys(clock: clock)
    }

    /// The answer; of a POST with an `Idempotency-Key` that has been answered before, that answer again.
    func answer(_ request: Request) async -> Reply {
        guard request.isPost, let given = request.headers.first(name: "idempotency-key") else {
            return await answerOnce(request)
        }
        guard (1...IdempotencyKeys.maximumKey).contains(given.utf8.count) else {
            return .plain(Status.badRequest, "invalid Idempotency-Key (allowed: 1 to 255 bytes)")
        }
        let key = "\(request.sender) \(given)"
        switch await keys.begin(key, request.digest) {
        case .perform: break
        case .taken: return .plain(Status.unprocessable, "this Idempotency-Key was another request's")
        case .repeated(var reply):
            reply.headers.append(("Idempotency-Replayed", "true"))
            return reply
        }
        let reply = await answerOnce(request)
        // What the server itself could not do may be tried again; nor is what nobody may do an answer to keep.
        let isKept = reply.status < 500 && reply.status != Status.forbidden && !reply.isStream
        await keys.end(key, isKept ? reply : nil)
        return reply
    }

    private func answerOnce(_ request: Request) async -> Reply {
        let segments = request.target.segments
        let resource = resources.first { $0.matches(segments) }
        let exchange = Exchange(
            request: request, service: service, representation: .chosen(for: request), clock: clock,
            configuration: configuration, domainTexts: domainTexts, readerPlaces: readerPlaces,
            eventFrames: eventFrames, audit: audit, authenticator: authenticator, seal: seal)
        let rendering = Rendering(exchange: exchange)
        var deed: Resource.Deed?
        do {
            let answer = try await answer(exchange, resource, &deed)
            if let deed, deed.changes { note(request, deed, .done) }
            return rendering.reply(answer)
        } catch {
            note(request, deed, error)
            refusals.note(request, "\(error.error)")
            return rendering.reply(error, at: resource)
        }
    }

    private func answer(
        _ exchange: Exchange, _ resource: Resource?, _ asked: inout Resource.Deed?
    ) async throws(Failure) -> Answer {
        let request = exchange.request
        guard request.isGet || request.isPost else {
            throw Failure(status: Status.notImplemented, "Not Implemented: method \(request.method.rawValue)")
        }
        try permission.check(request, changes: false)
        guard let resource else {
            if let absence = configuration.absence { throw Failure(status: Status.unavailable, absence) }
            throw Failure(status: Status.notFound, "Not found \(firstUnknown(in: request.target.segments))")
        }
        let answer: Answer
        let changes: Bool
        do throws(Failure) {
            let deed = try request.isPost ? resource.post(request) : resource.get(request)
            asked = deed
            changes = deed.changes
            try permission.check(request, for: deed.audience, of: deed.name)
            try permission.check(request, changes: changes)
            answer = try exchange.page(of: try await deed.handler(exchange))
        } catch {
            throw error.error.kind == .forbidden ? error : await absence(exchange, resource) ?? error
        }
        guard exchange.representation == .html else { return answer }
        if request.isPost || changes { return await shown(answer, exchange, resource) }
        return question(exchange, resource) ?? answer
    }

    /// Takes down what was done, and by whom.
    private func note(_ request: Request, _ deed: Resource.Deed?, _ outcome: AuditRecord.Outcome) {
        guard let audit else { return }
        let arguments = request.form.fields.lazy.filter { $0.name != "op" && $0.name != FormSeal.field }
            .map { AuditArgument($0.name, $0.text) }
        audit.note(
            request.caller, by: .http, deed?.name ?? request.method.rawValue,
            on: Path.joined(request.target.segments), with: Array(arguments), outcome)
    }

    /// What was refused, whatever it was; what failed, if it would have changed something.
    private func note(_ request: Request, _ deed: Resource.Deed?, _ failure: Failure) {
        if failure.status == Status.forbidden || failure.status == Status.unauthorized {
            note(request, deed, .refused(failure.error.message))
        } else if deed?.changes == true {
            note(request, deed, .failed(failure.error.message))
        }
    }

    /// That a thing is not there is said before anything else that is wrong with a request (reference/http-api.md §3); asked only
    /// when something is.
    private func absence(_ exchange: Exchange, _ resource: Resource) async -> Failure? {
        guard exchange.request.isPost, resource.components.last == .any, let get = resource.get else { return nil }
        do throws(Failure) {
            _ = try await get(exchange)
            return nil
        } catch {
            return error.isNotFound ? error : nil
        }
    }

    /// The segment at which no row of the table goes on.
    private func firstUnknown(in segments: [String]) -> String {
        let known = resources.map { $0.commonPrefix(segments) }.max() ?? 0
        return known < segments.count ? segments[known] : segments.last ?? "/"
    }
}

// MARK: - Operations on pages

extension Router {
    /// After an operation a person sees the thing again, as it is now, or what contained it, if it is gone.
    private func shown(_ answer: Answer, _ exchange: Exchange, _ resource: Resource) async -> Answer {
        guard answer.page == nil, let page = await page(of: resource, exchange) else { return answer }
        var answer = answer
        answer.page = page
        if answer.notice == nil { answer.notice = Notice(answer, to: exchange) }
        return answer
    }

    private func page(of resource: Resource, _ exchange: Exchange) async -> (@Sendable () -> Page)? {
        if let page = try? await resource.get?(exchange).page { return page }
        let parent = exchange.request.target.segments.dropLast()
        guard let container = resources.first(where: { $0.matches(Array(parent)) }) else { return nil }
        return try? await container.get?(exchange).page
    }

    /// A GET that names an operation changes nothing: on a page it asks whether that shall be done.
    private func question(_ exchange: Exchange, _ resource: Resource) -> Answer? {
        guard let name = exchange.request.form.text("op"), resource.operations[name]?.changes == true,
            let form = OperationForms.form(at: resource.path, for: name)
        else { return nil }
        return Answer.none.page {
            QuestionPage.page(
                form, trail: Trail(to: exchange.request.target.segments), values: exchange.request.form)
        }
    }
}

extension Notice {
    /// What an operation did, by its name; with its answer, where that is more than "done".
    fileprivate init(_ answer: Answer, to exchange: Exchange) {
        let name = exchange.request.form.text("op") ?? "request"
        text = answer.status == Status.accepted ? "\(name): asked." : "\(name): done."
        if case .value(let value, _) = answer.content, value.expression != "0" { detail = value.expression.pretty() }
    }
}

// MARK: - What a row of the table does for a request

extension Resource {
    struct Deed: Sendable {
        /// For messages: `pause`, or the path.
        var name: String
        var changes: Bool
        var audience: Audience
        var handler: Handler
    }

    /// A GET with another `op` is a plain one (reference/http-api.md §6.6).
    func get(_ request: Request) throws(Failure) -> Deed {
        let names = request.form.values("op")
        // HEAD must not do what some operations do by GET.
        if names.count == 1, let operation = operations[names[0].text], operation.alsoByGet,
            request.method == .GET || !operation.changes
        {
            return Deed(operation)
        }
        guard let get else {
            throw Failure(status: Status.methodNotAllowed, "Method Not Allowed", headers: [("Allow", "POST")])
        }
        return Deed(name: "looking", changes: false, audience: audience, handler: get)
    }

    func post(_ request: Request) throws(Failure) -> Deed {
        guard !operations.isEmpty || otherwise != nil else {
            throw Failure(status: Status.methodNotAllowed, "Method Not Allowed", headers: [("Allow", "GET, HEAD")])
        }
        let names = request.form.values("op")
        if names.isEmpty, let otherwise {
            return Deed(name: path, changes: true, audience: .role(.administrator), handler: otherwise)
        }
        guard names.count == 1 else { throw Failure(status: Status.notAcceptable, "Invalid request") }
        let name = names[0].text
        guard let operation = operations[name] else {
            throw Failure(status: Status.notImplemented, "Operation not implemented: \(name)")
        }
        return Deed(operation)
    }
}

extension Resource.Deed {
    fileprivate init(_ operation: Resource.Operation) {
        self.init(
            name: operation.name, changes: operation.changes, audience: operation.audience,
            handler: operation.handler)
    }
}
