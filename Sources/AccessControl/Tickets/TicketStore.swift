import HostInterface
import Synchronization

/// What lets somebody join a console whom the connection to it does not tell: he asks for it over HTTP, where it is known what he may
/// do, and shows it as the first line of the connection.
public final class TicketStore: Sendable {
    /// A ticket is shown at once, or not at all.
    public static let lifetime = Duration.seconds(30)
    /// What the first line begins with; the ticket follows, and a line feed.
    public static let word = "ticket "
    /// Bytes of the first line, at most.
    public static let lineLimit = 128

    private struct Ticket {
        var port: UInt16
        var holder: Caller
    }

    private let clock: any HostClock
    private let random: any RandomSource
    private let tickets = Mutex(OneTimeSecrets<Ticket>(lifetime: TicketStore.lifetime, maximum: 256))

    /// - Parameters:
    ///   - clock: by which they end.
    ///   - random: chooses them.
    public init(clock: any HostClock, random: any RandomSource) {
        self.clock = clock
        self.random = random
    }

    /// Makes a ticket.
    ///
    /// - Parameters:
    ///   - holder: who may join.
    ///   - port: of the console.
    public func make(for holder: Caller, port: UInt16) -> String {
        let secret = Secret.hex(random.bytes(32))
        let now = clock.now
        tickets.withLock { $0.add(secret, for: Ticket(port: port, holder: holder), at: now) }
        return secret
    }

    /// Whether somebody may come with one.
    public func isExpected(on port: UInt16) -> Bool {
        let now = clock.now
        return tickets.withLock { $0.grants(at: now).contains { $0.port == port } }
    }

    /// Whose ticket a first line shows, which is used up then; nil: it is none for that console.
    public func holder(of line: some Collection<UInt8>, on port: UInt16) -> Caller? {
        let text = String(decoding: line, as: UTF8.self)
        guard text.hasPrefix(Self.word) else { return nil }
        let secret = String(text.dropFirst(Self.word.count).prefix { $0 != "\r" })
        let now = clock.now
        guard let ticket = tickets.withLock({ $0.take(secret, at: now) }), ticket.port == port else { return nil }
        return ticket.holder
    }
}
