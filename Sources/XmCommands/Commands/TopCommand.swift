import DomainFiles
import XendClient

/// top: what domains use at the moment.
enum TopCommand {
    /// The options of xentop, which this is when it is called as `xm top` or `xl top`.
    private static let topOptions = [
        CommonOption.help,
        XmOption("delay", "d", value: "SECONDS", "Time between two looks. Default 3"),
        XmOption("iterations", "i", value: "NUM", "Look so many times and end. Default for ever"),
        XmOption("batch", "b", "Write one list after the other; so it is where output is no terminal."),
    ]

    static let top = XmCommand(
        name: "top", group: .host, isOriginal: false, arguments: "[options]",
        summary: "Watch what domains use.",
        details: "Shows again and again what share of a cpu and of the memory each domain uses. Ctrl-C ends it.",
        options: topOptions
    ) { session, invocation throws(XmFailure) in
        let parsed = try invocation.parsed(topOptions)
        guard parsed.words.isEmpty else { throw .error("\(invocation.word): Invalid argument(s)") }
        let delay = try parsed.value("delay").map { text throws(XmFailure) in try seconds(text) } ?? 3
        let count = try parsed.value("iterations").map { text throws(XmFailure) in try Invocation.number(text) }
        let clears = session.host.outputIsTerminal && !parsed.has("batch")
        var before: TopTable?
        var round = 0
        while round < count ?? .max {
            if round > 0 { await session.host.pause(.seconds(delay)) }
            var domains: [DomainInformation] = []
            try await session.forEachDomain([]) { domains.append($0) }
            let node = try await session.ask { (client) async throws(XendError) in try await client.node() }
            let now = TopTable(domains, memory: node.totalMemory, clock: session.host.elapsedSeconds())
            session.host.write((clears ? TopTable.clearScreen : "") + now.text(since: before))
            before = now
            round += 1
        }
    }

    private static func seconds(_ text: String) throws(XmFailure) -> Double {
        guard let number = PythonText.double(text), number > 0, number < 1_000_000 else {
            throw .error("Invalid value: \(text)")
        }
        return number
    }
}
