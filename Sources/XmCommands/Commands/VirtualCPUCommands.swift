import SExpressions
import XendClient

/// vcpu-list and vcpu-pin.
enum VirtualCPUCommands {
    static let virtualCPUList = XmCommand(
        name: "vcpu-list", group: .domain, isOriginal: false, arguments: "[DOM...]",
        summary: "List the virtual cpus of domains.",
        details: "Shows the virtual cpus of all domains, or of those that are named.", completes: .domains
    ) { session, invocation throws(XmFailure) in
        let heading = LaterTables.virtualCPUHeading(session.format)
        var domains: [DomainInformation] = []
        try await session.forEachDomain(invocation.arguments, heading: heading) { domains.append($0) }
        for domain in domains {
            for vcpu in await virtualCPUs(of: domain, session) {
                let line = LaterTables.virtualCPULine(domain.name ?? "", domain.id ?? -1, vcpu, session.format)
                session.print(line)
            }
        }
    }

    /// Asks as Xen 3's client does; a daemon that does not know the question answers with the domain itself.
    private static func virtualCPUs(of domain: DomainInformation, _ session: XmSession) async -> [VirtualCPU] {
        let call = XendCall.get(
            "domain", domain.expression.childText("id") ?? "", arguments: [("op", .text("vcpuinfo"))])
        guard let reply = try? await session.client.perform(call), case .expression(let answer) = reply else {
            return LaterTables.virtualCPUs(of: domain)
        }
        let known = answer.children("vcpu").map(virtualCPU)
        return known.isEmpty ? LaterTables.virtualCPUs(of: domain) : known
    }

    /// `(vcpu (number 0) (online 1) (blocked 0) (running 1) (cpu_time 1.5) (cpu 0) (cpumap (0 1)) (affinity any))`; an xend of
    /// Xen 3 has no `affinity`, an earlier one of ours `(cpumap any)`.
    private static func virtualCPU(_ element: SExpression) -> VirtualCPU {
        func number(_ name: String) -> Int? { element.childText(name).flatMap { Int($0) } }
        return VirtualCPU(
            number: number("number") ?? 0, cpu: number("cpu").flatMap { $0 < 0 ? nil : $0 },
            isOnline: number("online") != 0, isRunning: number("running") == 1, isBlocked: number("blocked") == 1,
            seconds: element.childText("cpu_time").flatMap(Double.init) ?? 0,
            affinity: element.childText("affinity") == "any"
                ? "any cpu" : LaterTables.affinity(element.childValue("cpumap")))
    }

    static let virtualCPUPin = XmCommand(
        name: "vcpu-pin", group: .domain, isOriginal: false, arguments: "DOM VCPU|all CPUS|all",
        summary: "Pin virtual cpus to physical ones.",
        details: "Lets virtual cpu VCPU of domain DOM, or all of them, run on CPUS only: 0, 0-1,3, or all.",
        completes: .domains
    ) { session, invocation throws(XmFailure) in
        let words = try invocation.words(3...3)
        let vcpu = words[1] == "all" ? nil : try Invocation.number(words[1])
        try await session.order(.domainPinCPU(words[0], cpu: words[2] == "all" ? "-1" : words[2], vcpu: vcpu))
    }
}
