import HostInterface
import SExpressions
import ScenarioLanguage
import XendTesting

/// One run of one scenario: performs its steps against a target, checks, and writes down what happened.
package final class ScenarioRun {
    package let scenario: Scenario
    let target: any ScenarioTarget
    var bindings: Bindings = [:]
    var transcript: Transcript
    var chart = TimeChart()
    package private(set) var chronicle = Chronicle()
    package var lastOutcome = ExchangeOutcome(answer: nil, problem: "nothing was asked yet")
    package var connections: [String: StreamConnection] = [:]
    private var backgrounds: [(name: String, activity: Background)] = []
    private var events: [String: EventLog] = [:]
    private var lifeStart: [String: Double] = [:]
    /// Seconds by which the story has set a host's calendar, which its events show.
    private var calendarJumps: [String: Double] = [:]
    private(set) var stepCount = 0
    /// Steps may fail: something goes wrong on purpose, and only what it leaves behind counts.
    package var isTolerant = false
    /// Told before and after each step, of its failure when steps may fail, and of each answer to a step.
    package var beforeStep: (ScenarioStep) -> Void = { _ in }
    package var afterStep: (ScenarioStep) -> Void = { _ in }
    package var onStepFailure: (StepFailure) -> Void = { _ in }
    package var onAnswer: (WireRequest, Answer, String) -> Void = { _, _, _ in }

    /// A step that is not answered by then never will be.
    package static let patience = WireRequest.patience

    /// A step in the background, and how it failed if it has.
    private final class Background {
        let activity: any Activity
        var isDone = false
        var failure: StepFailure?
        var outcome: ExchangeOutcome?
        init(_ activity: any Activity) { self.activity = activity }
    }

    package init(_ scenario: Scenario, _ target: any ScenarioTarget) {
        self.scenario = scenario
        self.target = target
        transcript = Transcript(scenario)
        target.onFault = { [unowned self] text in
            // What hits every message is one fault for those who look at a picture.
            if chart.marks.last(where: { $0.kind == .fault })?.text != text {
                chart.mark(.init(kind: .fault, host: "", start: now, end: now, text: text))
            }
            chronicle.add(.fault(text), at: target.now)
        }
    }

    /// Keeps an account of what the daemons do and why. Must be called before the run.
    func keepChronicle() {
        target.onDeed = { [unowned self] host, life, deed in
            chronicle.add(.deed(deed, life: life), host: host, at: target.now)
        }
    }

    /// What was asked and answered until now, normalised.
    package var transcriptText: String { transcript.text }

    private var now: Double { target.now.inSeconds }
    private var firstHost: String { scenario.setup.hosts[0].name }

    package func host(of step: ScenarioStep) -> String {
        guard let host = step.host else { return firstHost }
        return bindings[String(host.dropFirst())]?.atom ?? host
    }

    package func failure(
        _ step: ScenarioStep, _ reasons: [String], at check: Check? = nil, kind: StepFailure.Kind = .failed
    ) -> StepFailure {
        StepFailure(
            kind, place: ScenarioPlace(file: scenario.place.file, position: (check?.position ?? step.position)),
            form: check?.source.value.description ?? step.source.value.description, reasons: reasons)
    }

    // MARK: The whole

    /// - Throws: why it failed.
    package func perform() throws(StepFailure) {
        do {
            try target.begin()
            try bind()
            for host in scenario.setup.hosts { beginEvents(host.name) }
        } catch {
            throw StepFailure(
                place: scenario.place, form: "(scenario \(scenario.name) …)", reasons: [error.description])
        }
        for step in scenario.steps {
            beforeStep(step)
            do {
                try perform(step)
            } catch {
                guard isTolerant else { throw error }
                onStepFailure(error)
            }
            afterStep(step)
        }
        guard !isTolerant else { return }
        for background in backgrounds where background.activity.failure != nil {
            if let failure = background.activity.failure { throw failure }
        }
    }

    /// Receivers and values of `let`; each may use others.
    private func bind() throws(ScenarioFailure) {
        var templates: [(name: String, template: Template)] = []
        for item in scenario.setup.items {
            switch item.kind {
            case .receiver(let name, _): bindings[name] = .atom(target.url(ofReceiver: name))
            case .binding(let name, let template): templates.append((name, template))
            case .kernel, .file, .blockDevice, .bridge, .script, .missing: break
            }
        }
        let names = Set(templates.map(\.name))
        // There are no cycles, so in each round at least one value has all it needs.
        while !templates.isEmpty {
            for (name, template) in templates {
                let needs = template.references.compactMap {
                    Template.resolve($0.name) { names.contains($0) || bindings[$0] != nil }?.name
                }
                if needs.allSatisfy({ bindings[$0] != nil }) { bindings[name] = try template.expand(bindings) }
            }
            let before = templates.count
            templates.removeAll { bindings[$0.name] != nil }
            guard templates.count < before else { throw ScenarioFailure("the values of let cannot be resolved") }
        }
    }

    private func perform(_ step: ScenarioStep) throws(StepFailure) {
        stepCount += 1
        transcript.step(step)
        chronicle.add(
            .step(Transcript.form(of: step.source), ScenarioPlace(file: scenario.place.file, position: step.position)),
            at: target.now)
        do {
            try complete(try begin(step), step)
        } catch {
            chart.mark(.init(kind: .failure, host: host(of: step), start: now, end: now, text: error.form))
            tellEvents()
            throw error
        }
        tellEvents()
    }

    /// Lets time pass until an activity has ended.
    func complete(_ activity: any Activity, _ step: ScenarioStep) throws(StepFailure) {
        let end = target.now + Self.patience
        var failure: StepFailure?
        while true {
            let limit = min(activity.deadline ?? end, end)
            let isDone = target.run(
                until: {
                    pollBackgrounds()
                    do throws(StepFailure) {
                        return try activity.poll()
                    } catch {
                        failure = error
                        return true
                    }
                }, limit: max(.zero, limit - target.now))
            if let failure { throw failure }
            if isDone { return }
            guard target.now < end else {
                if let check = activity.unmet {
                    throw self.failure(
                        step, ["for an hour this has not come true: \(check.source.value)"], at: check, kind: .unmet)
                }
                let phrase = activity.openPhrase.map { ": \($0)" } ?? ""
                throw self.failure(step, ["it has not ended within an hour\(phrase)"], kind: .unanswered)
            }
        }
    }

    private func pollBackgrounds() {
        for (_, background) in backgrounds where !background.isDone {
            let outcome = lastOutcome
            do throws(StepFailure) {
                background.isDone = try background.activity.poll()
            } catch {
                background.isDone = true
                background.failure = error
            }
            if background.isDone { background.outcome = lastOutcome }
            lastOutcome = outcome
        }
    }

    // MARK: Beginning steps

    func begin(_ step: ScenarioStep) throws(StepFailure) -> any Activity {
        switch step.action {
        case .request(let template): return try RequestActivity(self, step, template)
        case .console(let console): return try self.console(console, step)
        case .debug(let acts):
            let host = host(of: step)
            return StreamActivity(self, step, name: "debug \(host)", acts) { [self] (origin) throws(ScenarioFailure) in
                try target.openTCP(host, port: debugPort(of: host), from: origin)
            }
        case .wait(let within, let checks): return WaitActivity(self, checks, within: within, step)
        case .when(let check, let inner): return WhenActivity(self, check, inner, host: step.host)
        case .parallel(let steps): return try ParallelActivity(self, steps)
        case .repeat(let times, let steps): return RepeatActivity(self, times, steps)
        case .background(let name, let inner):
            let activity = Background(try begin(inner))
            backgrounds.append((name, activity))
            pollBackgrounds()
        case .finish(let name, let checks): try finish(name, checks, step)
        case .expect: try check(step.expectation ?? [], of: step, answer: lastOutcome)
        default: try act(step)
        }
        return InstantActivity()
    }

    private func debugPort(of host: String) throws(ScenarioFailure) -> UInt16 {
        if let port = try target.chosenDebugPort(of: host) { return port }
        let config = scenario.setup.hosts.first { $0.name == host }?.config ?? []
        let entry = config.first { $0.source.name == "xend-debug-port" }?.source.list
        return entry?.last?.atom.flatMap { UInt16($0) } ?? 8001
    }

    private func console(_ console: ConsoleStep, _ step: ScenarioStep) throws(StepFailure) -> any Activity {
        let host = host(of: step)
        let domain: String
        do {
            domain = try console.domain.text(bindings)
        } catch {
            throw failure(step, [error.description])
        }
        return StreamActivity(self, step, name: console.connection ?? domain, console.acts) {
            [self] (origin) throws(ScenarioFailure) in
            let answer = try ask(WireRequest.path(ofDomain: domain), host: host)
            guard let port = answer.expression?.child("console")?.childText("console_port").flatMap({ UInt16($0) })
            else {
                throw ScenarioFailure(answer.error ?? "domain \(domain) has no console")
            }
            return try target.openTCP(host, port: port, from: origin)
        }
    }

    private func finish(_ name: String, _ checks: [Check], _ step: ScenarioStep) throws(StepFailure) {
        guard let background = backgrounds.first(where: { $0.name == name })?.activity else { return }
        try complete(FinishActivity(background.activity) { background.isDone }, step)
        backgrounds.removeAll { $0.name == name }
        if let failure = background.failure { throw failure }
        if let outcome = background.outcome { lastOutcome = outcome }
        if !checks.isEmpty { try check(checks, of: step, answer: lastOutcome) }
    }

    /// Waits for something that others bring about.
    private final class FinishActivity: Activity {
        private let activity: any Activity
        private let isDone: () -> Bool
        init(_ activity: any Activity, _ isDone: @escaping () -> Bool) {
            (self.activity, self.isDone) = (activity, isDone)
        }
        var unmet: Check? { activity.unmet }
        func poll() throws(StepFailure) -> Bool { isDone() }
    }

    /// Steps that act on machines and time.
    private func act(_ step: ScenarioStep) throws(StepFailure) {
        var problem: String?
        do throws(ScenarioFailure) {
            try actOnMachine(step)
        } catch {
            problem = error.description
        }
        lastOutcome = ExchangeOutcome(answer: nil, problem: problem ?? "this step asks nothing")
        if let expectation = step.expectation {
            try check(expectation, of: step, answer: lastOutcome)
        } else if let problem {
            throw failure(step, [problem])
        }
    }

    private func actOnMachine(_ step: ScenarioStep) throws(ScenarioFailure) {
        let host = host(of: step)
        if case .advance(let time) = step.action {
            try pass { () throws(ScenarioFailure) in try target.advance(by: time) }
        }
        if case .settle = step.action {
            try pass { () throws(ScenarioFailure) in
                try target.settle { [self] in
                    pollBackgrounds()
                    return backgrounds.filter { !$0.activity.isDone }.compactMap(\.activity.activity.openPhrase)
                }
            }
        }
        if case .machine(let act) = step.action { try perform(try act.expanded(bindings), on: host, step) }
    }

    private func pass(_ body: () throws(ScenarioFailure) -> Void) throws(ScenarioFailure) {
        try body()
        pollBackgrounds()
        chart.advance(to: now)
    }

    private func mark(_ step: ScenarioStep) {
        chart.mark(
            .init(kind: .fault, host: host(of: step), start: now, end: now, text: Transcript.form(of: step.source)))
    }

    private func perform(_ act: MachineAct, on host: String, _ step: ScenarioStep) throws(ScenarioFailure) {
        if act.isMishap { mark(step) }
        if case .life(.daemon(let act)) = act {
            collectEvents(host)
            if act == .start || act == .restart { beginLife(on: host) }
        }
        if case .life(.hostReboot(let name)) = act {
            collectEvents(name)
            beginLife(on: name)
        }
        // Those of before, by the old calendar.
        if case .clock = act { collectEvents(host) }
        try target.perform(act, on: host)
        if case .clock(let offset) = act { calendarJumps[host, default: 0] += offset.inSeconds }
    }

    /// Another daemon will count its events anew.
    private func beginLife(on host: String) {
        lifeStart[host] = target.wallTime
        events[host]?.restart()
    }

    // MARK: Asking

    /// Asks something over HTTP and waits for the answer.
    func ask(_ path: String, host: String, aloud: Bool = false) throws(ScenarioFailure) -> Answer {
        let request = WireRequest.get(path)
        let exchange = try HTTPExchange(request, host: host, target)
        guard target.run(until: { exchange.poll() }, limit: Self.patience) else {
            throw ScenarioFailure("GET \(path) on \(host) was not answered within an hour")
        }
        if aloud { transcript.request(request, host: host) }
        guard let answer = exchange.answer else {
            let problem = exchange.problem ?? "no answer"
            if aloud { transcript.lost(problem, host: host) }
            throw ScenarioFailure("GET \(path) on \(host): \(problem)")
        }
        if aloud { transcript.answer(answer, host: host) }
        return answer
    }

    // MARK: Events

    private func beginEvents(_ host: String) {
        var log = EventLog()
        if let page = try? ask("/xend/event?pattern=*", host: host).expression { log.begin(page) }
        events[host] = log
        lifeStart[host] = target.wallTime
    }

    /// Fetches what has happened on a host since it was last asked. A daemon that is down tells nothing.
    func collectEvents(_ host: String) {
        guard var log = events[host] else { return }
        var page = try? ask("/xend/event?since=\(log.newest)", host: host).expression
        if let newest = page?.childText("newest").flatMap({ UInt64($0) }), newest < log.newest {
            log.restart()
            lifeStart[host] = 0
            page = try? ask("/xend/event?since=0", host: host).expression
        }
        if let page { log.add(page, notBefore: (lifeStart[host] ?? 0) + (calendarJumps[host] ?? 0)) }
        events[host] = log
    }

    func uncheckedEvents(_ host: String) -> [SExpression] {
        collectEvents(host)
        return events[host]?.unchecked.map(\.expression) ?? []
    }

    /// The next check of events looks at what comes after these.
    func eventsAreChecked(_ host: String) {
        if let count = events[host]?.entries.count { events[host]?.checked = count }
    }

    /// Puts new events into the transcript and the chart.
    private func tellEvents() {
        for host in scenario.setup.hosts.map(\.name) {
            collectEvents(host)
            guard let log = events[host] else { continue }
            for entry in log.untold {
                transcript.event(entry.name, entry.value, host: host)
                draw(entry, host)
            }
            events[host]?.told = log.entries.count
        }
    }

    private func draw(_ entry: EventLog.Entry, _ host: String) {
        let time = max(0, entry.time - (calendarJumps[host] ?? 0) - target.wallTime + now)
        let value = entry.name.hasPrefix("xend.domain.") ? entry.value.list : nil
        chart.mark(
            .init(
                kind: .event, host: host, start: time, end: time, text: entry.expression.description,
                domain: value?.first?.atom))
        guard let value, let domain = value.first?.atom else { return }
        chart.event(entry.name, domain: domain, detail: value.count > 2 ? value[2].atom : nil, host: host, at: time)
    }
}
