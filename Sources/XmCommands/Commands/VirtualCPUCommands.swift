import DomainFiles
import LibxlForm
import SExpressions
import XendClient

/// vcpu-list and vcpu-pin.
enum VirtualCPUCommands {
    static let virtualCPUList = XmCommand(
        name: "vcpu-list", group: .domain, isOriginal: false, arguments: "[DOM...]",
        summary: "List the virtual cpus of domains.",
        details: "Shows the virtual cpus of all domains, or of those that are named.", options: [CommonOption.json],
        completes: .domains
    ) { session, invocation throws(XmFailure) in
        let parsed = try invocation.parsed([CommonOption.json])
        let isJSON = parsed.has("json")
        let heading = isJSON ? nil : LaterTables.virtualCPUHeading(session.format)
        var domains: [DomainInformation] = []
        var objects: [JSONText] = []
        try await session.forEachDomain(parsed.words, heading: heading) { domains.append($0) }
        for domain in domains {
            for vcpu in await virtualCPUs(of: domain, session) {
                if isJSON {
                    objects.append(object(vcpu, of: domain))
                    continue
                }
                let line = LaterTables.virtualCPULine(domain.name ?? "", domain.id ?? -1, vcpu, session.format)
                session.print(line)
            }
        }
        if isJSON { session.print(JSONText.array(objects).text()) }
    }

    private static func object(_ vcpu: VirtualCPU, of domain: DomainInformation) -> JSONText {
        .object([
            ("name", .string(domain.name ?? "")), ("domid", .number(domain.id ?? -1)), ("vcpu", .number(vcpu.number)),
            ("cpu", .number(vcpu.cpu ?? -1)), ("online", .number(vcpu.isOnline ? 1 : 0)),
            ("running", .number(vcpu.isRunning ? 1 : 0)), ("blocked", .number(vcpu.isBlocked ? 1 : 0)),
            ("seconds", .string(PythonText.printf("%.1f", vcpu.seconds))), ("affinity", .string(vcpu.affinity)),
        ])
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

    private static let pinOptions = [XmOption("force", "f", "Accepted and without effect.")]

    static let virtualCPUPin = XmCommand(
        name: "vcpu-pin", group: .domain, isOriginal: false, arguments: "[-f] DOM VCPU|all CPUS|all [all]",
        summary: "Pin virtual cpus to physical ones.",
        details: "Lets virtual cpu VCPU of domain DOM, or all of them, run on CPUS only: 0, 0-1,3, 0-3,^1, or all.\n"
            + "The cpus that xl would only prefer, which stand last, are not supported but for all.",
        options: pinOptions, completes: .domains
    ) { session, invocation throws(XmFailure) in
        let words = try invocation.parsed(pinOptions).words
        guard (3...4).contains(words.count) else { throw .error("\(invocation.word): Invalid argument(s)") }
        guard words.count == 3 || words[3] == "all" || words[3] == "-" else {
            throw .error(
                "\(invocation.word): cpus that are only preferred (\"\(words[3])\") are not supported: say where it may run"
            )
        }
        if words[2] == "-" { throw .error("\(invocation.word): nothing to do: \"-\" leaves the cpus as they are") }
        let vcpu = words[1] == "all" ? nil : try Invocation.number(words[1])
        try await session.order(.domainPinCPU(words[0], cpu: words[2] == "all" ? "-1" : words[2], vcpu: vcpu))
    }
}
