import AccessControl
import DomainLifecycle
import DomainManagement
import HostInterface
import NIOCore
import Testing

@testable import XendServer

/// Consoles in pages: a WebSocket from its beginning to its end, with browsers that behave and clients that do not.
@Suite struct SocketTests {
    static let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    static let version = "Sec-WebSocket-Version: 13\r\n"
    static let path = "/xend/domain/vm1/console"

    static func request(_ headers: String = key + version, more: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n\(headers)\(more)\r\n"
    }

    /// A frame as a browser masks it.
    static func frame(_ opcode: UInt8, _ content: [UInt8] = [], fin: Bool = true, masked: Bool = true, bits: UInt8 = 0)
        -> [UInt8]
    {
        let mask: [UInt8] = [1, 2, 3, 4]
        var bytes: [UInt8] = [(fin ? 0x80 : 0) | bits | opcode]
        let flag: UInt8 = masked ? 0x80 : 0
        switch content.count {
        case ..<126: bytes.append(flag | UInt8(content.count))
        case ..<65536: bytes += [flag | 126, UInt8(content.count >> 8), UInt8(content.count & 0xFF)]
        default:
            bytes +=
                [flag | 127, 0, 0, 0, 0] + (0..<4).map { UInt8(truncatingIfNeeded: content.count >> (24 - 8 * $0)) }
        }
        if masked { bytes += mask }
        return bytes + content.enumerated().map { masked ? $1 ^ mask[$0 % 4] : $1 }
    }

    /// One that is open, and who looks by it.
    private func opened(
        _ service: FakeService = Sample.service, as identity: PeerIdentity? = nil,
        authenticator: Authenticator = .sample(),
        more: String = "", limits: (inout HTTPServerConfiguration) -> Void = { _ in }
    ) async throws -> (Wire, any ConsoleViewer) {
        var configuration = HTTPServerConfiguration.browsed
        limits(&configuration)
        let pipeline = HTTPPipeline(
            service: service, tasks: FreeTasks(), clock: StillClock(), authenticator: authenticator,
            configuration: configuration)
        let wire = try await Wire(pipeline, as: identity)
        try await wire.send(Self.request(more: more))
        let reply = try await wire.receive()
        #expect(reply.statusLine == "HTTP/1.1 101 Switching Protocols")
        // As RFC 6455 §1.3 has it.
        #expect(reply.header("Sec-WebSocket-Accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        var viewer: (any ConsoleViewer)?
        for _ in 0..<10_000 where viewer == nil {
            await Task.yield()
            service.change { viewer = $0.viewers.last }
        }
        return (wire, try #require(viewer))
    }

    /// Bytes that the server writes next, until a frame is whole: opcode and content.
    private func next(_ wire: Wire) async throws -> (UInt8, [UInt8]) {
        var bytes: [UInt8] = []
        while true {
            if bytes.count >= 2 {
                let length = bytes[1] == 126 ? Int(bytes[2]) << 8 | Int(bytes[3]) : Int(bytes[1])
                let start = bytes[1] == 126 ? 4 : 2
                if bytes[1] < 127, bytes.count >= start + length {
                    return (bytes[0] & 0xF, Array(bytes[start..<start + length]))
                }
            }
            bytes += Array(try await wire.channel.waitForOutboundWrite(as: ByteBuffer.self).readableBytesView)
        }
    }

    /// The reason for which the server ends it.
    private func end(_ wire: Wire) async throws -> Int {
        while true {
            let (opcode, content) = try await next(wire)
            if opcode == 8 { return Int(content[0]) << 8 | Int(content[1]) }
        }
    }

    @Test("What is printed comes as bytes, what is typed goes as bytes, and words ask and tell")
    func conversation() async throws {
        let (wire, viewer) = try await opened()
        #expect(viewer.peer.host == "127.0.0.1")
        try await viewer.show([0, 255, 27])
        #expect(try await next(wire) == (2, [0, 255, 27]))
        try await viewer.tell(ConsoleStanding(isWriter: true, writer: "\"<b>", viewers: 2, isJoined: false))
        let (opcode, text) = try await next(wire)
        #expect(opcode == 1)
        #expect(
            String(decoding: text, as: UTF8.self)
                == "{\"writer\":true,\"who\":\"\\\"<b>\",\"viewers\":2,\"joined\":false}")
        try await wire.send(Self.frame(2, Array("ls".utf8)))
        #expect(await viewer.next() == .typed(Array("ls".utf8)))
        // In pieces, and a question in between.
        try await wire.send(Self.frame(2, [1], fin: false))
        try await wire.send(Self.frame(9, [7]))
        #expect(try await next(wire) == (10, [7]))
        try await wire.send(Self.frame(0, [2]))
        #expect(await viewer.next() == .typed([1, 2]))
        for (word, input) in [("take", ConsoleInput.take), ("give", .give)] {
            try await wire.send(Self.frame(1, Array(word.utf8)))
            #expect(await viewer.next() == input)
        }
        try await wire.send(Self.frame(8))
        #expect(try await end(wire) == 1000)
        #expect(await viewer.next() == nil)
        try await wire.awaitClose()
    }

