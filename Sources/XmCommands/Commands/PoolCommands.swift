import LibxlForm
import XendClient

/// Pools of cpus, of which there is one.
enum PoolCommands {
    private static let options = [XmOption("cpus", "c", "Show which cpus, not how many."), CommonOption.json]

    static let list = XmCommand(
        name: "cpupool-list", group: .host, isOriginal: false, arguments: "[-c] [POOL]",
        summary: "List the pools of cpus: there is one.",
        details: "Shows the one pool that all cpus and all domains are in.", options: options
    ) { session, invocation throws(XmFailure) in
        let parsed = try invocation.parsed(options)
        if let pool = parsed.words.first(where: { $0 != "Pool-0" }) {
            throw .error("there is no pool \"\(pool)\", only Pool-0")
        }
        let node = try await session.ask { (client) async throws(XendError) in try await client.node() }
        let facts = Dictionary(NodeText.later(node, .xl).map { ($0.name, $0.value) }) { first, _ in first }
        let count = facts["nr_cpus"].flatMap { Int($0) } ?? 0
        let scheduler = facts["scheduler"] ?? facts["xen_scheduler"] ?? "credit"
        var domains = 0
        try await session.forEachDomain([]) { _ in domains += 1 }
        if parsed.has("json") {
            let pool = JSONText.object([
                ("name", .string("Pool-0")), ("cpus", .number(count)), ("sched", .string(scheduler)),
                ("domains", .number(domains)),
            ])
            return session.print(JSONText.array([pool]).text())
        }
        guard !parsed.has("cpus") else {
            session.print("Name".padded(to: 19) + "CPU list")
            return session.print("Pool-0".padded(to: 19) + (0..<count).map(String.init).joined(separator: ","))
        }
        session.print("Name".padded(to: 15) + "    CPUs   Sched     Active   Domain count")
        session.print(
            "Pool-0".padded(to: 15) + String(count).aligned(right: 7) + "  " + scheduler.aligned(right: 10)
                + "       y  " + String(domains).aligned(right: 10))
    }
}
