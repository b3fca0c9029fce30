// vcpu-list and uptime.

import SExpressions
import XendClient

extension XmCommand {
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

    /// `(vcpu (number 0) (online 1) (blocked 0) (running 1) (cpu_time 1.5) (cpu 0) (cpumap (0 1)))`, or `(cpumap any)`.
    private static func virtualCPU(_ element: SExpression) -> VirtualCPU {
        func number(_ name: String) -> Int? { element.childText(name).flatMap { Int($0) } }
        return VirtualCPU(
            number: number("number") ?? 0, cpu: number("cpu").flatMap { $0 < 0 ? nil : $0 },
            isOnline: number("online") != 0, isRunning: number("running") == 1, isBlocked: number("blocked") == 1,
            seconds: element.childText("cpu_time").flatMap(Double.init) ?? 0,
            affinity: LaterTables.affinity(element.childValue("cpumap")))
    }

    private static let upTimeOptions = [XmOption("short", "s", "To the minute, with the time of day.")]

    static let upTime = XmCommand(
        name: "uptime", group: .domain, isOriginal: false, arguments: "[-s] [DOM...]",
        summary: "Show how long domains have run.",
        details: "Shows how long all domains, or those that are named, have been there.", options: upTimeOptions,
        completes: .domains
    ) { session, invocation throws(XmFailure) in
        let parsed = try invocation.parsed(upTimeOptions)
        let isShort = parsed.has("short")
        let heading = isShort ? nil : LaterTables.upTimeHeading
        try await session.forEachDomain(parsed.words, heading: heading) { domain in
            // Domain 0 has been there as long as the machine.
            let seconds = domain.upTime ?? (domain.id == 0 ? session.host.machineUpTime() : nil) ?? 0
            let (name, id) = (domain.name ?? "", domain.id ?? -1)
            session.print(
                isShort
                    ? LaterTables.shortUpTimeLine(name, id, seconds, now: session.host.timeOfDay())
                    : LaterTables.upTimeLine(name, id, seconds))
        }
    }
}
