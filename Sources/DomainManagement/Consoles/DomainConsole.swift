import AccessControl
import DomainLifecycle
import DomainModel
import HostInterface
import HypervisorInterface
import SExpressions
import Synchronization

/// A domain's console: a TCP listener joined to the console of the domain's present life (manual L2).
///
/// The first client may write, others watch; when the writer leaves, the one that watched longest may write; one in a page may take
/// over. What the guest
/// prints while nobody is connected is kept, and whoever comes sees it and what has been printed since, until nobody is left.
/// The listener and its clients outlive a restart of the domain.
actor DomainConsole {
    /// A client that reads so slowly that more than this waits for it is disconnected: the guest must not wait.
    static let clientBacklog = 256 * 1024
    /// Clients beyond this are turned away with the original's words.
    static let maximumClients = 16
    /// How long a client that has finished sending may go on reading.
    static let lingeringSeconds = 60

    let port: UInt16
    private nonisolated let executor: any SerialExecutor
    nonisolated let unownedExecutor: UnownedSerialExecutor
    private let listener: any NetworkListener
    private let domain: DomainUUID
    private let tasks: any TaskSpawner
    private let clock: any HostClock
    private let publish: @Sendable (Event) -> Void
    private let authenticator: Authenticator
    private let audit: AuditTrail?
    private let tickets: TicketStore?
    private var channel: Int
    private var domainID: DomainID
    private var eventPort: UInt32?
    private var stream: (any ConsoleStream)?
    private var clients: [ConsoleClient] = []
    /// The one of them whose typing reaches the guest.
    private var writer: ConsoleClient?
    /// Clients that have finished sending.
    private var listeners: [ConsoleClient] = []
    private var backlog = ConsoleBacklog()
    /// Those who have not shown their tickets yet.
    private var awaited = 0
    private var isClosed = false
    private let shown: Mutex<ConsoleInformation>

    init(
        listener: any NetworkListener, domain: DomainUUID, id: DomainID, channel: Int, tasks: any TaskSpawner,
        clock: any HostClock,
        authenticator: Authenticator, audit: AuditTrail?, tickets: TicketStore?,
        publish: @escaping @Sendable (Event) -> Void
    ) {
        executor = tasks.serialExecutor()
        unownedExecutor = executor.asUnownedSerialExecutor()
        self.listener = listener
        port = listener.port
        self.domain = domain
        domainID = id
        self.channel = channel
        shown = Mutex(
            ConsoleInformation(
                status: .listening, channel: channel, domain: id, eventPort: nil, port: listener.port))
        self.tasks = tasks
        self.clock = clock
        self.authenticator = authenticator
        self.audit = audit
        self.tickets = tickets
        self.publish = publish
        listener.serve(by: tasks) { [weak self] connection in
            guard let self else { return await connection.close() }
            await self.accept(connection)
        }
        publish(
            Event(
                "xend.console.create", [.atom(String(channel)), .atom(id.description), .atom(String(listener.port))]))
    }

    // MARK: - The domain's side

    /// Joins the console of a new life.
    func join(_ stream: any ConsoleStream, id: DomainID, channel: Int, eventPort: UInt32?) {
        self.stream = stream
        domainID = id
        self.channel = channel
        self.eventPort = eventPort
        show()
        let tasks = tasks
        stream.follow(
            { _ = tasks.spawn($0) },
            { [weak self] bytes in
                guard let self else { return false }
                await self.print(bytes)
                return true
            })
    }

    /// Lets go of the domain's side; clients and listener stay.
    func leave() async {
        let old = stream
        stream = nil
        eventPort = nil
        show()
        await old?.close()
    }

    private func print(_ bytes: [UInt8]) {
        backlog.append(bytes)
        for client in clients + listeners { client.send(bytes) }
    }

    // MARK: - The clients' side

    private func accept(_ connection: any NetworkConnection) async {
        guard !isClosed else { return await connection.close() }
        let caller = await authenticator.caller(connection.identity, at: connection.peer)
        if isExpected(caller) {
            awaited += 1
            weak let console = self
            tasks.spawn { await console?.admit(connection, byTicketOf: caller) }
        } else if mayType(caller), !isClosed {
            await admit(connection, "\(caller)")
        } else {
            await connection.close()
        }
    }

    /// Whether somebody may show a ticket who would not be let in without.
    private func isExpected(_ caller: Caller) -> Bool {
        !caller.may(.operator) && awaited < Self.maximumClients && tickets?.isExpected(on: port) == true
    }

    /// Lets somebody in whose first line is a ticket; what follows it is typed.
    private func admit(_ connection: any NetworkConnection, byTicketOf caller: Caller) async {
        let shown = try? await clock.within(Self.ticketPatience, closing: connection) {
            var bytes: [UInt8] = []
            while !bytes.contains(UInt8(ascii: "\n")), bytes.count < TicketStore.lineLimit {
                let more = try await connection.read(TicketStore.lineLimit)
                if more.isEmpty { break }
                bytes += more
            }
            return bytes
        }
        awaited -= 1
        let parts = (shown ?? []).split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let holder = tickets?.holder(of: parts[0], on: port), !isClosed else {
            _ = mayType(caller)
            return await connection.close()
        }
        audit?.note(holder, by: .console, "connect", on: place, .done)
        await admit(connection, "\(holder)", typing: Array(parts[1]))
    }

    /// How long somebody may take to show his ticket.
    private static let ticketPatience = Duration.seconds(10)

    private func admit(_ connection: any NetworkConnection, _ who: String, typing first: [UInt8]? = nil) async {
        let viewer = SocketViewer(connection, who: who, typed: first)
        guard !isFull else {
            try? await connection.write(Array("Cannot connect to console \(channel) on domain \(domainID)\n".utf8))
            return await connection.close()
        }
        admit(viewer, isNew: true)
    }

    var isFull: Bool { clients.count + listeners.count >= Self.maximumClients }

    /// - Parameter isNew: it is shown what nobody has seen yet; others have been shown all there is.
    func admit(_ viewer: any ConsoleViewer, isNew: Bool) {
        let client = ConsoleClient(viewer, tasks: tasks)
        clients.append(client)
        if writer == nil { writer = client }
        if isNew, !backlog.isEmpty { client.send(backlog.contents) }
        if !isNew { client.send(backlog.all) }
        show()
        publish(event("connect", viewer.peer))
        weak let console = self
        tasks.spawn {
            while let input = await viewer.next() {
                guard let console else { break }
                await console.take(input, from: client)
            }
            await console?.inputEnded(of: client)
        }
    }

    private func mayType(_ caller: Caller) -> Bool {
        let may = caller.may(.operator)
        audit?.note(
            caller, by: .console, "connect", on: place,
            may ? .done : .refused(caller.refusal(.operator, of: "a console")))
        return may
    }

    private var place: String { "console \(port) of domain \(domainID)" }

    /// A client that has finished sending still gets what its input led to (manual, decision 8), until the guest falls silent; it
    /// may not be writer any more, for it may as well be gone.
    private func inputEnded(of client: ConsoleClient) async {
        guard let place = clients.firstIndex(where: { $0 === client }) else { return await client.close() }
        clients.remove(at: place)
        if writer === client { writer = clients.first }
        if clients.isEmpty { backlog.markSeen() }
        listeners.append(client)
        show()
        publish(event("disconnect", client.viewer.peer))
        for _ in 0..<Self.lingeringSeconds {
            let before = client.bytesSent
            guard (try? await clock.sleep(for: .seconds(1))) != nil, client.bytesSent > before else { break }
        }
        listeners.removeAll { $0 === client }
        await client.close()
    }

    private func take(_ input: ConsoleInput, from client: ConsoleClient) async {
        switch input {
        case .typed(let bytes):
            guard writer === client, let stream else { return }
            try? await stream.write(bytes)
        case .take:
            guard clients.contains(where: { $0 === client }) else { return }
            writer = client
            show()
        case .give:
            guard writer === client else { return }
            writer = clients.first { $0 !== client }
            show()
        }
    }

    // MARK: - What pages ask

    var isShut: Bool { isClosed }
    var isJoined: Bool { stream != nil }
    var printed: [UInt8] { backlog.all }
    var writerName: String? { writer?.viewer.who }
    var viewerCount: Int { clients.count }

    /// - Returns: false: the guest is not there.
    func write(_ bytes: [UInt8]) async -> Bool {
        guard let stream else { return false }
        return (try? await stream.write(bytes)) != nil
    }

    /// Closes every client's connection; listening goes on.
    func disconnect() async {
        let leaving = clients
        let lingering = listeners
        clients = []
        listeners = []
        writer = nil
        if !leaving.isEmpty { backlog.markSeen() }
        show()
        for client in leaving { publish(event("disconnect", client.viewer.peer)) }
        for client in leaving + lingering { await client.close() }
    }

    /// Closes clients, listener and channel.
    func close() async {
        isClosed = true
        show()
        await listener.close()
        await leave()
        await disconnect()
    }

    private func event(_ topic: String, _ peer: NetworkAddress) -> Event {
        Event("xend.console.\(topic)", [.atom(String(channel)), .atom(peer.host), .atom(String(peer.port))])
    }

    /// How it is now, without waiting for a turn.
    nonisolated var information: ConsoleInformation { shown.withLock { $0 } }

    /// To be called after every change of what is shown.
    private func show() {
        let status: ConsoleInformation.Status =
            if isClosed { .closed } else if clients.isEmpty { .listening } else { .connected }
        var information = ConsoleInformation(
            status: status, channel: channel, domain: domainID, eventPort: eventPort, port: port)
        information.client = writer.map { ($0.viewer.peer.host, $0.viewer.peer.port) }
        shown.withLock { $0 = information }
        for client in clients {
            client.tell(
                ConsoleStanding(
                    isWriter: client === writer, writer: writer?.viewer.who ?? "", viewers: clients.count,
                    isJoined: stream != nil))
        }
    }
}
