import DomainFiles
import LibxlForm
import SExpressions
import XendClient

/// Shares of the cpus.
enum SchedulerCommands {
    static let bvt = XmCommand(
        name: "bvt", group: .scheduler, arguments: "DOM MCUADV WARPBACK WARPVALUE WARPL WARPU",
        summary: "Set parameters of the BVT scheduler.", details: "Sets the parameters of borrowed virtual time.",
        completes: .domains
    ) { session, invocation throws(XmFailure) in
        let words = try invocation.words(6...6)
        let numbers = try texts(ofNumbers: words.dropFirst())
        try await session.order(
            .domainBVT(
                words[0], mcuadv: numbers[0], warpback: numbers[1], warpvalue: numbers[2], warpl: numbers[3],
                warpu: numbers[4]))
    }

    static let bvtContextAllowance = XmCommand(
        name: "bvt_ctxallow", group: .scheduler, arguments: "CTX_ALLOW",
        summary: "Set the context switch allowance of BVT.", details: "Sets how long a domain runs at least."
    ) { session, invocation throws(XmFailure) in
        guard let word = invocation.arguments.first else {
            throw .error("\(invocation.word): Missing context switch allowance")
        }
        _ = try invocation.words(1...1)
        try await session.order(.nodeBVTSlice(String(try Invocation.number(word))))
    }

    static let atropos = XmCommand(
        name: "atropos", group: .scheduler, arguments: "DOM PERIOD SLICE LATENCY XTRATIME",
        summary: "Set parameters of the atropos scheduler.", details: "Sets the parameters of atropos.",
        completes: .domains
    ) { session, invocation throws(XmFailure) in
        let words = try invocation.words(5...5)
        let numbers = try texts(ofNumbers: words.dropFirst())
        try await session.order(
            .domainAtropos(
                words[0], period: numbers[0], slice: numbers[1], latency: numbers[2], xtratime: numbers[3]))
    }

    static let roundRobin = XmCommand(
        name: "rrobin", group: .scheduler, arguments: "SLICE", summary: "Set the slice of the round robin scheduler.",
        details: "Sets how long each domain runs in its turn."
    ) { session, invocation throws(XmFailure) in
        let words = try invocation.words(1...1)
        try await session.order(.nodeRoundRobinSlice(String(try Invocation.number(words[0]))))
    }

    private static func texts(ofNumbers words: ArraySlice<String>) throws(XmFailure) -> [String] {
        var texts: [String] = []
        for word in words { texts.append(String(try Invocation.number(word))) }
        return texts
    }

    // MARK: credit

    private static let creditOptions = [
        XmOption("domain", "d", value: "DOM", "The domain."),
        XmOption("weight", "w", value: "WEIGHT", "Its share: 256 is an even one."),
        XmOption("cap", "c", value: "CAP", "At most so many percent of one cpu; 0 is no limit."),
        XmOption("cpupool", "p", value: "POOL", "Pool-0: there is one pool."),
        XmOption("schedparam", "s", "Not supported: Xen's command line has the scheduler's own parameters."),
        XmOption("tslice_ms", "t", value: "MS", "As schedparam."),
        XmOption("ratelimit_us", "r", value: "US", "As schedparam."),
        CommonOption.json,
    ]

    static let credit = XmCommand(
        name: "sched-credit", group: .scheduler, isOriginal: false, arguments: "[-d DOM [-w WEIGHT] [-c CAP]]",
        summary: "Show or set shares of the credit scheduler.",
        details: "Shows the shares of all domains or of one, or sets them.", options: creditOptions, run: runCredit)

    static let credit2: XmCommand = {
        var command = credit
        command.name = "sched-credit2"
        command.summary = "The same, where Xen has the scheduler credit2."
        return command
    }()

    private static func runCredit(_ session: XmSession, _ invocation: Invocation) async throws(XmFailure) {
        let parsed = try invocation.parsed(creditOptions)
        for option in ["schedparam", "tslice_ms", "ratelimit_us"] where parsed.has(option) {
            throw .error("\(option) is not supported: Xen's command line has the scheduler's own parameters")
        }
        if let pool = parsed.value("cpupool"), pool != "Pool-0" {
            throw .error("there is no pool \"\(pool)\", only Pool-0")
        }
        guard parsed.words.isEmpty else { throw .error("\(invocation.word): Invalid argument(s)") }
        let (weight, cap) = (parsed.value("weight"), parsed.value("cap"))
        guard weight != nil || cap != nil else {
            return try await showCredit(session, parsed.value("domain"), asJSON: parsed.has("json"))
        }
        guard let domain = parsed.value("domain") else { throw .error("No domain given.") }
        var arguments: [(name: String, value: XendCall.Argument)] = []
        for (name, text) in [("weight", weight), ("cap", cap)] {
            if let text { arguments.append((name, .text(String(try Invocation.number(text))))) }
        }
        try await session.order(.post("domain", domain, operation: "sched_credit_set", arguments: arguments))
    }

    private static func showCredit(
        _ session: XmSession, _ name: String?, asJSON: Bool
    ) async throws(XmFailure) {
        var objects: [JSONText] = []
        if !asJSON, session.format == .xl {
            session.print("Cpupool Pool-0: tslice=30ms ratelimit=1000us migration-delay=0us")
        }
        if !asJSON { session.print(LaterTables.creditHeading) }
        var domains: [DomainInformation] = []
        try await session.forEachDomain(name.map { [$0] } ?? []) { domains.append($0) }
        for domain in domains {
            let (weight, cap) = try await share(of: domain, session)
            let (name, id) = (domain.name ?? "", domain.id ?? -1)
            guard asJSON else {
                session.print(LaterTables.creditLine(name, id, weight: weight, cap: cap, session.format))
                continue
            }
            objects.append(
                .object([
                    ("name", .string(name)), ("domid", .number(id)), ("weight", .number(weight)), ("cap", .number(cap)),
                ]))
        }
        if asJSON { session.print(JSONText.array(objects).text()) }
    }

    /// What the daemon says of the share; where it cannot, what the configuration asked for.
    private static func share(of domain: DomainInformation, _ session: XmSession) async throws(XmFailure)
        -> (weight: Int, cap: Int)
    {
        let call = XendCall.get(
            "domain", domain.expression.childText("id") ?? "", arguments: [("op", .text("sched_credit_get"))])
        if let reply = try? await session.client.perform(call), case .expression(let answer) = reply,
            let weight = answer.childText("weight").flatMap({ Int($0) })
        {
            return (weight, answer.childText("cap").flatMap { Int($0) } ?? 0)
        }
        let asked = domain.configuration?.childText("cpu_weight").flatMap { PythonText.double($0) } ?? 1
        return (Int(min(65535, max(1, asked * 256))), 0)
    }
}
