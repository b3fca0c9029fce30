import AccessControl
import DomainLifecycle
import DomainManagement
import HostInterface
import NIOCore
import NIOEmbedded
import XendServer

/// One connection to the server, in memory: bytes in, bytes out.
struct Wire {
    let channel: NIOAsyncTestingChannel

    init(
        _ service: any DaemonService, peer: String = "127.0.0.1", as identity: PeerIdentity? = nil,
        access: AccessPolicy = .look, configuration: HTTPServerConfiguration = .init()
    ) async throws {
        let pipeline = HTTPPipeline(
            service: service, tasks: FreeTasks(), clock: StillClock(), authenticator: .sample(access),
            configuration: configuration)
        try await self.init(pipeline, peer: peer, as: identity)
    }

    /// - Parameters:
    ///   - identity: nil: root on this machine, or another machine, as the address says.
    ///   - time: what its clock shows.
    ///   - certificate: what is shown over TLS.
    ///   - isEncrypted: it comes over TLS.
    init(
        _ pipeline: HTTPPipeline, peer: String = "127.0.0.1", as identity: PeerIdentity? = nil,
        time: TimeAmount = .zero,
        certificate: String? = nil, isEncrypted: Bool = false
    ) async throws {
        channel = NIOAsyncTestingChannel()
        await channel.testingEventLoop.advanceTime(by: time)
        channel.remoteAddress = try SocketAddress(ipAddress: peer, port: 40000)
        channel.localAddress = try SocketAddress(ipAddress: "192.0.2.1", port: 8000)
        let channel = channel
        let isOwn = NetworkAddress(host: peer, port: 0).isLoopback || peer == channel.localAddress?.ipAddress
        let identity = identity ?? (isOwn ? .user(0) : .remote)
        try await channel.eventLoop.submit {
            isEncrypted
                ? pipeline.configureSecure(channel, identity, certificate) : pipeline.configure(channel, identity)
        }.get().get()
        try await channel.connect(to: SocketAddress(ipAddress: peer, port: 40000)).get()
    }

    func send(_ text: String) async throws { try await send(Array(text.utf8)) }
    func send(_ bytes: [UInt8]) async throws { try await channel.writeInbound(ByteBuffer(bytes: bytes)) }

    /// The next thing the server writes: a whole answer, or a part of a stream.
    func receive() async throws -> WireReply {
        WireReply(text: String(buffer: try await channel.waitForOutboundWrite(as: ByteBuffer.self)))
    }

    /// The client has sent all it will.
    func finishSending() async throws {
        let pipeline = channel.pipeline
        try await channel.eventLoop.submit { pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }.get()
    }

    /// The client sends this and nothing more: the server learns of both before it can have answered.
    func sendLast(_ text: String) async throws {
        let pipeline = channel.pipeline
        try await channel.eventLoop.submit {
            pipeline.fireChannelRead(ByteBuffer(string: text))
            pipeline.fireChannelReadComplete()
            pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        }.get()
    }

    func quiesce() async throws {
        let pipeline = channel.pipeline
        try await channel.eventLoop.submit { pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }.get()
    }

    func pass(_ time: TimeAmount) async { await channel.testingEventLoop.advanceTime(by: time) }
    func awaitClose() async throws { try await channel.closeFuture.get() }
    var isOpen: Bool { channel.isActive }

    /// Sends a request on a connection of its own.
    static func ask(
        _ request: String, of service: any DaemonService = Sample.service, peer: String = "127.0.0.1",
        as identity: PeerIdentity? = nil, access: AccessPolicy = .look, configuration: HTTPServerConfiguration = .init()
    ) async throws -> WireReply {
        let wire = try await Wire(service, peer: peer, as: identity, access: access, configuration: configuration)
        try await wire.send(request)
        return try await wire.receive()
    }

    /// As a browser asks.
    static func browse(_ path: String, of service: any DaemonService = Sample.service) async throws -> WireReply {
        try await ask(
            "GET \(path) HTTP/1.1\r\nHost: alpha\r\nUser-Agent: x\r\nAccept: text/html\r\n\r\n", of: service,
            configuration: .browsed)
    }

