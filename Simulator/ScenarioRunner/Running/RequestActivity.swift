import XendClient

/// An HTTP request that is waiting for its answer.
final class RequestActivity: Activity {
    private let run: ScenarioRun
    private let step: Step
    private let host: String
    private let request: WireRequest
    private let started: Duration
    /// What `$n` was when it began.
    private let counter = "n"
    private let count: Bindings.Value?
    private var exchange: HTTPExchange?
    private var problem: String?

    init(_ run: ScenarioRun, _ step: Step, _ template: RequestTemplate) throws(StepFailure) {
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
            run.onAnswer(request, answer)
        } else {
            run.transcript.lost(problem ?? "no answer", host: host)
        }
        run.lastOutcome = outcome
        try run.judge(step, outcome)
        return true
    }
}

/// What became of a request: an answer, or why there is none.
struct ExchangeOutcome {
    var answer: Answer?
    var problem: String?

    /// What went wrong; nil when it was a success.
    var error: String? { answer.map(\.error) ?? problem ?? "no answer" }
}

/// One request on a connection of its own, as the 2.0 client makes it.
final class HTTPExchange {
    private let stream: any ByteStream
    private var parser: ResponseParser
    private var taken = 0
    private(set) var answer: Answer?
    /// Why there is no answer.
    private(set) var problem: String?

    convenience init(_ request: WireRequest, host: String, _ target: any ScenarioTarget) throws(ScenarioFailure) {
        self.init(request, on: try target.openHTTP(host, from: request.origin), hostHeader: target.hostHeader(host))
    }

    init(_ request: WireRequest, on stream: any ByteStream, hostHeader: String) {
        self.stream = stream
        let request = request.request(host: hostHeader)
        parser = ResponseParser(to: request.method)
        stream.send(request.bytes)
    }

    /// Takes what has come; true when that is all.
    func poll() -> Bool {
        // Asked first: what comes between the two questions is not lost.
        let isEnded = stream.isEnded
        do throws(XendError) {
            try take(stream.received, isEnd: isEnded)
        } catch {
            problem = error.description
        }
        guard answer != nil || problem != nil else { return false }
        stream.close()
        return true
    }

    private func take(_ received: [UInt8], isEnd: Bool) throws(XendError) {
        guard answer == nil, problem == nil else { return }
        if received.count > taken { answer = try parser.feed(received[taken...]) }
        taken = received.count
        guard isEnd, answer == nil else { return }
        answer = try parser.finish()
        if answer == nil { problem = "the connection was closed without an answer" }
    }
}
