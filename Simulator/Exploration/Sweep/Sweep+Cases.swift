import DomainManagement
import HostInterface
import ScenarioRunner
import SimulatedHypervisor
import XendTesting

/// Which faults a scenario can meet.
extension Sweep {
    /// The points of a host from one number on belong to this operation, or else to this step.
    private struct Mark {
        var count: Int
        var operation: String
    }

    /// Every fault of every kind at every point that the scenario passes.
    /// - Throws: why the scenario does not pass without faults.
    public func cases() throws(StepFailure) -> [Case] {
        let strict = SimulatedTarget(scenario, seed: scenario.setup.seed ?? 0, order: .fifo)
        defer { strict.end() }
        try ScenarioRun(scenario, strict).perform()

        // Once more as the cases will be run: who watches asks, too.
        let target = SimulatedTarget(scenario, seed: scenario.setup.seed ?? 0, order: .fifo)
        let run = ScenarioRun(scenario, target)
        let watch = Watch(run, target)
        let marks = record(run, target)
        defer { target.end() }
        try run.perform()
        let recordings = target.world.hosts.map { ($0.name, $0.host.faults.recording) }
        let violations = watch.finish()
        guard violations.isEmpty else {
            throw StepFailure(
                place: scenario.place, form: "(scenario \(scenario.name) …)", reasons: violations.map(\.description))
        }
        var cases: [Case] = []
        for (host, recording) in recordings { cases += Self.cases(recording, host, marks.value?[host] ?? []) }
        return Array(cases.prefix(Self.caseLimit))
    }

    /// Notes which operation is under way from which point on.
    private func record(_ run: ScenarioRun, _ target: SimulatedTarget) -> Box<[String: [Mark]]> {
        let marks = Box<[String: [Mark]]>()
        marks.value = [:]
        var open: [String: [(cause: UInt64, name: String)]] = [:]
        var step = ""
        func mark(_ host: String) {
            let count = target.world.host(host)?.host.faults.recording.count ?? 0
            marks.value?[host, default: []].append(Mark(count: count, operation: open[host]?.last?.name ?? step))
        }
        let listener = target.onDeed
        target.onDeed = { host, life, deed in
            listener?(host, life, deed)
            switch deed.kind {
            case .decision: open[host, default: []].append((deed.number, String(deed.text.prefix { $0 != "," })))
            case .end: open[host]?.removeAll { $0.cause == deed.cause }
            case .request, .signal, .finding, .step, .undo, .refusal: return
            }
            mark(host)
        }
        let begin = run.beforeStep
        run.beforeStep = { next in
            begin(next)
            step = next.source.name ?? ""
            for host in target.world.hosts { mark(host.name) }
        }
        target.afterStart = { for host in target.world.hosts { host.host.faults.startRecording() } }
        return marks
    }

    private static func cases(_ points: [FaultPoint], _ host: String, _ marks: [Mark]) -> [Case] {
        var passages: [FaultPoint: Int] = [:]
        var cases: [Case] = []
        var next = 0
        var operation = ""
        for (index, point) in points.enumerated() {
            while next < marks.count, marks[next].count <= index {
                operation = marks[next].operation
                next += 1
            }
            // Counted as a fault on the point counts them.
            for passed in [point, point.ofTarget].compactMap(\.self) { passages[passed, default: 0] += 1 }
            let nth = passages[point, default: 0]
            guard isSwept(point) else { continue }
            for action in actions(point, during: operation) {
                let rule = FaultRule(FaultPattern(exactly: point), .nth(nth), action)
                cases.append(Case(operation: operation, host: host, rule: rule))
            }
        }
        return cases
    }

    /// To read from a disk changes nothing: what comes back may be damaged. A watch that is late is a delay of what follows.
    static func isSwept(_ point: FaultPoint) -> Bool {
        switch point.kind {
        case .disk: ["write", "fsync", "rename", "read"].contains(point.name)
        case .xenstore: !point.isTold
        case .hypercall, .script, .backend, .frontend, .network, .listener, .step, .guest: true
        }
    }

    /// What can go wrong at a point.
    static func actions(_ point: FaultPoint, during operation: String) -> [FaultAction] {
        let ends: [FaultAction] = [
            .killDaemon(after: false), .killDaemon(after: true), .powerLoss(after: false), .powerLoss(after: true),
        ]
        // Only transfers can be cancelled.
        let cancel: [FaultAction] = ["save", "restore", "migrate", "receive"].contains(operation) ? [.cancel] : []
        switch point.kind {
        case .hypercall: return [.error("EIO"), .delay(.seconds(2))] + ends + cancel
        case .xenstore: return [.error("EAGAIN"), .delay(.seconds(2))] + ends + cancel
        case .script:
            return [.error("1"), .delay(.seconds(2)), .killDaemon(after: false), .powerLoss(after: false)] + cancel
        case .disk where point.name == "read": return [.flipped(77), .short(10)]
        case .disk:
            return (point.name == "write" ? [.error("EIO"), .torn(3)] : [.error("EIO"), .delay(.seconds(1))]) + ends
                + cancel
        case .step: return [.killDaemon(after: false), .powerLoss(after: false)] + cancel
        case .backend, .frontend: return [.stuck(2), .delay(.seconds(2))]
        case .network: return [.error("ECONNRESET"), .delay(.seconds(2)), .drop] + cancel
        case .listener: return [.error("EADDRINUSE")]
        case .guest: return [.drop] + cancel
        }
    }
}
