import DomainLifecycle
import DomainModel
import SExpressions

/// One operation on several domains: `op=each`, with `do` and a `domain` for each of them.
enum EachDomain {
    /// What lists offer.
    struct Deed: Sendable {
        var operation: String
        var title: String
        var isDestructive = false
    }

    static let deeds = [
        Deed(operation: "unpause", title: "Unpause"), Deed(operation: "pause", title: "Pause"),
        Deed(operation: "start", title: "Start"), Deed(operation: "shutdown", title: "Shut down"),
        Deed(operation: "suspend", title: "Suspend"), Deed(operation: "destroy", title: "Destroy", isDestructive: true),
    ]

    /// More of them at a time are no faster, and keep others waiting.
    private static let atOnce = 8
    /// Of one request.
    static let maximum = 1000

    /// `(each (result (domain NAME) (done 1) (error WHY))…)`, in the order in which they were named.
    static func perform(_ exchange: Exchange) async throws(Failure) -> Answer {
        let (rule, operation) = try deed(exchange)
        let names = exchange.request.form.values("domain").map(\.text).filter { !$0.isEmpty }
        guard !names.isEmpty else { throw Failure(OperationError(.invalid, "no domain is ticked")) }
        guard names.count <= maximum else {
            throw Failure(OperationError(.invalid, "\(names.count) domains are too many (allowed: \(maximum))"))
        }
        if exchange.representation == .html, exchange.request.form.text("sure") == nil,
            deeds.contains(where: { $0.operation == rule.name && $0.isDestructive })
        {
            return question(about: rule.name, names)
        }
        let outcomes = await outcomes(of: operation, on: names, exchange)
        var answer = Answer.value(SExpression.element("each", outcomes.map(\.expression)))
        answer.notice = notice(rule.name, outcomes)
        return answer
    }

    private static func deed(_ exchange: Exchange) throws(Failure) -> (OperationRule, DomainOperation) {
        let words = deeds.map(\.operation)
        let name = try exchange.read(.word("do", of: words))
        guard let rule = OperationRule.all(of: .domain).first(where: { $0.name == name }) else {
            throw Failure(OperationError(.invalid, "invalid do: \(name)"))
        }
        guard exchange.request.caller.may(rule.role) else {
            let text = exchange.request.caller.refusal(rule.role, of: rule.name)
            throw Failure(status: Status.forbidden, OperationError(.forbidden, text))
        }
        guard case .domain(let operation) = try exchange.asked(rule) else {
            throw Failure(OperationError(.invalid, "invalid do: \(name)"))
        }
        return (rule, operation)
    }

    /// What cannot be taken back is asked for twice by people, who see in between what it would be done to.
    private static func question(about name: String, _ domains: [String]) -> Answer {
        let pairs = ["op=each", "do=\(name)"] + domains.map { "domain=\(URLEncoding.encode(segment: $0))" }
        var answer = Answer.sentOn(to: Path.domains + "?" + pairs.joined(separator: "&"))
        answer.isQuestion = true
        return answer
    }

    private struct Outcome: Sendable {
        var place: Int
        var name: String
        var failure: String?

        var expression: SExpression {
            .element(
                "result",
                [.element("domain", name), .element("done", failure == nil ? 1 : 0)]
                    + (failure.map { [.element("error", $0)] } ?? []))
        }
    }

    private static func outcomes(
        of operation: DomainOperation, on names: [String], _ exchange: Exchange
    ) async -> [Outcome] {
        await withTaskGroup(of: Outcome.self) { group in
            var rest = Array(names.enumerated())[...]
            var outcomes: [Outcome] = []
            // Several at a time: what a guest or a script takes long for keeps no other waiting.
            for _ in 0..<atOnce {
                guard let (place, name) = rest.popFirst() else { break }
                group.addTask { await outcome(of: operation, on: name, place, exchange) }
            }
            while let next = await group.next() {
                outcomes.append(next)
                guard let (place, name) = rest.popFirst() else { continue }
                group.addTask { await outcome(of: operation, on: name, place, exchange) }
            }
            return outcomes.sorted { $0.place < $1.place }
        }
    }

    private static func outcome(
        of operation: DomainOperation, on given: String, _ place: Int, _ exchange: Exchange
    ) async -> Outcome {
        let reference = DomainReference(given)
        // Forms name them by uuid, people by name.
        let name = await exchange.known(reference)?.name ?? given
        do {
            _ = try await exchange.service.submit(.domain(reference, operation), for: exchange.requester)
            return Outcome(place: place, name: name)
        } catch {
            return Outcome(place: place, name: name, failure: error.message)
        }
    }

    private static func notice(_ name: String, _ outcomes: [Outcome]) -> Notice {
        let failed = outcomes.filter { $0.failure != nil }
        let done = outcomes.filter { $0.failure == nil }.map(\.name)
        let text =
            "\(name): \(done.count) done\(done.isEmpty ? "" : " (\(shortened(done)))")"
            + (failed.isEmpty ? "." : ", \(failed.count) not:")
        var notice = Notice(text: text, kind: failed.isEmpty ? .done : .warning)
        notice.details = failed.prefix(20).compactMap(\.failure)
        if failed.count > 20 { notice.details.append("and \(failed.count - 20) others") }
        return notice
    }

    private static func shortened(_ names: [String]) -> String {
        names.count <= 10 ? names.joined(separator: ", ") : names.prefix(10).joined(separator: ", ") + ", …"
    }

    /// The page that asks before it is done to several.
    static func question(_ exchange: Exchange, _ domains: [DomainInformation], _ defined: [DefinedDomain]) -> Page? {
        let form = exchange.request.form
        guard exchange.request.isGet, form.text("op") == "each",
            let deed = deeds.first(where: { $0.operation == form.text("do") })
        else { return nil }
        let given = form.values("domain").map(\.text)
        // Forms name them by uuid; whatever else was sent is shown as it is, also a name.
        let all = domains.map { ($0.uuid, $0.name) } + defined.map { ($0.uuid, $0.name) }
        let known = Dictionary(all, uniquingKeysWith: { first, _ in first })
        let names = given.map { text in DomainUUID(text: text).flatMap { known[$0] } ?? text }
        return EachQuestionPage(deed: deed, given: given, names: names).page()
    }
}
