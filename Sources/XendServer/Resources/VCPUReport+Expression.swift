import HypervisorInterface
import SExpressions

extension VCPUReport {
    /// `(vcpu (number N) (online 1) (blocked 0) (running 1) (cpu_time S) (cpu P) (cpumap (0 1 …)))`; `cpu` is -1 while
    /// it is offline, and `cpumap` is `any` where it may run anywhere.
    var expression: SExpression {
        let map: SExpression =
            affinity.cpus.map { cpus in
                .list(cpus.sorted().map { .atom(String($0)) })
            } ?? "any"
        return .element(
            "vcpu",
            .element("number", number), .element("online", cpu == nil ? 0 : 1),
            .element("blocked", isBlocked ? 1 : 0), .element("running", isRunning ? 1 : 0),
            .element("cpu_time", cpuTime / .seconds(1)), .element("cpu", cpu ?? -1), .element("cpumap", map))
    }
}
