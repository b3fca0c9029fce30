import HostInterface
import ScenarioLanguage
import ScenarioRunner
import SimulatedHypervisor
import XendTesting

/// Two faults: what has ended the daemon, and one that meets the next daemon while it takes up what was left.
extension Sweep {
    /// Which points a recovery passes.
    private final class Recovery {
        /// The daemon's life in which the first fault struck, and how many points had been passed then.
        var strike: (life: Int, count: Int)?
        /// How many had been passed when a later life had nothing to do any more.
        var end: Int?
        /// Plans under way in the life that was heard of last.
        var open: (life: Int, plans: Set<UInt64>) = (0, [])
    }

    /// Whether the daemon has a recovery to go through after this one.
    public static func hasRecovery(_ sweptCase: Case) -> Bool {
        Optional(sweptCase.rule.action).end != nil && sweptCase.before == nil
    }

    /// Each case with each second fault.
    /// - Parameters:
    ///   - cases: of all of which `hasRecovery` is true.
    ///   - every: only every so manyth second fault, beginning with another one each time.
    public func recoveries(after cases: [Case], every: Int = 1) -> [Case] {
        var found: [Int: [Case]] = [:]
        Parallel.forEach(cases, { recoveries(after: $0) }, each: { found[$0] = $1 })
        return cases.indices.flatMap { first in
            found[first, default: []].enumerated().filter { ($0.offset + first) % every == 0 }.map(\.element)
        }
    }

    /// The same fault, followed by each that fails a request, or kills the daemon once more, during the recovery.
    /// - Parameter first: one of which `hasRecovery` is true.
    /// - Returns: nothing where the story does not go on.
    func recoveries(after first: Case) -> [Case] {
        let target = SimulatedTarget(scenario, seed: scenario.setup.seed ?? 0, order: .fifo)
        let run = ScenarioRun(scenario, target)
        // As the cases will be run: who watches asks, too.
        let watch = Watch(run, target)
        let recovery = record(first, run, target)
        defer { target.end() }
        guard (try? run.perform()) != nil, let faults = target.world.host(first.host)?.host.faults else { return [] }
        // It may go on behind the last step: the next thing that a watch does.
        try? target.perform(.heal, on: "")
        _ = target.world.settle()
        // What one fault does is told where there is one.
        // What one fault does wrong is told where there is one.
        guard watch.violations.isEmpty, let strike = recovery.strike else { return [] }
        let end = recovery.end ?? faults.recording.count
        return Self.cases(faults.recording, strike.count..<max(strike.count, end), after: first)
    }

    private func record(_ first: Case, _ run: ScenarioRun, _ target: SimulatedTarget) -> Recovery {
        let recovery = Recovery()
        target.afterStart = {
            guard let host = target.world.host(first.host) else { return }
            Trial.add(first.rule, on: first.host, to: target)
            let faults = host.host.faults
            faults.startRecording()
            let told = faults.onFault
            faults.onFault = { point, action in
                told?(point, action)
                guard recovery.strike == nil, faults.struckCount > 0 else { return }
                recovery.strike = (host.host.incarnation?.number ?? 0, faults.recording.count)
            }
        }
        func look() {
            guard let host = target.world.host(first.host), host.state == .up, let strike = recovery.strike,
                let life = host.host.incarnation?.number, life > strike.life, recovery.end == nil,
                recovery.open.life != life || recovery.open.plans.isEmpty
            else { return }
            recovery.end = host.host.faults.recording.count
        }
        let listener = target.onDeed
        target.onDeed = { host, life, deed in
            listener?(host, life, deed)
            guard host == first.host else { return }
            if recovery.open.life != life { recovery.open = (life, []) }
            switch deed.kind {
            case .decision: recovery.open.plans.insert(deed.number)
            case .end: if let cause = deed.cause { recovery.open.plans.remove(cause) }
            case .request, .signal, .finding, .step, .undo, .refusal: return
            }
            look()
        }
        let end = run.afterStep
        run.afterStep = { step in
            end(step)
            look()
        }
        return recovery
    }

    private static func cases(_ points: [FaultPoint], _ window: Range<Int>, after first: Case) -> [Case] {
        var passages: [FaultPoint: Int] = [:]
        var cases: [Case] = []
        for (index, point) in points[..<window.upperBound].enumerated() {
            for passed in [point, point.ofTarget].compactMap(\.self) { passages[passed, default: 0] += 1 }
            guard index >= window.lowerBound, isSwept(point) else { continue }
            for action in actions(point, during: "") where isTried(action) {
                var next = first
                next.before = first.rule
                next.rule = FaultRule(FaultPattern(exactly: point), .nth(passages[point, default: 0]), action)
                cases.append(next)
            }
        }
        return cases
    }

    /// What comes later comes too late for what this is about, and without power nothing is left to take up.
    private static func isTried(_ action: FaultAction?) -> Bool {
        action.errno != nil || action.torn != nil || action.end?.of == .daemon
    }
}
