import AccessControl
import Testing

@testable import XendServer

/// Who may do what. The manual's decision 10: what changes something is protected, whatever the
/// method.
@Suite struct GuardTests {
    static let read = "GET /xend/domain HTTP/1.1\r\n"
    static let change = "POST /xend/domain/vm1?op=pause HTTP/1.1\r\n"
    static let changeByGet = "GET /xend/console/9601?op=disconnect HTTP/1.1\r\n"
    /// With what root's forms have.
    static let seal = FormSeal(random: FixedRandom()).value(for: Caller(.user(0), role: nil)) ?? ""
    static let sealed = "POST /xend/domain/vm1?op=pause&csrf=\(seal) HTTP/1.1\r\n"
    static let sealedByGet = "GET /xend/console/9601?op=disconnect&csrf=\(seal) HTTP/1.1\r\n"
    static let query = "POST /xend/domain/vm1?op=vifs HTTP/1.1\r\n"

    @Test(
        "A request is let in or refused",
        arguments: [
            (read, "192.0.2.9", 200), (query, "192.0.2.9", 200), (change, "192.0.2.9", 403),
            (
                changeByGet, "192.0.2.9",
                403
            ),
            (change, "127.0.0.1", 200), (change, "127.9.9.9", 200), (change, "::1", 200),
            // From one of the machine's own addresses: the other end is this machine.
            (change, "192.0.2.1", 200),
            // Of a browser the form must be ours, too.
            (change + "Host: localhost:8000\r\nOrigin: http://localhost:8000\r\n", "127.0.0.1", 403),
            (change + "Sec-Fetch-Site: same-origin\r\n", "127.0.0.1", 403),
            (changeByGet + "Sec-Fetch-Site: none\r\n", "127.0.0.1", 403),
            (change + "Cookie: a=b\r\n", "127.0.0.1", 403),
            (sealed + "Cookie: a=b\r\n", "127.0.0.1", 200),
            (sealed + "Host: 192.0.2.1:8000\r\nOrigin: http://192.0.2.1:8000\r\n", "127.0.0.1", 200),
            (sealed + "Host: LOCALHOST:8000\r\nOrigin: http://localhost:8000\r\n", "127.0.0.1", 200),
            (sealed + "Host: localhost:8000\r\nOrigin: http://localhost:3000\r\n", "127.0.0.1", 403),
            (sealed + "Host: localhost\r\nOrigin: http://localhost:80\r\n", "127.0.0.1", 200),
            (sealed + "Host: localhost\r\nOrigin: https://localhost\r\n", "127.0.0.1", 200),
            (sealed + "Host: localhost\r\nOrigin: null\r\n", "127.0.0.1", 403),
            (sealed + "Host: localhost\r\nOrigin: http://evil.example\r\n", "127.0.0.1", 403),
            (changeByGet + "Host: localhost\r\nOrigin: http://evil.example\r\n", "127.0.0.1", 403),
            (sealed + "Sec-Fetch-Site: cross-site\r\n", "127.0.0.1", 403),
            (changeByGet + "Sec-Fetch-Site: same-site\r\n", "127.0.0.1", 403),
            (sealedByGet + "Sec-Fetch-Site: none\r\n", "127.0.0.1", 200),
            (sealed + "Sec-Fetch-Site: same-origin\r\n", "127.0.0.1", 200),
            (read + "Sec-Fetch-Site: cross-site\r\n", "127.0.0.1", 200),
            (read + "Host: evil.example\r\n", "127.0.0.1", 403), (read + "Host: alpha:8000\r\n", "127.0.0.1", 200),
            (read + "Host: ALPHA.\r\n", "127.0.0.1", 200), (read + "Host: [::1]:8000\r\n", "127.0.0.1", 200),
            (read + "Host: 1.2.3.4.evil.example\r\n", "127.0.0.1", 403), (read + "Host: \r\n", "127.0.0.1", 403),
            ("GET http://evil.example/xend HTTP/1.1\r\nHost: localhost\r\n", "127.0.0.1", 403),
        ])
    func rule(head: String, peer: String, status: Int) async throws {
        let service = Sample.service
        let host = head.contains("Host: ") ? "" : "Host: localhost\r\n"
        let reply = try await Wire.ask(head + host + "\r\n", of: service, peer: peer, configuration: .browsed)
        #expect(reply.status == status)
        if status == 403 {
            #expect(service.asked.isEmpty)
            #expect(reply.reason.contains("may") || reply.reason.contains("does not answer"))
            #expect(reply.body.hasPrefix("(xend.err "))
        }
    }

    @Test("Open remote access lets other hosts change things, but no foreign page")
    func open() async throws {
        var access = AccessPolicy()
        access.remoteAccess = .open
        let open = try await Wire.ask(
            Self.change + "Host: alpha\r\n\r\n", peer: "192.0.2.9", access: access, configuration: .browsed)
        #expect(open.status == 200)
        let foreign = try await Wire.ask(
            Self.change + "Host: alpha\r\nOrigin: http://evil.example\r\n\r\n", peer: "192.0.2.9",
            access: access, configuration: .browsed)
        #expect(foreign.status == 403)
    }
}
