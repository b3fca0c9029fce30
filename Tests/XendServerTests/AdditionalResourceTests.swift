import Testing

@testable import XendServer

/// Resources that a program brings beside those of xend.
@Suite struct AdditionalResourceTests {
    static let configuration = HTTPServerConfiguration(
        hostNames: ["Alpha.Example.org"],
        additionalResources: [
            Resource(
                "/simulator/:part", get: { exchange throws(Failure) in .value(.atom(exchange.lastSegment)) },
                [.change("advance", { _ throws(Failure) in .value("0") })],
                otherwise: { exchange throws(Failure) in .text(exchange.request.body) })
        ])

    @Test(
        "They are routed, negotiated and protected like the others",
        arguments: [
            ("GET /simulator/clock HTTP/1.1\r\nHost: localhost\r\n\r\n", "127.0.0.1", 200, "clock"),
            ("POST /simulator/clock?op=advance HTTP/1.1\r\nHost: localhost\r\n\r\n", "127.0.0.1", 200, "0"),
            (
                "POST /simulator/clock HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n(a b)", "127.0.0.1", 200,
                "(a b)"
            ),
            ("POST /simulator/clock?op=advance HTTP/1.1\r\nHost: localhost\r\n\r\n", "192.0.2.9", 403, nil),
            ("POST /simulator/clock HTTP/1.1\r\nHost: localhost\r\n\r\n", "192.0.2.9", 403, nil),
            ("GET /simulator HTTP/1.1\r\nHost: localhost\r\n\r\n", "127.0.0.1", 404, nil),
            ("GET /simulator/clock HTTP/1.1\r\nHost: alpha.example.org:8000\r\n\r\n", "127.0.0.1", 200, "clock"),
            ("GET /simulator/clock HTTP/1.1\r\nHost: ALPHA\r\n\r\n", "127.0.0.1", 200, "clock"),
            ("GET /simulator/clock HTTP/1.1\r\nHost: beta\r\n\r\n", "127.0.0.1", 403, nil),
        ] as [(String, String, Int, String?)])
    func routing(request: String, peer: String, status: Int, body: String?) async throws {
        let reply = try await Wire.ask(request, peer: peer, configuration: Self.configuration)
        #expect(reply.status == status)
        if let body { #expect(reply.body == body) }
    }
}
