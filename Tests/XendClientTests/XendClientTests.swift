// The client: requests and answers as bytes, and the wire.

import NIOCore
import NIOPosix
import SExpressions
import Testing

@testable import XendClient

/// Keeps requests and gives one answer.
private struct OneAnswer: XendTransport {
    var response: XendResponse

    func perform(_ request: XendRequest) async throws(XendError) -> XendResponse { response }
}

private func response(_ status: Int, _ reason: String, _ type: String?, _ body: String) -> XendResponse {
    XendResponse(
        status: status, reason: reason, headers: type.map { [("Content-type", $0)] } ?? [], body: Array(body.utf8))
}

@Suite struct XendClientTests {
    private static let form = "XEND must be HOST:PORT or https://HOST:PORT"

    /// Variables of the environment, and the address or the error.
    static let addresses: [(String?, String?, String)] = [
        (nil, nil, "localhost:8000/xend"), ("h:1", nil, "h:1/xend"), ("h:1", "/x", "h:1/x"), ("h:1", "/x//", "h:1/x"),
        (":9", "y/", "localhost:9/y"), ("[::1]:5", "/", "[::1]:5"),
        ("unix:/run/x", nil, "/run/x/xend"), ("/run/x", "/y", "/run/x/y"),
        ("unix:x", nil, "XEND must be HOST:PORT or unix:/PATH, not \"unix:x\""),
        ("h", nil, "\(form), not \"h\": it has no colon before a port"),
        ("https://h", nil, "\(form), not \"https://h\": it has no colon before a port"),
        ("https://h:0", nil, "XEND must be HOST:PORT with a port from 1 to 65535, not \"https://h:0\""),
        ("https://h:81", nil, "https h:81/xend"), ("HTTPS://[::1]:81/", "/x", "https [::1]:81/x"),
        ("http://h:81/", nil, "h:81/xend"),
        ("h:x", nil, "XEND must be HOST:PORT with a port from 1 to 65535, not \"h:x\""),
        ("h:0", nil, "XEND must be HOST:PORT with a port from 1 to 65535, not \"h:0\""),
    ]

    @Test("XEND and XEND_ROOT say where xend is", arguments: addresses)
    func readsAddress(server: String?, root: String?, expected: String) {
        do throws(XendError) {
            let address = try XendAddress(server: server, root: root)
            let scheme = address.isSecured ? "https " : ""
            #expect(scheme + (address.socket ?? address.authority) + address.root == expected)
        } catch {
            #expect(error.description == expected)
        }
    }