    /// What no browser sends, and what is said to it.
    static let misbehaviour: [(String, [UInt8], Int)] = [
        ("an unmasked frame", frame(2, [1], masked: false), 1002),
        ("a frame of an extension", frame(2, [1], bits: 0x40), 1002),
        ("an opcode that there is not", frame(3, [1]), 1002),
        ("the middle of a message", frame(0, [1]), 1002),
        ("a message within a message", frame(2, [1], fin: false) + frame(2, [1]), 1002),
        ("a frame of half a terabyte", [0x82, 0xFF, 0, 0, 0x80, 0, 0, 0, 0, 0, 1, 2, 3, 4], 1009),
        ("a frame that is too long", frame(2, [UInt8](repeating: 1, count: (16 << 10) + 1)), 1009),
        (
            "a message that is too long",
            (0..<5).flatMap { frame($0 == 0 ? 2 : 0, [UInt8](repeating: 1, count: 16 << 10), fin: false) }, 1009
        ),
        ("words that mean nothing", frame(1, Array("hello".utf8)), 1003),
    ]

    @Test("Who does not speak as browsers do is told so and dropped", arguments: misbehaviour)
    func hostile(_ what: String, _ bytes: [UInt8], _ code: Int) async throws {
        let (wire, viewer) = try await opened()
        try await wire.send(bytes)
        #expect(try await end(wire) == code, "\(what)")
        #expect(await viewer.next() == nil)
        await wire.pass(.seconds(3))
        try await wire.awaitClose()
    }

    @Test("More than the guest takes is not kept")
    func flood() async throws {
        let (wire, _) = try await opened()
        for _ in 0..<5 where wire.isOpen { try await wire.send(Self.frame(2, [UInt8](repeating: 65, count: 16_000))) }
        #expect(try await end(wire) == 1008)
    }

    @Test("Who says nothing when asked, or sends half a frame for ever, is dropped")
    func silence() async throws {
        let (wire, viewer) = try await opened()
        try await wire.send(Array(Self.frame(2, [1, 2, 3]).prefix(7)))
        await wire.pass(.seconds(15))
        #expect(try await next(wire) == (9, []))
        await wire.pass(.seconds(15))
        #expect(try await next(wire) == (9, []))
        await wire.pass(.seconds(15))
        try await wire.awaitClose()
        #expect(await viewer.next() == nil)
    }

    @Test("Who answers stays")
    func answers() async throws {
        let (wire, _) = try await opened()
        for _ in 0..<5 {
            await wire.pass(.seconds(15))
            #expect(try await next(wire).0 == 9)
            try await wire.send(Self.frame(10))
        }
        #expect(wire.isOpen)
    }

    @Test("When xend stops, and when the console is closed, it is said")
    func endings() async throws {
        let (wire, _) = try await opened()
        try await wire.quiesce()
        #expect(try await end(wire) == 1001)
        let (other, viewer) = try await opened()
        await viewer.close()
        #expect(try await end(other) == 1000)
        await #expect(throws: NetworkError.closed) { try await viewer.show([1]) }
    }

    @Test("Who loses what he was let in for is put out")
    func revoked() async throws {
        let authenticator = Authenticator.sample()
        let made = try await authenticator.tokens?.create(
            role: .operator, lifetime: .seconds(99), name: "t", by: "root")
        let token = try #require(made)
        let (wire, _) = try await opened(
            as: .user(1002), authenticator: authenticator, more: "Authorization: Bearer \(token.secret)\r\n")
        await wire.pass(.seconds(15))
        #expect(try await next(wire).0 == 9)
        try await wire.send(Self.frame(10))
        _ = try await authenticator.tokens?.revoke(token.token.id)
        await wire.pass(.seconds(15))
        #expect(try await end(wire) == 1008)
    }

