import HostInterface

/// Somebody who looks at a console, and may type there if nobody else does: over TCP, or in a page.
public protocol ConsoleViewer: Sendable {
    /// The other end.
    var peer: NetworkAddress { get }
    /// Who it is, for others at the same console.
    var who: String { get }
    /// What comes next; nil: no more does.
    func next() async -> ConsoleInput?
    /// Returns when the bytes are accepted for sending; waits while the viewer is slow.
    func show(_ bytes: [UInt8]) async throws(NetworkError)
    /// How the viewer stands with the console now, whenever that has changed. Who cannot be told says nothing of it.
    func tell(_ standing: ConsoleStanding) async throws(NetworkError)
    /// Ends it. Idempotent; pending calls end.
    func close() async
}

/// What a viewer does.
public enum ConsoleInput: Hashable, Sendable {
    /// For the guest, if this viewer is the one who may write.
    case typed([UInt8])
    /// Asks to be the one who may write, in place of whoever is.
    case take
    /// Looks only, from now on: the next one may write.
    case give
}

/// How a viewer stands with a console.
public struct ConsoleStanding: Hashable, Sendable {
    /// What is typed reaches the guest.
    public var isWriter: Bool
    /// Who may write; "" = nobody.
    public var writer: String
    /// Viewers, this one included.
    public var viewers: Int
    /// The guest is there: between two lives, and while it is away, it is not.
    public var isJoined: Bool

    public init(isWriter: Bool, writer: String, viewers: Int, isJoined: Bool) {
        self.isWriter = isWriter
        self.writer = writer
        self.viewers = viewers
        self.isJoined = isJoined
    }
}

/// One over TCP, who is told nothing but what the guest prints.
struct SocketViewer: ConsoleViewer {
    let connection: any NetworkConnection
    let who: String
    private let first: ConsoleInbox

    /// - Parameter typed: what has been read already of whoever has shown a ticket: of others the first bytes tell what they speak.
    init(_ connection: any NetworkConnection, who: String, typed: [UInt8]? = nil) {
        self.connection = connection
        self.who = who
        first = ConsoleInbox(typed)
    }

    var peer: NetworkAddress { connection.peer }

    func next() async -> ConsoleInput? {
        let (begun, isFirst) = first.take()
        if let begun { return .typed(begun) }
        guard let bytes = try? await connection.read(4096), !bytes.isEmpty else { return nil }
        // A browser or another program has been sent here: nobody types so.
        if isFirst, OtherProtocol(of: bytes) != nil {
            await connection.close()
            return nil
        }
        return .typed(bytes)
    }

    func show(_ bytes: [UInt8]) async throws(NetworkError) { try await connection.write(bytes) }
    func tell(_ standing: ConsoleStanding) async throws(NetworkError) {}
    func close() async { await connection.close() }
}
