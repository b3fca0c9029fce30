import AccessControl
import DomainManagement
import HTTPInterface
import HostInterface
import Logging
import NIOCore
import NIOHTTP1

/// xend's HTTP server, whatever carries its bytes: `configure` makes a connection of a socket's channel and of an
/// embedded one alike.
///
/// Lines must end with CRLF, as in the original, which waited for one for ever; a bare LF gets 400 (RFC 9112 §2.2 lets a
/// server refuse it, and one in front of us that reads it otherwise could smuggle requests past us).
///
/// The work for a request is started with the host's `TaskSpawner` and comes back to the channel by
/// `eventLoop.execute`, so that a simulation decides the order of everything.
public final class HTTPPipeline: Sendable {
    let router: Router
    let tasks: any TaskSpawner
    let clock: any HostClock
    let limits: HTTPLimits
    let bodies: BodyBudget
    let shared = SharedReplies()
    private let authenticator: Authenticator
    private let audit: AuditTrail?
    let logger: Logger
    private let seats: Seats

    /// - Parameters:
    ///   - service: what answers.
    ///   - tasks: begins the work for each request.
    ///   - clock: for deadlines.
    ///   - authenticator: says who a peer is.
    ///   - audit: what takes down who did or tried what; nil: nobody does.
    ///   - configuration: names, access, limits.
    ///   - logger: for what clients did wrong.
    public init(
        service: any DaemonService, tasks: any TaskSpawner, clock: any HostClock, authenticator: Authenticator,
        audit: AuditTrail? = nil,
        configuration: HTTPServerConfiguration = HTTPServerConfiguration(), logger: Logger = Logger(label: "http")
    ) {
        router = Router(
            service: service, tasks: tasks, clock: clock, configuration: configuration, audit: audit,
            authenticator: authenticator, logger: logger)
        self.audit = audit
        self.tasks = tasks
        self.clock = clock
        limits = configuration.limits
        bodies = BodyBudget(limit: limits.allBodies)
        self.authenticator = authenticator
        seats = Seats(limit: limits.connections)
        self.logger = logger
    }

    /// Makes a channel an HTTP connection. To be called on its event loop before it reads; `HTTPListening.listen` takes
    /// it. Who is at the other end is known before anything is read.
    @Sendable
    public func configure(_ channel: any Channel, _ identity: PeerIdentity) -> EventLoopFuture<Void> {
        configure(channel, identity, certificate: nil, isEncrypted: false)
    }

    /// The same of a channel over TLS, whose peer may have shown a certificate with this common name.
    @Sendable
    public func configureSecure(
        _ channel: any Channel, _ identity: PeerIdentity, _ certificate: String?
    ) -> EventLoopFuture<Void> {
        configure(channel, identity, certificate: certificate, isEncrypted: true)
    }

    private func configure(
        _ channel: any Channel, _ identity: PeerIdentity, certificate: String?, isEncrypted: Bool
    ) -> EventLoopFuture<Void> {
        let remote = channel.remoteAddress
        let address = remote?.ipAddress.map { NetworkAddress(host: $0, port: UInt16(remote?.port ?? 0)) }
        if let caller = authenticator.callerAtOnce(identity, at: address) {
            return channel.eventLoop.makeCompletedFuture {
                try configure(channel, for: authenticator.caller(caller, showing: certificate), isEncrypted)
            }
        }
        let configured = channel.eventLoop.makePromise(of: Void.self)
        tasks.spawn { [self] in
            let caller = authenticator.caller(
                await authenticator.caller(identity, at: address), showing: certificate)
            channel.eventLoop.execute {
                configured.completeWith(Result { try self.configure(channel, for: caller, isEncrypted) })
            }
        }
        return configured.futureResult
    }

    /// Who asks by a request: what it shows decides where it shows something, else the connection.
    func caller(_ connected: Caller, isEncrypted: Bool, for head: HTTPRequestHead) -> Caller {
        let (shown, cookies) = (head.headers["authorization"], head.headers["cookie"])
        return shown.isEmpty && cookies.isEmpty
            ? connected
            : authenticator.caller(
                connected, showing: shown, cookies, isPrivate: isEncrypted || connected.identity != .remote)
    }

    /// Takes down that somebody was refused before a request of his was read.
    func noteRefusal(_ caller: Caller, of target: String, _ text: String) {
        let path = target.prefix { $0 != "?" }
        audit?.note(caller, by: .http, "request", on: String(path), .refused(text))
    }

    private func configure(_ channel: any Channel, for caller: Caller, _ isEncrypted: Bool) throws {
        let connection = HTTPConnection(self, caller, isEncrypted: isEncrypted, seat: seats.take(channel))
        var decoding = NIOHTTPDecoderLimitConfiguration()
        decoding.maxHeaderFieldSize = limits.headerField
        decoding.maxHeaderListSize = limits.headerList
        decoding.maxHeaderFieldCount = limits.headerFields
        let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: decoding)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(FirstByteObserver(connection))
        try pipeline.addHandler(ByteToMessageHandler(decoder), name: HTTPConnection.decoder)
        try pipeline.addHandler(connection)
    }
}
