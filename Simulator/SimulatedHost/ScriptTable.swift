import HostInterface
import SimulatedHypervisor
import Simulation

/// The hotplug scripts of a simulated host and the processes that run them, which outlive the daemon that started them.
public final class ScriptTable {
    /// A call as it was made, and how it ended.
    public struct Call: Hashable, Sendable {
        /// As it was called.
        public var path: String
        /// As they were given.
        public var arguments: [String]
        /// nil while it runs.
        public var ending: ScriptResult.Ending?
    }
    /// The calls that are remembered.
    public static let historyLimit = 10_000

    /// What stands at which path. Scripts of a scenario's own may be added.
    public var programs: [String: any HostScript] = ScriptTable.standard
    private static var standard: [String: any HostScript] {
        Dictionary(uniqueKeysWithValues: StandardScript.allCases.map { ("/etc/xen/\($0.rawValue)", $0.program) })
    }

    /// The scripts that every host has, and no others.
    public func restorePrograms() { programs = Self.standard }

    /// What stands at a path: one of the programs, or a file that somebody has put there, which does nothing and is content.
    func program(_ path: String) -> (any HostScript)? {
        programs[path] ?? (host?.files.contents(path) != nil ? OwnScript() : nil)
    }

    /// Paths that exist but may not be run.
    public var notExecutable: Set<String> = []
    /// Every call, in order.
    public private(set) var calls: [Call] = []

    final class Process {
        let id: ScriptProcess
        let call: ScriptCall
        let index: Int
        var result: ScriptResult?
        var timer: TimerToken?
        var waiters: [Int: () -> Void] = [:]
        private var nextWaiter = 0

        init(id: ScriptProcess, call: ScriptCall, index: Int) {
            self.id = id
            self.call = call
            self.index = index
        }

        func wait(_ resume: @escaping () -> Void) -> Int {
            nextWaiter += 1
            waiters[nextWaiter] = resume
            return nextWaiter
        }
    }

    weak var host: SimulatedHost?
    private let timeline: Timeline
    private(set) var processes: [ScriptProcess: Process] = [:]
    private var nextPID: Int32 = 1000

    init(timeline: Timeline) { self.timeline = timeline }

    /// The scripts that run at this moment, as command lines.
    public var running: [String] {
        processes.values.sorted { $0.id.pid < $1.id.pid }.map {
            ([$0.call.path] + $0.call.arguments).joined(separator: " ")
        }
    }

    /// Makes the process; it waits to be let run.
    func begin(_ call: ScriptCall) -> Process {
        nextPID += 1
        let ticks = UInt64(max(0, timeline.now.nanoseconds / 10_000_000))
        let process = Process(id: ScriptProcess(pid: nextPID, startTime: ticks), call: call, index: calls.count)
        if calls.count < Self.historyLimit { calls.append(Call(path: call.path, arguments: call.arguments)) }
        processes[process.id] = process
        return process
    }

    /// Lets it run: it acts and ends after a while, or as the fault says.
    func letRun(_ process: Process, _ fault: FaultAction?) {
        guard let host, processes[process.id] != nil else { return }
        if fault == .hang { return }
        let program = program(process.call.path)
        end(process, after: (program?.duration ?? host.latencies.script) + (fault.delay ?? .zero)) {
            Self.result(of: process.call, fault)
                ?? program?.run(process.call.arguments, on: host) ?? ScriptResult(ending: .exited(127))
        }
    }

    /// How it ends instead of doing anything; nil: it does what it does.
    private static func result(of call: ScriptCall, _ fault: FaultAction?) -> ScriptResult? {
        if let status = fault.errno {
            return ScriptResult(
                ending: .exited(Int32(status) ?? 1), errorOutput: "\(call.path): simulated failure\n")
        }
        if fault.torn != nil { return ScriptResult(ending: .exited(0), output: "\u{FFFD}%$ rubbish\n") }
        return fault == .drop ? ScriptResult(ending: .exited(0)) : nil
    }

    private func end(_ process: Process, after delay: Duration, _ act: @escaping () -> ScriptResult) {
        process.timer = timeline.schedule(after: delay) { [weak self] in self?.finish(process, act()) }
    }

    private func finish(_ process: Process, _ result: ScriptResult) {
        guard processes.removeValue(forKey: process.id) != nil else { return }
        process.result = result
        if process.index < calls.count { calls[process.index].ending = result.ending }
        if let host {
            let line = ([process.call.path] + process.call.arguments).joined(separator: " ")
            host.trace?("\(host.name): \(line): \(result.ending)")
        }
        let waiters = process.waiters.sorted { $0.key < $1.key }
        process.waiters = [:]
        for (_, resume) in waiters { resume() }
    }

    /// Kills a process with its group.
    func kill(_ id: ScriptProcess, as ending: ScriptResult.Ending = .signalled(9)) {
        guard let process = processes[id] else { return }
        if let timer = process.timer { timeline.cancel(timer) }
        finish(process, ScriptResult(ending: ending))
    }

    func losePower() {
        for process in processes.values { if let timer = process.timer { timeline.cancel(timer) } }
        processes = [:]
    }
}