    static func post(
        _ path: String, _ body: String, headers: String = "", of service: any DaemonService = Sample.service,
        peer: String = "127.0.0.1", configuration: HTTPServerConfiguration = .browsed
    ) async throws -> WireReply {
        try await ask(
            "POST \(path) HTTP/1.1\r\nHost: alpha\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)",
            of: service, peer: peer, configuration: configuration)
    }
}

extension HTTPServerConfiguration {
    /// Of a node named alpha.
    static let browsed = {
        var configuration = HTTPServerConfiguration(hostNames: ["alpha"], isSimulated: true)
        configuration.random = FixedRandom()
        return configuration
    }()
}

extension AccessPolicy {
    /// Other machines may look.
    static let look: AccessPolicy = {
        var policy = AccessPolicy()
        policy.remoteAccess = .look
        return policy
    }()
}

extension Authenticator {
    static func sample(_ access: AccessPolicy = .look) -> Authenticator {
        Authenticator(
            access, accounts: SampleAccounts(), clock: StillClock(),
            tokens: TokenStore(
                path: "/tokens", files: HeldFiles(), clock: StillClock(), random: CountedRandom(), tasks: FreeTasks()),
            sessions: SessionStore(clock: StillClock(), random: CountedRandom()),
            tickets: TicketStore(clock: StillClock(), random: CountedRandom()))
    }
}

/// A machine with a few users.
struct SampleAccounts: AccountDirectory {
    let ownUser: UInt32 = 120

    func account(ofUser uid: UInt32) async -> Account {
        switch uid {
        case 1000: Account(uid: uid, name: "alice", groups: ["staff"])
        case 1001: Account(uid: uid, name: "bob", groups: ["bob", "xen"])
        case 1002: Account(uid: uid, name: "carol", groups: ["carol"])
        default: Account(uid: uid, name: nil)
        }
    }
}

/// An answer as it stands on the wire.
struct WireReply {
    var text: String

    var statusLine: String { String(text.prefix { $0 != "\r\n" }) }
    var status: Int { Int(statusLine.split(separator: " ").dropFirst().first ?? "") ?? 0 }
    var reason: String { statusLine.split(separator: " ", maxSplits: 2).dropFirst(2).first.map(String.init) ?? "" }
    var body: String {
        text.range(of: "\r\n\r\n").map { String(text[$0.upperBound...]) } ?? ""
    }
    func header(_ name: String) -> String? {
        let head = text.range(of: "\r\n\r\n").map { text[..<$0.lowerBound] } ?? text[...]
        for line in head.split(separator: "\r\n").dropFirst() where line.lowercased().hasPrefix(name.lowercased() + ":")
        {
            return String(line.dropFirst(name.count + 1).drop { $0 == " " })
        }
        return nil
    }
}

extension String {
    /// Foundation has this; tests do without it.
    func range(of part: String) -> Range<String.Index>? {
        guard let first = part.unicodeScalars.first else { return nil }
        for index in unicodeScalars.indices where unicodeScalars[index] == first {
            let rest = unicodeScalars[index...]
            guard rest.starts(with: part.unicodeScalars) else { continue }
            return index..<unicodeScalars.index(index, offsetBy: part.unicodeScalars.count)
        }
        return nil
    }
}

/// Tasks on Swift's own executor: what these tests look at does not depend on order.
struct FreeTasks: TaskSpawner {
    func spawn(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> { Task { await body() } }
}

/// A clock that stands still; whoever sleeps is woken by cancellation only.
struct StillClock: HostClock {
    var now: Instant { Instant(nanoseconds: 0) }
    var wallTime: WallTime { WallTime(seconds: 784_111_777) }
    func sleep(until deadline: Instant) async throws(CancellationError) {
        for await _ in AsyncStream<Never>(unfolding: { await Self.never() }) {}
        throw CancellationError()
    }
    private static func never() async -> Never? {
        let (stream, _) = AsyncStream.makeStream(of: Never.self)
        for await _ in stream {}
        return nil
    }
}
