import HypervisorInterface
import SExpressions

extension VCPUReport {
    /// `(vcpu (number N) (online 1) (blocked 0) (running 1) (cpu_time S) (cpu P) (cpumap (0 1 …)) (affinity any))`; `cpu` is
    /// -1 while it is offline. Clients of Xen 3 read `cpumap` as a list, whatever it holds; `affinity` says what was meant.
    ///
    /// - Parameter count: of the machine's cpus.
    func expression(ofCPUs count: Int) -> SExpression {
        let cpus = affinity.cpus?.sorted() ?? Array(0..<count)
        return .element(
            "vcpu",
            .element("number", number), .element("online", cpu == nil ? 0 : 1),
            .element("blocked", isBlocked ? 1 : 0), .element("running", isRunning ? 1 : 0),
            .element("cpu_time", cpuTime / .seconds(1)), .element("cpu", cpu ?? -1),
            .element("cpumap", .list(cpus.map { .atom(String($0)) })), .element("affinity", affinity.text))
    }
}
