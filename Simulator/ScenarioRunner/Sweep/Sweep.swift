import HostInterface
import SimulatedHost
import SimulatedHypervisor

/// Runs a scenario again and again, each time with one thing going wrong at one of the points that it passes, and looks at what
/// that leaves behind.
///
/// Steps may fail then; but the daemon must come back, everything must settle, what it knows and what the machine has must
/// agree, nothing may be left over, and everything must still be possible to destroy.
public struct Sweep {
    /// One fault at one passage of one point.
    public struct Case: Sendable, CustomStringConvertible {
        /// The name of the step during which the point was passed.
        public var step: String
        public var host: String
        public var point: FaultPoint
        /// Which passage of this very point, from 1.
        public var nth: Int
        public var action: FaultAction

        /// As a step that does the same.
        public var description: String { "(fault (on \(host)) \(point.form) (nth \(nth)) \(action.form))" }
        /// `error`, `kill-daemon after`, …
        public var kind: String {
            switch action {
            case .error: "error"
            case .delay: "delay"
            case .hang: "hang"
            case .drop: "drop"
            case .stuck: "stuck"
            case .torn: "torn"
            case .cutAfter: "cut"
            case .killDaemon(let after): after ? "kill after" : "kill before"
            case .powerLoss(let after): after ? "power after" : "power before"
            }
        }
    }
    /// What came of a case.
    public struct Outcome: Sendable {
        public var sweptCase: Case
        /// What is wrong afterwards; empty when all is well.
        public var violations: [String]
    }

    public let scenario: Scenario
    /// Points of one run beyond this are not swept: the scenario is too long to be swept.
    public static let caseLimit = 100_000

    public init(_ scenario: Scenario) { self.scenario = scenario }

    // MARK: Cases

    /// Every fault of every kind at every point that the scenario passes.
    /// - Throws: why the scenario does not pass without faults.
    public func cases() throws(StepFailure) -> [Case] {
        let target = SimulatedTarget(scenario, seed: scenario.setup.seed ?? 0, order: .fifo)
        let run = ScenarioRun(scenario, target)
        var marks: [String: [(count: Int, step: String)]] = [:]
        run.afterStep = { step in
            for host in target.world.hosts {
                marks[host.name, default: []].append((host.host.faults.recording.count, step.source.name ?? ""))
            }
        }
        target.afterStart = { for host in target.world.hosts { host.host.faults.startRecording() } }
        defer { target.end() }
        try run.perform()
        var cases: [Case] = []
        for host in target.world.hosts {
            cases += Self.cases(host.host.faults.recording, host.name, marks[host.name] ?? [])
        }
        return Array(cases.prefix(Self.caseLimit))
    }

    private static func cases(
        _ points: [SimulatedHypervisor.FaultPoint], _ host: String, _ marks: [(count: Int, step: String)]
    ) -> [Case] {
        var passages: [SimulatedHypervisor.FaultPoint: Int] = [:]
        var cases: [Case] = []
        var mark = 0
        for (index, point) in points.enumerated() {
            while mark < marks.count - 1, marks[mark].count <= index { mark += 1 }
            // Counted as a fault on the point counts them.
            for passed in [point, point.ofTarget].compactMap(\.self) { passages[passed, default: 0] += 1 }
            let nth = passages[point, default: 0]
            guard let translated = FaultPoint(point) else { continue }
            for action in actions(translated) {
                let step = marks.indices.contains(mark) ? marks[mark].step : ""
                cases.append(Case(step: step, host: host, point: translated, nth: nth, action: action))
            }
        }
        return cases
    }

    /// What can go wrong at a point.
    private static func actions(_ point: FaultPoint) -> [FaultAction] {
        let ends: [FaultAction] = [
            .killDaemon(after: false), .killDaemon(after: true), .powerLoss(after: false), .powerLoss(after: true),
        ]
        switch point.kind {
        case .hypercall: return [.error("EIO"), .delay(.seconds(2))] + ends
        case .xenstore: return [.error("EAGAIN"), .delay(.seconds(2))] + ends
        case .script: return [.error("1"), .delay(.seconds(2)), .killDaemon(after: false), .powerLoss(after: false)]
        case .disk:
            return point.arguments.first == "write"
                ? [.error("EIO"), .torn(3)] + ends : [.error("EIO"), .delay(.seconds(1))] + ends
        case .step: return [.killDaemon(after: false), .powerLoss(after: false)]
        case .backend, .frontend: return [.stuck(2), .delay(.seconds(2))]
        case .network: return [.error("ECONNRESET"), .delay(.seconds(2)), .drop]
        case .listener: return [.error("EADDRINUSE")]
        case .guest: return [.drop]
        }
    }

    // MARK: Running

    /// Runs the scenario with one fault.
    public func run(_ sweptCase: Case) -> Outcome {
        let target = SimulatedTarget(scenario, seed: scenario.setup.seed ?? 0, order: .fifo)
        let run = ScenarioRun(scenario, target)
        run.isTolerant = true
        let place = sweptCase.point.kind == .network ? sweptCase.point.arguments.first : sweptCase.host
        var faults: FaultPlan?
        target.afterStart = {
            try? target.fault(sweptCase.point, .nth(sweptCase.nth), sweptCase.action, host: sweptCase.host)
            faults = place.flatMap { target.world.host($0) }?.host.faults
            faults?.entrench()
        }
        run.afterStep = { _ in target.revive() }
        defer { target.end() }
        do throws(StepFailure) {
            try run.perform()
        } catch {
            return Outcome(sweptCase: sweptCase, violations: ["\(error)"])
        }
        guard faults?.hasEntrenchedStruck == true else {
            return Outcome(
                sweptCase: sweptCase, violations: ["the point was not passed again: this run cannot be repeated"])
        }
        return Outcome(sweptCase: sweptCase, violations: Oracles(target).violations())
    }
}

extension FaultPoint {
    /// A point of the machine in the language's words; nil for those that the language has no word for.
    init?(_ point: SimulatedHypervisor.FaultPoint) {
        guard let kind = Kind(rawValue: point.kind.rawValue) else { return nil }
        self.kind = kind
        arguments = [point.name, point.detail].filter { !$0.isEmpty }
        let disk = ["write", "fsync", "rename"]
        if kind == .disk, !disk.contains(point.name) { return nil }
        if kind == .xenstore, point.name == "watch-event" { return nil }
    }
}
