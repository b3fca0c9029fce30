import AccessControl
import DomainFiles
import DomainLifecycle
import DomainManagement
import DomainModel
import HostInterface
import SExpressions

/// `/xend/new`: domains made out of fields, out of what another is made of, and out of files.
///
/// Asking shows the form again with what it has become; only `make` makes anything, by the same operations as programs do.
enum MakingResource {
    static let operations: [Resource.Operation] = [
        .query("disk", for: .administrator) { exchange throws(Failure) in
            await again(exchange) { $0.add(.disk) }
        },
        .query("interface", for: .administrator) { exchange throws(Failure) in
            await again(exchange) { $0.add(.interface) }
        },
        .query("drop", for: .administrator) { exchange throws(Failure) in
            await again(exchange) { $0.drop(exchange.request.form.text("device") ?? "") }
        },
        .query("show", for: .administrator, show), .query("fields", for: .administrator, fields),
        .query("read", for: .administrator, read), .change("make", for: .administrator, make),
    ]

    /// An empty form, or one with what another domain is made of.
    static func page(_ exchange: Exchange) async throws(Failure) -> Answer {
        let known = await Known(exchange)
        guard let name = exchange.request.form.text("template"), !name.isEmpty else {
            return answer(.blank, known, exchange)
        }
        guard let configuration = known.configurations.first(where: { $0.name == name })?.configuration else {
            throw Failure(status: Status.notFound, OperationError(.notFound, "there is no domain \(name) to be like"))
        }
        return answer(DomainDraft(configuration).anonymous, known, exchange)
    }

    private static func again(_ exchange: Exchange, _ change: (inout DomainDraft) -> Void) async -> Answer {
        var draft = DomainDraft(exchange.request.form)
        change(&draft)
        return answer(draft, await Known(exchange), exchange)
    }

    /// The configuration that the fields make, to be looked at and changed.
    private static func show(_ exchange: Exchange) async throws(Failure) -> Answer {
        let draft = DomainDraft(exchange.request.form)
        let (configuration, problems) = draft.made()
        guard problems.isEmpty else {
            return try told(problems.inWords, answer(draft, await Known(exchange), exchange, problems), exchange)
        }
        return shown(configuration, exchange)
    }

    private static func shown(_ configuration: SExpression, _ exchange: Exchange) -> Answer {
        let view = MadePage(text: configuration.pretty(), way: Way(exchange), problem: nil, refusal: refusal(exchange))
        return .value(configuration).page { view.page() }
    }

    /// Fields of a configuration that somebody has changed.
    private static func fields(_ exchange: Exchange) async throws(Failure) -> Answer {
        let text = exchange.request.form.text("config") ?? ""
        let configuration: SExpression
        do throws(SXPError) {
            configuration = try SExpression.parseFirst(SXPText.bytes(of: text))
        } catch {
            let problem = error.describe(file: "configuration")
            return try told(problem, refused(text, problem, exchange), exchange)
        }
        return answer(DomainDraft(configuration), await Known(exchange), exchange)
    }

    /// What a file says, as fields.
    private static func read(_ exchange: Exchange) async throws(Failure) -> Answer {
        let known = await Known(exchange)
        guard let field = exchange.request.form.values("config").first(where: { !$0.value.isEmpty }) else {
            let problem = Notice(text: "No file was chosen, or it is empty.", kind: .error)
            return try told(
                problem.text, answer(.blank, known, exchange, notice: problem, status: Status.badRequest), exchange)
        }
        let name = field.fileName.map { FilePathText.baseName($0) } ?? "configuration"
        let dialect = DomainFile.Dialect(rawValue: exchange.request.form.text("dialect") ?? "") ?? .later
        let random = exchange.configuration.random
        do throws(DomainFileFailure) {
            let file = try DomainFile(field.value, name: name, dialect: dialect) {
                UInt8(truncatingIfNeeded: random?.next() ?? 0)
            }
            let (draft, problems) = (DomainDraft(file.configuration), DomainDraft(file.configuration).made().problems)
            var notice = Notice(text: "\(name) was read. Paths in it are this node's.", kind: .done)
            notice.details = file.warnings
            if !file.warnings.isEmpty { notice.kind = .warning }
            var answer = answer(draft, known, exchange, problems, notice: notice, status: Status.ok)
            answer.content = .value(file.configuration, isPlainList: false)
            answer.warnings = exchange.representation == .html ? [] : file.warnings
            return answer
        } catch {
            let problem = Notice(text: error.text, kind: .error)
            return try told(
                error.text, answer(.blank, known, exchange, notice: problem, status: Status.badRequest), exchange)
        }
    }

    // MARK: - Making

    /// What is to become of it.
    enum Way: String, CaseIterable, Sendable {
        case run, paused, define

        init(_ exchange: Exchange) { self = Way(rawValue: exchange.request.form.text("way") ?? "") ?? .run }

        var title: String {
            switch self {
            case .run: "Create it and let it run"
            case .paused: "Create it, paused"
            case .define: "Only define it: it is kept, and started when you want it"
            }
        }

        /// The operation's row.
        var rule: OperationRule? {
            let name = self == .define ? "define" : "create"
            return OperationRule.all(of: .domains).first { $0.name == name }
        }
    }

