import Simulation

/// Random but repeatable users and faults: a seed makes a story, the story is a scenario, and what must hold afterwards is what a
/// sweep asks for.
public struct Exploration {
    /// What a seed found.
    public struct Finding: Sendable {
        public var seed: UInt64
        /// What is wrong, the first kind of it.
        public var violations: [String]
        /// A scenario file that shows it, as short as removing steps makes it.
        public var file: String
    }

    public var hosts: Int
    /// Steps of a story.
    public var length: Int

    public init(hosts: Int = 1, length: Int = 30) {
        self.hosts = max(1, min(hosts, 8))
        self.length = max(1, min(length, 1000))
    }

    /// Runs the story of a seed; nil when all is well.
    public func explore(_ seed: UInt64) throws(ScenarioError) -> Finding? {
        let steps = story(seed)
        let violations = try violations(of: steps, seed)
        guard !violations.isEmpty else { return nil }
        let short = try shrink(steps, seed)
        return Finding(seed: seed, violations: try self.violations(of: short, seed), file: text(short, seed))
    }

    // MARK: Stories

    private static let names = ["a", "b", "c", "d"]

    private func story(_ seed: UInt64) -> [String] {
        let random = SimulatedRandom(seed: seed).fork("story")
        // Each seed leaves out some of what could happen: what is rare among everything is common among little.
        let acts = Act.allCases.filter { $0 == .create || random.chance(0.6) }
        let faultRate = [0, 0.05, 0.2][random.number(in: 0..<3)]
        return (0..<length).map { _ in
            random.chance(faultRate) ? fault(random) : step(acts[random.number(in: 0..<acts.count)], random)
        }
    }

    private enum Act: CaseIterable {
        case create, unpause, pause, shutdown, destroy, guestReboot, guestCrash, guestPoweroff, device, maxmem, advance,
            settle, restart, kill
        case atOnce
    }

    private func step(_ act: Act, _ random: SimulatedRandom) -> String {
        let name = Self.names[random.number(in: 0..<Self.names.count)]
        let on = hosts > 1 ? "(on h\(random.number(in: 0..<hosts))) " : ""
        switch act {
        case .create:
            let mode = ["onreboot", "always", "never"][random.number(in: 0..<3)]
            let devices = [
                "", "(device (vif))", "(device (vbd (uname phy:sda\(random.number(in: 1..<4))) (dev sda1) (mode w)))",
            ]
            return "(create \(on)(vm (name \(name)) (memory \(32 << random.number(in: 0..<4))) (restart \(mode)) "
                + "(image (linux (kernel /boot/k))) \(devices[random.number(in: 0..<3)])))"
        case .unpause: return "(unpause \(on)\(name))"
        case .pause: return "(pause \(on)\(name))"
        case .shutdown: return "(shutdown \(on)\(name) \(["reboot", "poweroff", "halt"][random.number(in: 0..<3)]))"
        case .destroy: return "(destroy \(on)\(name) \(["halt", "reboot"][random.number(in: 0..<2)]))"
        case .guestReboot: return "(guest \(on)\(name) (shutdown reboot))"
        case .guestCrash: return "(guest \(on)\(name) (crash))"
        case .guestPoweroff: return "(guest \(on)\(name) (shutdown poweroff))"
        case .device: return "(device-create \(on)\(name) (vif))"
        case .maxmem: return "(maxmem \(on)\(name) 256)"
        case .advance: return "(advance \(["1ms", "100ms", "2s", "25s"][random.number(in: 0..<4)]))"
        case .settle: return "(settle)"
        case .restart: return "(daemon \(on)restart)"
        case .kill: return "(daemon \(on)kill)"
        case .atOnce:
            let acts: [Act] = [.create, .destroy, .pause, .unpause, .shutdown]
            let inner = (0..<3).map { _ in step(acts[random.number(in: 0..<acts.count)], random) }
            return "(parallel \(inner.joined(separator: " ")))"
        }
    }

    private func fault(_ random: SimulatedRandom) -> String {
        let on = hosts > 1 ? "(on h\(random.number(in: 0..<hosts))) " : ""
        let points = [
            "(hypercall create)", "(hypercall destroy)", "(hypercall unpause)", "(xenstore write)",
            "(xenstore transaction)",
            "(script /etc/xen/vif-bridge up)", "(disk fsync)", "(disk write)", "(disk rename)", "(backend vif)",
        ]
        let point = points[random.number(in: 0..<points.count)]
        let actions =
            point.contains("script")
            ? ["(error 1)", "(delay 3s)", "(kill-daemon)"]
            : point.contains("backend")
                ? ["(stuck 2)", "(delay 3s)"]
                : ["(error EIO)", "(delay 3s)", "(kill-daemon)", "(kill-daemon after)", "(power-loss)"]
        return
            "(fault \(on)\(point) (nth \(random.number(in: 1..<6))) \(actions[random.number(in: 0..<actions.count)]))"
    }

    // MARK: Running

    private func text(_ steps: [String], _ seed: UInt64) -> String {
        let machines = hosts > 1 ? (0..<hosts).map { "  (host h\($0))\n" }.joined() : ""
        // Names that are made are names that may be used: a create that is left out must not make the rest unreadable.
        let body = steps.map { "  \($0)\n" }.joined()
        return "(scenario explored-\(seed)\n  (seed \(seed))\n\(machines)\(body)  (settle))\n"
    }

    /// What is wrong after a story; its steps may fail.
    private func violations(of steps: [String], _ seed: UInt64) throws(ScenarioError) -> [String] {
        let scenario = try ScenarioReader.unchecked(Array(text(steps, seed).utf8), file: "explored-\(seed).sxp")
        let target = SimulatedTarget(scenario, seed: seed, order: .seeded(seed))
        let run = ScenarioRun(scenario, target)
        run.isTolerant = true
        run.afterStep = { _ in target.revive() }
        defer { target.end() }
        do throws(StepFailure) {
            try run.perform()
        } catch {
            return ["\(error)"]
        }
        let found = Oracles(target).violations()
        return target.foreignJobs > 0 ? found + ["\(target.foreignJobs) jobs came from other threads"] : found
    }

    /// Leaves out steps, many at a time and then one by one, as long as something is wrong.
    private func shrink(_ steps: [String], _ seed: UInt64) throws(ScenarioError) -> [String] {
        var steps = steps
        var size = max(1, steps.count / 2)
        while true {
            var start = 0
            var hasShrunk = false
            while start < steps.count {
                let less = Array(steps[..<start] + steps[min(steps.count, start + size)...])
                if try !violations(of: less, seed).isEmpty {
                    steps = less
                    hasShrunk = true
                } else {
                    start += size
                }
            }
            if size == 1, !hasShrunk { return steps }
            size = max(1, size / 2)
        }
    }
}
