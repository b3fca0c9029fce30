import AccessControl
import DomainLifecycle
import DomainManagement
import DomainModel
import HostInterface
import Logging
import SExpressions

/// The debug port (manual G1): s-expressions or plain words in, pretty-printed s-expressions out, each followed by an empty line.
/// A client is subscribed to all events until it says otherwise (reference/lifecycle-and-events.md §5).
struct DebugServer: Sendable {
    /// A handful of people look at a daemon; more is a mistake.
    static let maximumClients = 32

    let daemon: Daemon
    let host: Host
    let authenticator: Authenticator

    /// Serves connections until the listener is closed.
    func run(_ listener: any NetworkListener) async {
        let count = Counter()
        for await connection in listener.connections {
            let caller = await authenticator.caller(connection.identity, at: connection.peer)
            guard isAdministrator(caller) else {
                await connection.close()
                continue
            }
            guard await count.enter(limit: Self.maximumClients) else {
                host.tasks.spawn { await Self.turnAway(connection) }
                continue
            }
            let client = DebugClient(daemon: daemon, connection: connection, caller: caller, tasks: host.tasks)
            host.tasks.spawn {
                await client.run()
                await count.leave()
            }
        }
    }

    /// It is for the administrators of this machine, whatever may be done from other ones.
    private func isAdministrator(_ caller: Caller) -> Bool {
        let may = caller.identity != .remote && caller.may(.administrator)
        let reason =
            caller.identity == .remote ? "it is for this machine only" : caller.refusal(.administrator, of: "it")
        daemon.audit.note(caller, by: .debug, "connect", on: "the debug port", may ? .done : .refused(reason))
        return may
    }

    private static func turnAway(_ connection: any NetworkConnection) async {
        let reason = DebugClient.problem("connection", "there are \(maximumClients) clients already")
        try? await connection.write(Array((reason.pretty() + "\n").utf8))
        await connection.finish()
        await connection.close()
    }

    private actor Counter {
        private var count = 0

        func enter(limit: Int) -> Bool {
            guard count < limit else { return false }
            count += 1
            return true
        }

        func leave() { count -= 1 }
    }
}

/// One client of the debug port.
actor DebugClient {
    private let daemon: Daemon
    private let connection: any NetworkConnection
    private let caller: Caller
    private let tasks: any TaskSpawner
    private var subscription: Task<Void, Never>?
    /// nil: there is none, or it has fallen too far behind.
    private var events: EventReader?
    private var isOpen = true

    init(daemon: Daemon, connection: any NetworkConnection, caller: Caller, tasks: any TaskSpawner) {
        self.daemon = daemon
        self.connection = connection
        self.caller = caller
        self.tasks = tasks
    }

    /// Answers commands until the client leaves; several may come in one packet, one in several.
    func run() async {
        subscribe([EventPattern("*")])
        var reader = SXPReader()
        var isFirst = true
        while isOpen, let bytes = try? await connection.read(4096) {
            if isFirst, OtherProtocol(of: bytes) != nil { break }
            isFirst = false
            do {
                if bytes.isEmpty { try reader.finish() } else { try reader.feed(bytes) }
            } catch {
                await send(Self.problem("syntax", "\(error)"))
                // What follows a mistake cannot be trusted to begin where it seems to: begin anew.
                reader = SXPReader()
            }
            while isOpen, let command = reader.next() { await send(await answer(command)) }
            if bytes.isEmpty { break }
        }
        subscription?.cancel()
        await connection.close()
    }

    /// What is being sent is sent to its end: a write that is cancelled ends the connection.
    private func subscribe(_ patterns: [EventPattern]) {
        if let events { return events.listen(to: patterns) }
        let events = daemon.events.ownReader(matching: patterns)
        self.events = events
        subscription = tasks.spawn { [weak self] in
            while let some = await events.next() {
                for numbered in some { await self?.send(["event", .atom(numbered.event.name), numbered.event.value]) }
            }
            await self?.subscriptionEnded()
        }
    }

    private func subscriptionEnded() { events = nil }

    private func send(_ expression: SExpression?) async {
        guard let expression, isOpen else { return }
        do {
            try await connection.write(Array((expression.pretty() + "\n").utf8))
        } catch {
            isOpen = false
        }
    }

    // MARK: - Commands

    private static let commands = [
        "console.disconnect", "debug.controller", "debug.msg", "exit", "help", "info", "log.stderr", "pretty", "quit",
        "sys.inject", "sys.subscribe", "trace", "traceoff", "traceon",
    ]

    private func answer(_ command: SExpression) async -> SExpression? {
        let arguments = command.children()
        switch command.name {
        case "help": return ["ok", .list(Self.commands.map(SExpression.atom))]
        case "info": return ["ok", await information()]
        case "quit", "exit":
            await send(["ok", "None"])
            isOpen = false
            return nil
        case "pretty", "log.stderr", "debug.msg", "debug.controller": return ["ok", ["ok"]]
        case "traceon": return trace(true)
        case "traceoff": return trace(false)
        case "trace":
            guard let word = arguments.first?.atom, ["on", "off"].contains(word) else {
                return Self.problem("argument", "(trace on) or (trace off)")
            }
            return trace(word == "on")
        case "sys.subscribe":
            subscribe(arguments.compactMap(\.atom).map(EventPattern.init))
            return ["ok", ["ok"]]
        case "sys.inject": return await inject(arguments)
        case "console.disconnect": return await disconnect(command)
        default:
            return Self.problem("command", "unknown command \(command.name ?? "()"); help lists them")
        }
    }

    private func trace(_ isOn: Bool) -> SExpression {
        daemon.tracer.set(isOn)
        note("trace", AuditArgument("trace", isOn ? "on" : "off"), .done)
        return ["ok", "None"]
    }

    private func note(_ command: String, _ argument: AuditArgument, _ outcome: AuditRecord.Outcome) {
        daemon.audit.note(caller, by: .debug, command, on: "the debug port", with: [argument], outcome)
    }

    private func inject(_ arguments: [SExpression]) async -> SExpression {
        guard let event = arguments.first else { return Self.problem("argument", "(sys.inject (NAME VALUE...))") }
        do {
            _ = try await daemon.inject(event)
            note("sys.inject", AuditArgument("event", event.description), .done)
            return ["ok", ["ok"]]
        } catch {
            note("sys.inject", AuditArgument("event", event.description), .failed(error.message))
            return Self.problem("argument", error.message)
        }
    }

    /// N is the console's channel, not its TCP port.
    private func disconnect(_ command: SExpression) async -> SExpression {
        guard let channel = command.childText("id").flatMap(Int.init),
            let console = await daemon.consoles().first(where: { $0.channel == channel })
        else { return Self.problem("argument", "(console.disconnect (id N)): no console has this channel") }
        try? await daemon.openConsole(port: console.port).disconnect()
        note("console.disconnect", AuditArgument("id", String(channel)), .done)
        return ["ok", ["ok"]]
    }

    /// Console listeners, block and network device controllers.
    private func information() async -> SExpression {
        var items = await daemon.consoles().map(\.expression)
        let domains = await daemon.domains()
        for (name, type) in DeviceType.byBackendName {
            for domain in domains where domain.devices.contains(where: { $0.type == type }) {
                items.append(.element(name, .element("dom", domain.id)))
            }
        }
        return .element("info", items)
    }

    fileprivate static func problem(_ type: String, _ text: String) -> SExpression {
        ["err", ["type", .atom(type)], ["value", .atom(text)]]
    }
}
