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
    let isRemoteAccessOpen: Bool
    let logger: Logger
    private let seats: Seats

    /// - Parameters:
    ///   - service: what answers.
    ///   - tasks: begins the work for each request.
    ///   - clock: for deadlines.
    ///   - configuration: names, access, limits.
    ///   - logger: for what clients did wrong.
    public init(
        service: any DaemonService, tasks: any TaskSpawner, clock: any HostClock,
        configuration: HTTPServerConfiguration = HTTPServerConfiguration(), logger: Logger = Logger(label: "http")
    ) {
        router = Router(service: service, clock: clock, configuration: configuration, logger: logger)
        self.tasks = tasks
        self.clock = clock
        limits = configuration.limits
        bodies = BodyBudget(limit: limits.allBodies)
        isRemoteAccessOpen = configuration.isRemoteAccessOpen
        seats = Seats(limit: limits.connections)
        self.logger = logger
    }

    /// Makes a channel an HTTP connection. To be called on its event loop before it reads; `HTTPListening.listen` takes
    /// it.
    @Sendable
    public func configure(_ channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            let connection = HTTPConnection(self, seat: seats.take(channel))
            var decoding = NIOHTTPDecoderLimitConfiguration()
            decoding.maxHeaderFieldSize = limits.headerField
            decoding.maxHeaderListSize = limits.headerList
            decoding.maxHeaderFieldCount = limits.headerFields
            let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: decoding)
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(FirstByteObserver(connection))
            try pipeline.addHandler(ByteToMessageHandler(decoder))
            try pipeline.addHandler(connection)
        }
    }
}
