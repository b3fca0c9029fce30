import LibxlForm
import XendClient

/// uptime.
enum UpTimeCommand {
    private static let upTimeOptions = [
        XmOption("short", "s", "To the minute, with the time of day."), CommonOption.json,
    ]

    static let upTime = XmCommand(
        name: "uptime", group: .domain, isOriginal: false, arguments: "[-s] [DOM...]",
        summary: "Show how long domains have run.",
        details: "Shows how long all domains, or those that are named, have been there.", options: upTimeOptions,
        completes: .domains
    ) { session, invocation throws(XmFailure) in
        let parsed = try invocation.parsed(upTimeOptions)
        let isShort = parsed.has("short")
        let isJSON = parsed.has("json")
        var objects: [JSONText] = []
        let heading = isShort || isJSON ? nil : LaterTables.upTimeHeading
        try await session.forEachDomain(parsed.words, heading: heading) { domain in
            // Domain 0 has been there as long as the machine.
            let seconds = domain.upTime ?? (domain.id == 0 ? session.host.machineUpTime() : nil) ?? 0
            let (name, id) = (domain.name ?? "", domain.id ?? -1)
            if isJSON {
                let rounded = Int(max(0, min(seconds, 1e12)))
                objects.append(
                    .object([("name", .string(name)), ("domid", .number(id)), ("seconds", .number(rounded))]))
                return
            }
            session.print(
                isShort
                    ? LaterTables.shortUpTimeLine(name, id, seconds, now: session.host.timeOfDay())
                    : LaterTables.upTimeLine(name, id, seconds))
        }
        if isJSON { session.print(JSONText.array(objects).text()) }
    }
}
