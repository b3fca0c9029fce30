import AccessControl
import DomainLifecycle
import DomainManagement
import DomainModel
import HostInterface
import Logging
import SExpressions

/// From a request to its reply: representation, resource, permission, handler, view.
struct Router: Sendable {
    private let service: any DaemonService
    private let tasks: any TaskSpawner
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
    private let notices: NoticeBoard

    init(
        service: any DaemonService, tasks: any TaskSpawner, clock: any HostClock,
        configuration: HTTPServerConfiguration, audit: AuditTrail?,
        authenticator: Authenticator, logger: Logger
    ) {
        self.service = service
        self.tasks = tasks
        self.clock = clock
        self.configuration = configuration
        refusals = RefusalLog(logger, clock: clock)
        self.audit = audit
        self.authenticator = authenticator
        seal = FormSeal(random: configuration.random)
        resources =
            (configuration.absence == nil ? RouteTable.resources : RouteTable.assets)
            + configuration.additionalResources
        permission = Guard(configuration: configuration, seal: seal)
        keys = IdempotencyKeys(clock: clock, tasks: tasks)
        notices = NoticeBoard(clock: clock)
    }

    /// The answer; of a POST with an `Idempotency-Key`, or of a form of a page, that has been answered before, that answer again.
    func answer(_ request: Request) async -> Reply {
        guard request.isPost else { return await answerOnce(request) }
        guard let given = request.headers.first(name: "idempotency-key") else { return await answerForm(request) }
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
        return await answerFirst(request, key)
    }

    /// A reload, the back button and a second click send a form again: that does nothing. Who has filled it in with something else
    /// means something else.
    private func answerForm(_ request: Request) async -> Reply {
        guard let given = request.formKey else { return await answerOnce(request) }
        let key = "\(request.sender) form \(given) \(request.digest)"
        guard case .repeated(let reply) = await keys.begin(key, request.digest) else {
            return await answerFirst(request, key)
        }
        if reply.status == Status.seeOther {
            let text = "Nothing has been done again: this form was sent before."
            notices.post(Notice(text: text, kind: .warning), under: given, for: request.sender)
        }
        return reply
    }

    private func answerFirst(_ request: Request, _ key: String) async -> Reply {
        let reply = await answerOnce(request)
        // What the server itself could not do may be tried again; nor is what nobody may do an answer to keep.
        let isKept = reply.status < 500 && reply.status != Status.forbidden && !reply.isStream
        await keys.end(key, isKept ? reply : nil)
        return reply
    }

    private func answerOnce(_ request: Request) async -> Reply {
        let segments = request.target.segments
        let resource = resources.first { $0.matches(segments) }
        var exchange = Exchange(
            request: request, service: service, representation: .chosen(for: request), clock: clock,
            configuration: configuration, domainTexts: domainTexts, readerPlaces: readerPlaces,
            eventFrames: eventFrames, audit: audit, authenticator: authenticator, seal: seal, notices: notices)
        let outcome = await outcome(exchange, resource)
        if exchange.representation == .html, request.caller.may(.viewer) {
            exchange.running = await service.tasks().filter { $0.outcome == .running }
        }
        let rendering = Rendering(exchange: exchange)
        switch outcome {
        case .success(let answer): return rendering.reply(answer)
        case .failure(let failure): return rendering.reply(failure, at: resource)
        }
    }

    private func outcome(_ exchange: Exchange, _ resource: Resource?) async -> Result<Answer, Failure> {
        let request = exchange.request
        let isDeed = exchange.representation == .html && (request.isPost || request.form.text("op") != nil)
        guard isDeed, let resource else { return await performed(exchange, resource).map(\.answer) }
        // Asked before, since the domain may have another name afterwards, or none.
        let subject = resource.isDomain ? await exchange.known(exchange.reference)?.uuid : nil
        let key = request.formKey ?? notices.newMark()
        let began = clock.wallTime.seconds
        let undertaking = Undertaking<Result<Performed, Failure>>(tasks) { [notices] late in
            notices.post(Notice(late, to: exchange), under: key, for: request.sender)
        } _: {
            await performed(exchange, resource)
        }
        guard let result = await undertaking.outcome(within: Self.patience, clock) else {
            let task = await service.tasks().last {
                $0.outcome == .running && $0.requester == "\(exchange.requester)" && $0.started >= began
            }
            let name = request.form.text("op") ?? "request"
            notices.postIfAbsent(
                Notice(text: "\(name): under way. What becomes of it is told here.", kind: .pending), under: key,
                for: request.sender)
            let place = task.map { Path.task($0.id) } ?? exchange.path
            return .success(.sentOn(to: "\(place)?done=\(key)"))
        }
        switch result {
        case .failure(let failure): return .failure(failure)
        case .success(let done):
            // Who was sent on by the handler itself goes there.
            guard done.changes, done.answer.status != Status.seeOther else {
                return .success(done.changes ? done.answer : await shown(done.answer, exchange, resource))
            }
            let place = await place(after: done.answer, exchange, resource, subject)
            notices.post(Notice(done.answer, to: exchange), under: key, for: request.sender)
            return .success(.sentOn(to: "\(place)?done=\(key)"))
        }
    }