    private static func make(_ exchange: Exchange) async throws(Failure) -> Answer {
        let form = exchange.request.form
        guard let text = form.text("config") else {
            let draft = DomainDraft(form)
            let (configuration, problems) = draft.made()
            let known = await Known(exchange)
            guard problems.isEmpty else {
                throw failure(OperationError(.invalid, problems.inWords), answer(draft, known, exchange, problems))
            }
            do throws(OperationError) {
                return try await made(configuration.description, exchange)
            } catch {
                let notice = Notice(text: error.message, kind: .error)
                throw failure(error, answer(draft, known, exchange, notice: notice))
            }
        }
        do throws(OperationError) {
            return try await made(text, exchange)
        } catch {
            throw failure(error, refused(text, error.message, exchange))
        }
    }

    private static func made(_ text: String, _ exchange: Exchange) async throws(OperationError) -> Answer {
        let way = Way(exchange)
        let fields = Form([Form.Field("config", SXPText.bytes(of: text))])
        guard case .domains(let operation)? = try way.rule?.asked(fields) else {
            throw OperationError(.invalid, "nothing would be made")
        }
        let result = try await exchange.service.submit(operation, for: exchange.requester)
        switch result {
        case .domain(let domain):
            var answer = OperationHandler.made(domain, called: domain.name, "Created", exchange)
            answer.warnings = operation.warnings
            guard way == .run else { return answer }
            do throws(OperationError) {
                let reference = DomainReference(domain.uuid.description)
                _ = try await exchange.service.submit(.domain(reference, .unpause), for: exchange.requester)
            } catch {
                answer.warnings.append("It is there and stays paused: \(error.message)")
            }
            return answer
        case .defined(let domain):
            var answer = OperationHandler.made(domain, called: domain.name, "Defined", exchange)
            answer.warnings = operation.warnings
            return answer
        case .device, .file, .migrated, .done: return .zero
        }
    }

    // MARK: - Answers

    private static func refusal(_ exchange: Exchange) -> String? {
        let caller = exchange.request.caller
        return caller.may(.administrator) ? nil : caller.refusal(.administrator, of: "create")
    }

    private static func answer(
        _ draft: DomainDraft, _ known: Known, _ exchange: Exchange, _ problems: DomainDraft.Problems = [:],
        notice: Notice? = nil, status: Int? = nil
    ) -> Answer {
        let view = MakingPage(
            draft: draft, problems: problems, way: Way(exchange), known: known, refusal: refusal(exchange))
        var answer = Answer.value(draft.made().configuration).page { view.page() }
        answer.notice = notice
        answer.status = status ?? (problems.isEmpty ? Status.ok : Status.badRequest)
        return answer
    }

    /// A text of which nothing was made, to try again.
    private static func refused(_ text: String, _ problem: String, _ exchange: Exchange) -> Answer {
        let view = MadePage(text: text, way: Way(exchange), problem: problem, refusal: refusal(exchange))
        var answer = Answer.none.page { view.page() }
        answer.status = Status.badRequest
        return answer
    }

    /// People are shown what they have typed, and what is wrong with it; programs are told that.
    private static func told(_ problem: String, _ answer: Answer, _ exchange: Exchange) throws(Failure) -> Answer {
        guard exchange.representation != .html else { return answer }
        throw Failure(OperationError(.invalid, problem))
    }

    /// A failure that people are shown with what they have typed.
    private static func failure(_ error: OperationError, _ answer: Answer) -> Failure {
        var failure = Failure(error)
        failure.page = answer.page
        failure.notice = answer.notice
        return failure
    }

    /// What is there already, to choose from.
    struct Known: Sendable {
        var configurations: [(name: String, configuration: SExpression)] = []
        var kernels: [String] = []
        var bridges: [String] = []

        /// More would be no help.
        private static let maximum = 200

        init(_ exchange: Exchange) async {
            guard exchange.representation == .html else { return }
            let running = await exchange.service.domains().compactMap { domain in
                domain.config.map { (name: domain.name, configuration: $0) }
            }
            let defined = await exchange.service.definedDomains(nil).map {
                (name: $0.name, configuration: $0.config.source)
            }
            configurations = Array((defined + running).prefix(Self.maximum))
            let images = configurations.compactMap { $0.configuration.childValue("image")?.childText("kernel") }
            let interfaces = configurations.flatMap {
                $0.configuration.children("device").compactMap { $0.child(at: 0) }
            }
            kernels = Set(images).sorted()
            bridges = Set(interfaces.compactMap { $0.childText("bridge") }).sorted()
        }
    }
}

extension DomainDraft.Problems {
    /// All of them, one after the other.
    fileprivate var inWords: String { sorted { $0.key < $1.key }.map(\.value).joined(separator: "; ") }
}

extension DomainDraft {
    /// The same for another domain: what only one can have is left out.
    fileprivate var anonymous: DomainDraft {
        var draft = self
        draft.texts["name"] = nil
        for place in draft.interfaces.indices { draft.interfaces[place].texts["mac"] = nil }
        let rest = (try? SExpression.parseAll(other)) ?? []
        draft.other = rest.filter { !["uuid", "console", "mac"].contains($0.name ?? "") }.map(\.description)
            .joined(separator: "\n")
        return draft
    }
}
