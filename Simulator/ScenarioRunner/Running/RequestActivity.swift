import ScenarioLanguage
import XendClient
import XendTesting

/// An HTTP request that is waiting for its answer.
final class RequestActivity: Activity {
    private let run: ScenarioRun
    private let step: ScenarioStep
    private let host: String
    private let request: WireRequest
    private let started: Duration
    /// What `$n` was when it began.
    private let counter = "n"
    private let count: Bindings.Value?
    private var exchange: HTTPExchange?
    private var problem: String?

    init(_ run: ScenarioRun, _ step: ScenarioStep, _ template: RequestTemplate) throws(StepFailure) {
        self.run = run
        self.step = step
        host = run.host(of: step)
        started = run.target.now
        count = run.bindings[counter]
        do {
            request = try template.wire(run.bindings)
        } catch {
            throw run.failure(step, [error.description])
        }
        do {
            exchange = try HTTPExchange(request, host: host, run.target)
        } catch {
            problem = error.description
        }
    }

    var openPhrase: String? { "request \(request.method) \(request.path) to \(host)" }

    func poll() throws(StepFailure) -> Bool {
        if let exchange {
            guard exchange.poll() else { return false }
            problem = exchange.problem
        }
        run.transcript.request(request, host: host)
        let label =
            "\(request.method) \(request.path)"
            + (request.summary.first { $0.name == "op" }.map { " \($0.value)" } ?? "")
        run.chart.mark(
            .init(kind: .request, host: host, start: started.inSeconds, end: run.target.now.inSeconds, text: label))
        if let count { run.bindings[counter] = count }
        let outcome = ExchangeOutcome(answer: exchange?.answer, problem: problem)
        if let answer = outcome.answer {
            run.transcript.answer(answer, host: host)
            run.onAnswer(request, answer, host)
        } else {
            run.transcript.lost(problem ?? "no answer", host: host)
        }
        run.lastOutcome = outcome
        try run.judge(step, outcome)
        return true
    }
}

/// What became of a request: an answer, or why there is none.
package struct ExchangeOutcome {
    package var answer: Answer?
    package var problem: String?

    /// What went wrong; nil when it was a success.
    var error: String? { answer.map(\.error) ?? problem ?? "no answer" }
}
