import HostInterface
import SimulatedHypervisor

/// The scripts of a simulated host as one incarnation of the daemon sees them.
struct ScriptHandle: ScriptRunner {
    let host: SimulatedHost
    let incarnation: Incarnation

    func run(
        _ call: ScriptCall, started: @escaping @Sendable (ScriptProcess) async -> Void
    ) async throws(ScriptError) -> ScriptResult {
        let table = host.scripts
        if incarnation.isFenced { throw ScriptError(path: call.path, reason: .fenced) }
        if table.notExecutable.contains(call.path) { throw ScriptError(path: call.path, reason: .notExecutable) }
        guard table.program(call.path) != nil else { throw ScriptError(path: call.path, reason: .notFound) }
        let fault = host.faults.pass(.script, call.path, call.arguments.first ?? "")
        if let end = fault.end, !end.isAfter {
            switch end.of {
            case .daemon: host.killDaemon()
            case .power: host.losePower()
            }
        }
        if incarnation.isFenced { throw ScriptError(path: call.path, reason: .fenced) }
        let process = table.begin(call)
        await started(process.id)
        if incarnation.isFenced {
            // It was never let run: it sees that the daemon is gone, and ends.
            table.kill(process.id)
            throw ScriptError(path: call.path, reason: .fenced)
        }
        table.letRun(process, fault)
        return try await wait(for: process, fault)
    }

    func canRun(_ path: String) async -> Bool {
        host.scripts.program(path) != nil && !host.scripts.notExecutable.contains(path)
    }

    private func wait(
        for process: ScriptTable.Process, _ fault: FaultAction?
    ) async throws(ScriptError) -> ScriptResult {
        let call = process.call
        let deadline = host.timeline.now + call.timeout
        while process.result == nil {
            var ticket = 0
            let wake = await incarnation.park(until: deadline) { signal in ticket = process.wait(signal) }
            process.waiters[ticket] = nil
            switch wake {
            case .signalled: continue
            case .elapsed: host.scripts.kill(process.id, as: .timedOut)
            case .fenced: throw ScriptError(path: call.path, reason: .fenced)
            case .cancelled:
                host.scripts.kill(process.id)
                throw ScriptError(path: call.path, reason: .cancelled)
            }
        }
        do throws(Incarnation.Obstacle) { try incarnation.finish(fault) } catch {
            throw ScriptError(path: call.path, reason: .fenced)
        }
        guard let result = process.result else { throw ScriptError(path: call.path, reason: .cancelled) }
        return result
    }

    func isRunning(_ process: ScriptProcess) async -> Bool {
        !incarnation.isFenced && host.scripts.processes[process] != nil
    }

    func terminate(_ process: ScriptProcess) async {
        guard !incarnation.isFenced else { return }
        host.scripts.kill(process)
    }
}