    /// So long somebody at a page waits for what takes longer.
    private static let patience = Duration.milliseconds(400)

    /// What was done, and whether it changed anything.
    fileprivate struct Performed: Sendable {
        var answer: Answer
        var changes: Bool
    }

    private func performed(_ exchange: Exchange, _ resource: Resource?) async -> Result<Performed, Failure> {
        let request = exchange.request
        var deed: Resource.Deed?
        let watched = await configuration.watcher?.began(request)
        do {
            let answer = try await answer(exchange, resource, &deed)
            let changes = deed?.changes ?? false
            if let watched {
                configuration.watcher?.ended(watched, isChange: changes && !answer.isQuestion, failure: nil)
            }
            if let deed, changes, !answer.isQuestion { note(request, deed, .done) }
            return .success(Performed(answer: answer, changes: changes))
        } catch {
            if let watched {
                configuration.watcher?.ended(watched, isChange: deed?.changes ?? false, failure: error.error)
            }
            note(request, deed, error)
            refusals.note(request, "\(error.error)")
            return .failure(error)
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
        do throws(Failure) {
            let deed = try request.isPost ? resource.post(request) : resource.get(request)
            asked = deed
            try permission.check(request, for: deed.audience, of: deed.name)
            if deed.changes { try permission.checkChange(request) }
            answer = try exchange.page(of: try await deed.handler(exchange))
        } catch {
            throw error.error.kind == .forbidden ? error : await absence(exchange, resource) ?? error
        }
        guard exchange.representation == .html, !request.isPost, asked?.changes == false else { return answer }
        var page = question(exchange, resource) ?? answer
        if let key = request.form.text("done"), page.notice == nil {
            page.notice = notices.take(key, for: request.sender)
        }
        return page
    }

    /// Takes down what was done, and by whom.
    private func note(_ request: Request, _ deed: Resource.Deed?, _ outcome: AuditRecord.Outcome) {
        guard let audit else { return }
        let arguments = request.form.fields.lazy.filter {
            $0.name != "op" && $0.name != FormSeal.field && $0.name != NoticeBoard.field
        }
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
    /// After a question of a form a person sees the thing, with what was answered.
    private func shown(_ answer: Answer, _ exchange: Exchange, _ resource: Resource) async -> Answer {
        guard exchange.request.isPost, answer.page == nil, let page = try? await resource.get?(exchange).page else {
            return answer
        }
        var answer = answer
        answer.page = page
        if answer.notice == nil { answer.notice = Notice(answer, to: exchange) }
        return answer
    }

    /// Where a person is sent on: to what was made, to the thing as it is called now, or to what contained it, if it is gone.
    private func place(
        after answer: Answer, _ exchange: Exchange, _ resource: Resource, _ subject: DomainUUID?
    ) async -> String {
        if answer.status == Status.created, let location = answer.location, location.hasPrefix(exchange.baseURL) {
            return String(location.dropFirst(exchange.baseURL.count))
        }
        if let subject {
            let known = await exchange.known(DomainReference(subject.description))
            return known.map { Path.domain($0.name) } ?? Path.domains
        }
        if (try? await resource.get?(exchange)) != nil { return exchange.path }
        return Path.joined(exchange.request.target.segments.dropLast())
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
        if let notice = answer.notice {
            self = notice
        } else {
            let name = exchange.request.form.text("op") ?? "request"
            self.init(text: answer.status == Status.accepted ? "\(name): asked." : "\(name): done.")
            if case .value(let value, _) = answer.content, value.expression != "0" {
                detail = value.expression.pretty()
            }
        }
        details += answer.warnings
    }

    /// What became of something that took longer than anybody waited.
    fileprivate init(_ late: Result<Router.Performed, Failure>, to exchange: Exchange) {
        switch late {
        case .success(let done): self.init(done.answer, to: exchange)
        case .failure(let failure): self.init(text: failure.error.message, kind: .error)
        }
    }
}

extension Resource {
    /// It is one domain.
    fileprivate var isDomain: Bool { path == "/xend/domain/:domain" }
}

extension Request {
    /// The key of the form that was sent.
    fileprivate var formKey: String? {
        guard Representation.chosen(for: self) == .html, let key = form.text(NoticeBoard.field) else { return nil }
        return (1...32).contains(key.utf8.count) && key.utf8.allSatisfy(\.isLetterOrDigit) ? key : nil
    }
}

extension UInt8 {
    fileprivate var isLetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
        default: false
        }
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