    @Test("What is no right request for one is answered as HTTP")
    func requests() async throws {
        for (headers, status) in [
            (Self.key, 426), (Self.key + "Sec-WebSocket-Version: 8\r\n", 426), (Self.version, 400),
            (Self.version + "Sec-WebSocket-Key: short\r\n", 400), (Self.version + Self.key + Self.key, 400),
        ] {
            let service = Sample.service
            let reply = try await Wire.ask(Self.request(headers), of: service)
            #expect(reply.status == status, "\(headers)")
            #expect(service.asked.isEmpty)
        }
        let gone = try await Wire.ask(Self.request().replacing("vm1", with: "nope"))
        #expect(gone.status == 404)
        let plain = try await Wire.browse(Self.path)
        #expect(plain.status == 303 && plain.header("Location")?.hasSuffix("/xend/console/9601") == true)
    }

    @Test("A page of another site opens none, nor a browser that does not say whose page it shows")
    func origins() async throws {
        for (headers, status) in [
            ("Origin: http://localhost\r\nSec-Fetch-Site: same-origin\r\n", 101), ("", 101),
            ("Origin: http://evil.example\r\n", 403), ("Origin: null\r\n", 403),
            ("Origin: http://localhost\r\nSec-Fetch-Site: cross-site\r\n", 403), ("Cookie: a=b\r\n", 403),
            ("Origin: http://localhost:81\r\n", 403),
        ] {
            let service = Sample.service
            let reply = try await Wire.ask(Self.request(more: headers), of: service)
            #expect(reply.status == status, "\(headers) \(reply.statusLine)")
            if status == 403 { #expect(service.asked.isEmpty) }
        }
        let rebound = try await Wire.ask(Self.request().replacing("Host: localhost", with: "Host: evil.example"))
        #expect(rebound.status == 403)
    }

    @Test("It takes an operator to see a console", arguments: [Role?.none, .viewer, .operator, .administrator])
    func roles(_ role: Role?) async throws {
        var access = AccessPolicy()
        if let role { access.grants = [.init(role, users: ["carol"])] }
        let service = Sample.service
        let reply = try await Wire.ask(Self.request(), of: service, as: .user(1002), access: access)
        let may = role.map { $0 >= .operator } ?? false
        #expect(reply.status == (may ? 101 : 403))
        service.change { $0.contents.bytes = Array("secret".utf8) }
        let page = try await Wire.ask(
            "GET /xend/console/9601 HTTP/1.1\r\nHost: localhost\r\nUser-Agent: x\r\nAccept: text/html\r\n\r\n",
            of: service,
            as: .user(1002), access: access)
        #expect(page.body.contains("secret") == may)
    }

    @Test("A line is typed by a form, and so are keys that no line has")
    func lines() async throws {
        let service = Sample.service
        for (body, asked) in [
            ("op=type&text=ls+-l", "type at console 9601: ls -l\r"),
            ("op=type&text=&key=interrupt", "type at console 9601: \u{3}"),
            ("op=type&text=a&key=none&over=1", "type at console 9601 over: a"),
        ] {
            let reply = try await Wire.post("/xend/console/9601", body, of: service)
            #expect(reply.status == 200, "\(reply.text)")
            #expect(service.asked.last == asked)
        }
        let long = try await Wire.post("/xend/console/9601", "op=type&text=" + String(repeating: "a", count: 4096))
        #expect(long.body.contains("at most 4095"))
    }

    @Test(
        "What a guest prints stands still",
        arguments: [
            ("a\r\nb\nc", "a\nb\nc"), ("50%\r100%", "100%"), ("abc\u{8}\u{8}x", "axc"),
            ("\u{1B}[1;31mred\u{1B}[0m", "red"), ("a\u{1B}]0;title\u{7}b", "ab"), ("abc\r\u{1B}[Kx", "x"),
            ("a\u{0}\u{7}b", "ab"), ("\u{1B}[", ""), ("\u{8}\u{8}a", "a"),
        ])
    func still(_ printed: String, _ shown: String) {
        #expect(ConsoleText.plain(Array(printed.utf8)) == shown)
    }
}