    @Test("Without XEND the socket of this machine is taken, if there is one")
    func socket() throws {
        #expect(
            try XendAddress(server: nil, root: nil) { $0 == XendAddress.standardSocket }.socket == "/run/xend/xend.sock"
        )
        #expect(try XendAddress(server: nil, root: nil) { _ in false }.socket == nil)
        #expect(try XendAddress(server: "h:1", root: nil) { _ in true }.socket == nil)
    }

    private static let noToken = "XEND_TOKEN holds no token: a token is one word of letters, digits and signs"

    /// What the environment says, and what comes of it: the token, or why it is none.
    static let credentials: [([String: String], String?)] = [
        ([:], nil), (["XEND_TOKEN": ""], nil), (["XEND_TOKEN": "a_b"], "a_b"), (["XEND_TOKEN_FILE": "/t"], "a_file"),
        (["XEND_TOKEN": "a b"], noToken), (["XEND_TOKEN": "a\r\nX: y"], noToken),
        (["XEND_TOKEN_FILE": "/no"], "no /no"),
        (["XEND_TOKEN_FILE": "/long"], "/long (XEND_TOKEN_FILE) holds no token: it has 5000 bytes"),
        (
            ["XEND_TOKEN": "a", "XEND_TOKEN_FILE": "/t"],
            "XEND_TOKEN and XEND_TOKEN_FILE are both set; which one counts?"
        ),
        (["XEND_CERTIFICATE": "/c"], "XEND_CERTIFICATE and XEND_KEY belong together: XEND_KEY is not set"),
        (["XEND_KEY": "/c"], "XEND_CERTIFICATE and XEND_KEY belong together: XEND_CERTIFICATE is not set"),
    ]

    @Test("The environment says who asks, or is told what is wrong with it", arguments: credentials)
    func readsCredentials(variables: [String: String], expected: String?) {
        do throws(XendError) {
            let files = ["/t": Array("a_file\n".utf8), "/long": [UInt8](repeating: 97, count: 5000)]
            func content(_ path: String) throws(XendError) -> [UInt8] {
                guard let content = files[path] else { throw .invalid("no \(path)") }
                return content
            }
            let read = try XendCredentials(variable: { variables[$0] }, readFile: content)
            #expect(read.token == expected)
            #expect(read.tellWhoAsks == (expected != nil))
        } catch {
            #expect(error.description == expected)
        }
    }

    @Test("A token stays on this machine, or goes over TLS")
    func tokensAreNotSentInTheOpen() throws {
        let credentials = XendCredentials(token: "t")
        for server in ["localhost:1", "127.0.0.9:1", "[::1]:1", "/run/x"] {
            let transport = try SocketTransport(
                address: try XendAddress(server: server, root: nil), credentials: credentials)
            #expect(transport.hasCredentials)
        }
        for server in ["h:1", "192.0.2.1:1", "localhost.example:1"] {
            let address = try XendAddress(server: server, root: nil)
            #expect(throws: XendError.self) { try SocketTransport(address: address, credentials: credentials) }
            #expect(!(try SocketTransport(address: address).hasCredentials))
        }
        let plain = try XendAddress(server: "localhost:1", root: nil)
        #expect(throws: XendError.self) {
            try SocketTransport(address: plain, credentials: XendCredentials(authority: "/ca.pem"))
        }
    }

    /// A call, and its request line with the form.
    static let calls: [(XendCall, String)] = [
        (.get(), "GET /xend/"), (.node(), "GET /xend/node/"), (.nodeLog(), "GET /xend/node/log"),
        (.domains(), "GET /xend/domain/"), (.domain("a b/ü"), "GET /xend/domain/a%20b%2F%C3%BC"),
        (.domainVBDs("x"), "GET /xend/domain/x?op=vbds"),
        (.domainVIF("x", vif: "0"), "GET /xend/domain/x?op=vif&vif=0"),
        (.domainDeviceDestroy("vm1", type: "vbd", idx: "1"), "POST /xend/domain/vm1 type=vbd&idx=1&op=device_destroy"),
        (.domainShutdown("x", reason: "a&b=c d+"), "POST /xend/domain/x reason=a%26b%3Dc+d%2B&op=shutdown"),
        (.consoleDisconnect("9601"), "POST /xend/console/9601 op=disconnect"),
        (.eventInject(.text("(a)")), "POST /xend/event event=%28a%29&op=inject"),
        (.nodeNotify(url: "http://h/"), "POST /xend/node url=http%3A%2F%2Fh%2F&op=notify"),
    ]

    @Test("Calls become requests as the 2.0 client made them", arguments: calls)
    func encodes(call: XendCall, expected: String) {
        let request = call.request(root: "/xend", host: "h:1", limits: .standard, boundary: "b")
        let body = String(decoding: request.body, as: UTF8.self)
        #expect("\(request.method.rawValue) \(request.target)" + (body.isEmpty ? "" : " " + body) == expected)
        #expect(!request.headers.contains { $0.name == "User-Agent" })
    }

    @Test("A file is uploaded between boundaries that do not occur in it")
    func uploads() {
        let file = XendCall.Argument.file(name: "a\"b\r", content: [0, 13, 10, 255])
        let call = XendCall.domainCreate(config: file)
        let boundary = FormEncoding.boundary(avoiding: call.arguments)
        let request = call.request(root: "/xend", host: "h", limits: .standard, boundary: boundary)
        var expected = Array(
            "--\(boundary)\r\nContent-Disposition: form-data; name=\"config\"; filename=\"a%22b%0D\"\r\nContent-Type: application/octet-stream\r\n\r\n"
                .utf8)
        expected += [0, 13, 10, 255]
        expected += Array(
            "\r\n--\(boundary)\r\nContent-Disposition: form-data; name=\"op\"\r\n\r\ncreate\r\n--\(boundary)--\r\n".utf8
        )
        #expect(request.body == expected)
        let tricky = XendCall.Argument.file(name: "f", content: Array(boundary.utf8))
        #expect(FormEncoding.boundary(avoiding: [("config", tricky)]) != boundary)
        #expect(boundary.count == 16)
    }

    /// An answer, and what it means.
    static let answers: [(XendResponse, String)] = [
        (response(200, "OK", "application/sxp", "(a b)"), "(a b)"),
        (response(201, "created", "application/sxp", "x"), "x"),
        (response(202, "Accepted", "application/sxp; charset=utf-8", "0"), "0"),
        (response(204, "No Content", nil, ""), "nothing"),
        (response(200, "OK", "text/plain", "(a"), "text (a"), (response(200, "OK", nil, "x"), "text x"),
        (response(200, "OK", "application/sxp", "(xend.err 'invalid domain:foo')"), "refused invalid domain:foo"),
        (response(200, "OK", "application/sxp", "(xend.err 'x')<html>"), "refused x"),
        (response(200, "OK", "application/sxp", "(a)) )"), "(a)"),
        (response(404, "invalid domain:foo", "text/html", "<html>"), "refused invalid domain:foo"),
        (response(500, "", "application/sxp", "(xend.err 'why')"), "refused why"),
        (response(500, "", "text/html", "<"), "refused status 500 without a reason"),
        (response(200, "OK", "application/sxp", ""), "unreadable the answer of xend is empty"),
        (response(200, "OK", "application/sxp", "(a"), "unreadable the answer of xend is not SXP: unexpected EOF"),
        (response(200, "OK", "application/sxp", "(xend.err)"), "refused (xend.err)"),
    ]

    @Test("Answers are understood as the 2.0 client understood them", arguments: answers)
    func understands(response: XendResponse, expected: String) {
        do throws(XendError) {
            switch try XendReply(response) {
            case .nothing: #expect(expected == "nothing")
            case .expression(let value): #expect(value.description == expected)
            case .text(let text): #expect("text " + text == expected)
            }
        } catch {
            switch error {
            case .refused(let text, let status):
                #expect("refused " + text == expected)
                #expect(status == response.status)
            case .unreadable(let text): #expect("unreadable " + text == expected)
            case .unreachable, .invalid: Issue.record("\(error)")
            }
        }
    }

    @Test("Typed results read the fields of the wire samples")
    func types() async throws {
        let text = """
            (domain (id 1) (name k1) (memory 32) (maxmem 64) (state -b---) (cpu 0) (cpu_time 1.5) (up_time 10.25)
             (console (status connected) (id 11) (domain 1) (local_port 7) (remote_port 3) (console_port 9777)
              (connected 10.0.0.1 4242)) (devices (vif (idx 0) (mac aa:00:00:00:00:01))) (config (vm (name k1))))
            """
        let client = XendClient(transport: OneAnswer(response: response(200, "OK", "application/sxp", text)))
        let domain = try await client.domain("k1")
        #expect(domain.id == 1 && domain.name == "k1" && domain.memory == 32 && domain.maximumMemory == 64)
        #expect(domain.cpuTime == 1.5 && domain.upTime == 10.25 && domain.console?.port == 9777)
        #expect(domain.console?.peer?.port == "4242" && domain.devices.first?.idx == "0")
        #expect(domain.configuration == ["vm", ["name", "k1"]])
        let atom = XendClient(transport: OneAnswer(response: response(200, "OK", "application/sxp", "x")))
        await #expect(throws: XendError.self) { try await atom.domains() }
    }

    // MARK: The wire

    /// What a server sends back, and what the client makes of it.
    static let wires: [(String, String)] = [
        ("HTTP/1.1 200 OK\r\nContent-Type: application/sxp\r\nContent-Length: 3\r\n\r\n(a)", "200 OK (a)"),
        ("HTTP/1.0 404 invalid domain:x\r\n\r\n", "404 invalid domain:x "),
        ("HTTP/1.0 200 OK\r\n\r\nuntil close", "200 OK until close"),
        ("HTTP/1.1 200 OK\r\nTransfer-encoding: chunked\r\n\r\n1\r\n(\r\n2\r\na)\r\n0\r\n\r\n", "200 OK (a)"),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", "200 OK x"),
        ("", "xend closed the connection before it had answered; what was asked may have been done"),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx",
            "xend closed the connection in the middle of its answer; what was asked may have been done"
        ),
        ("HTTP/1.1 404 No such\n\n", "404 No such "), ("HTTP/1.1 204 No Content\r\n\r\n", "204 No Content "),
        ("hello\r\n\r\n", "the answer is not HTTP: it begins with \"hello\""),
        ("HTTP/1.1 200 OK\r\nbad\r\n\r\n", "the answer is not HTTP: it has the header \"bad\""),
        ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "the answer is not HTTP: its Content-Length is \"-1\""),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "the answer is not HTTP: a chunk has the size \"zz\""
        ),
    ]

    @Test("Any framing of the time is understood, and a lost answer is told", arguments: wires)
    func speaks(answer: String, expected: String) async throws {
        let server = try await CannedServer.start(answer)
        let address = XendAddress(host: "127.0.0.1", port: server.port)
        let result = await outcome(of: try SocketTransport(address: address), timeLimit: .seconds(20))
        #expect(result == expected)
        try await server.stop()
    }

    @Test("An answer may be cut into pieces anywhere")
    func joinsPieces() throws {
        for (text, expected) in Self.wires where !text.isEmpty {
            var parser = ResponseParser(to: .get)
            var result: String?
            do throws(XendError) {
                for byte in text.utf8 where result == nil {
                    if let answer = try parser.feed(CollectionOfOne(byte)) { result = shown(answer) }
                }
                if result == nil { result = try parser.finish().map(shown) }
            } catch {
                result = error.description
            }
            #expect(result == expected)
        }
    }

    private func shown(_ answer: XendResponse) -> String {
        "\(answer.status) \(answer.reason) " + String(decoding: answer.body, as: UTF8.self)
    }

    @Test("A daemon that never answers is given up at the deadline")
    func givesUp() async throws {
        let server = try await CannedServer.start(nil)
        let address = XendAddress(host: "127.0.0.1", port: server.port)
        // Long enough for a busy machine to connect.
        let result = await outcome(of: try SocketTransport(address: address), timeLimit: .seconds(1))
        #expect(result == "xend has not answered within 1.0 seconds")
        try await server.stop()
    }

    @Test("Where nobody listens the system's words are told")
    func findsNobody() async throws {
        let server = try await CannedServer.start(nil)
        try await server.stop()
        let address = XendAddress(host: "127.0.0.1", port: server.port)
        #expect(
            await outcome(of: try SocketTransport(address: address), timeLimit: .seconds(20))
                == "[Errno 111] Connection refused")
    }

    private func outcome(of transport: SocketTransport, timeLimit: Duration) async -> String {
        do throws(XendError) {
            let answer = try await transport.perform(
                XendRequest(method: .post, target: "/", body: [1], timeLimit: timeLimit))
            return shown(answer)
        } catch {
            return error.description
        }
    }
}

/// Answers every connection with the same bytes and closes it; with nil it says nothing.
private struct CannedServer {
    let channel: any Channel
    var port: Int { channel.localAddress?.port ?? 0 }

    static func start(_ answer: String?) async throws -> CannedServer {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Answerer(answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return CannedServer(channel: channel)
    }

    func stop() async throws { try await channel.close() }

    private final class Answerer: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private let answer: String?

        init(_ answer: String?) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard let answer else { return }
            let channel = context.channel
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer))).whenComplete { _ in
                channel.close(promise: nil)
            }
        }
    }
}
