import DomainLifecycle
import DomainModel
import SExpressions
import ScenarioLanguage
import SimulatedHost
import SimulatedHypervisor
import XendTesting

/// What is answered about one domain, held against the machine: it is asked and put together apart from the list of all.
extension EndOracles {
    func answers(about domain: DomainInformation, _ host: RunningHost) -> [String] {
        guard domain.restartState == nil, domain.held.isEmpty,
            let report = host.host.machine.report(of: domain.id)
        else { return [] }
        let path = WireRequest.path(ofDomain: domain.name)
        let answer: SExpression
        do throws(ScenarioFailure) {
            guard let value = try ask(.get(path), host.name).expression else {
                return ["\(path) is answered with no expression"]
            }
            answer = value
        } catch {
            return ["\(path) on \(host.name): \(error)"]
        }
        let machine = facts(report, domain.name)
        let wrong = machine.filter { answer.childText($0.field) != $0.value }
        return wrong.map {
            "GET \(path) on \(host.name) says (\($0.field) \(answer.childText($0.field) ?? "")), the machine \($0.value)"
        } + console(answer, domain, host)
    }

    private func facts(_ report: DomainReport, _ name: String) -> [(field: String, value: String)] {
        var facts = [
            ("id", "\(report.id)"), ("name", name), ("uuid", "\(report.uuid)"),
            ("memory", "\(report.memory.mebibytes)"), ("vcpus", "\(report.onlineVCPUs)"),
        ]
        if report.id != .zero { facts.append(("maxmem", "\(report.maximumMemory.mebibytes)")) }
        if let reason = report.shutdownReason { facts.append(("shutdown_reason", "\(reason)")) }
        return facts
    }

    /// Its event channel is the domain's.
    private func console(_ answer: SExpression, _ domain: DomainInformation, _ host: RunningHost) -> [String] {
        guard domain.isQuiet, let console = answer.children("console").first else { return [] }
        let port = console.childText("local_port") ?? "none"
        if let number = UInt32(port), host.host.machine.inspection.hasEventChannel(number, of: domain.id) { return [] }
        return [
            "the console of \(domain.name) on \(host.name) is on event channel \(port), which the domain does not have"
        ]
    }
}
