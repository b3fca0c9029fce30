import DomainLifecycle
import HostInterface

extension Measurement {
    /// What Prometheus asks for: domains by state, their cpu seconds and memory, events.
    ///
    /// - Parameters:
    ///   - newestEvent: its number.
    ///   - waiting: operations that wait for their turn.
    static func all(of domains: [DomainInformation], newestEvent: UInt64, waiting: Int) -> [Measurement] {
        var list: [Measurement] = []
        let states: [(String, (DomainState) -> Bool)] = [
            ("running", { $0.isRunning || $0.isBlocked }), ("paused", \.isPaused), ("shutdown", \.isShutdown),
            ("crashed", \.isCrashed), ("dying", \.isDying),
        ]
        for (name, isIn) in states {
            list.append(
                Measurement(
                    "xend_domains", help: "Domains by state.", kind: .gauge, labels: [("state", name)],
                    value: Double(domains.count { isIn($0.state) })))
        }
        for domain in domains {
            let labels = [("id", domain.id.description), ("name", domain.name)]
            list.append(
                Measurement(
                    "xend_domain_cpu_seconds_total", help: "CPU time of a domain.", kind: .counter, labels: labels,
                    value: (domain.cpuTime ?? .zero).inSeconds))
            list.append(
                Measurement(
                    "xend_domain_memory_bytes", help: "Memory of a domain.", kind: .gauge, labels: labels,
                    value: Double(domain.memory.bytes)))
        }
        list.append(
            Measurement("xend_events_total", help: "Events published.", kind: .counter, value: Double(newestEvent)))
        list.append(
            Measurement(
                "xend_operations_waiting", help: "Operations waiting for their turn.", kind: .gauge,
                value: Double(waiting)))
        return list
    }
}
