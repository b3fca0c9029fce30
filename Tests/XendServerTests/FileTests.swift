import DomainManagement
import Testing

@testable import XendServer

/// `/xend/node/log` (reference/http-api.md §6.4), `/metrics`, health.
@Suite struct FileTests {
    static let modified = "Sun, 06 Nov 1994 08:49:37 GMT"

    @Test(
        "The log is served whole, in ranges, and only if it has changed",
        arguments: [
            ("", "200 OK", "0123456789\n<log>\n", nil),
            ("Range: bytes=0-3\r\n", "206 Partial Content", "0123", "bytes 0-3/17"),
            ("Range: bytes=11-\r\n", "206 Partial Content", "<log>\n", "bytes 11-16/17"),
            ("Range: bytes=-6\r\n", "206 Partial Content", "<log>\n", "bytes 11-16/17"),
            ("Range: bytes=11-99\r\n", "206 Partial Content", "<log>\n", "bytes 11-16/17"),
            ("Range: bytes=17-\r\n", "416 Range Not Satisfiable", "", "bytes */17"),
            ("Range: bytes=-0\r\n", "416 Range Not Satisfiable", "", "bytes */17"),
            ("Range: bytes=3-1\r\n", "200 OK", "0123456789\n<log>\n", nil),
            ("Range: bytes=0-1,3-4\r\n", "200 OK", "0123456789\n<log>\n", nil),
            ("Range: bytes=a-b\r\n", "200 OK", "0123456789\n<log>\n", nil),
            ("Range: bytes=--1\r\n", "200 OK", "0123456789\n<log>\n", nil),
            ("If-Modified-Since: \(modified)\r\n", "304 Not Modified", "", nil),
            ("If-Modified-Since: Sun, 06 Nov 1994 08:49:36 GMT\r\n", "200 OK", "0123456789\n<log>\n", nil),
            ("If-Range: \(modified)\r\nRange: bytes=0-0\r\n", "206 Partial Content", "0", "bytes 0-0/17"),
            ("If-Range: Mon, 07 Nov 1994 08:49:37 GMT\r\nRange: bytes=0-0\r\n", "200 OK", "0123456789\n<log>\n", nil),
        ] as [(String, String, String, String?)])
    func log(headers: String, status: String, body: String, range: String?) async throws {
        let reply = try await Wire.ask("GET /xend/node/log HTTP/1.1\r\nHost: localhost\r\n\(headers)\r\n")
        #expect(reply.statusLine == "HTTP/1.1 \(status)")
        #expect(reply.body == body)
        #expect(reply.header("Content-Range") == range)
        #expect(reply.header("Last-Modified") == Self.modified)
        #expect(reply.header("Accept-Ranges") == "bytes")
        #expect(reply.header("Content-Type") == "text/plain; charset=utf-8")
    }

    @Test("Xen's messages are plain text for SXP clients")
    func dmesg() async throws {
        let reply = try await Wire.ask("GET /xend/node/dmesg HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(reply.header("Content-Type") == "text/plain")
        #expect(reply.body == "(XEN) Xen version 4.17 <test>\n")
    }

    @Test("Metrics are Prometheus' text")
    func metrics() async throws {
        let service = Sample.service
        service.change { state in
            let domains = "Domains by state."
            state.measurements = [
                Measurement("xend_domains", help: domains, kind: .gauge, labels: [("state", "running")], value: 2),
                Measurement("xend_build_info", help: "a\\b\nc", kind: .gauge, labels: [("v", "a\"\\\n")], value: 1),
                Measurement("xend_domains", help: domains, kind: .gauge, labels: [("state", "paused")], value: 0.5),
                Measurement(
                    "xend_wait_seconds_bucket", help: "W.", kind: .histogram, labels: [("le", "+Inf")],
                    value: 3),
                Measurement("xend_wait_seconds_sum", help: "W.", kind: .histogram, value: .infinity),
                Measurement("xend_wait_seconds_count", help: "W.", kind: .histogram, value: 3),
            ]
        }
        let reply = try await Wire.ask("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", of: service)
        #expect(reply.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8")
        #expect(
            reply.body == """
                # HELP xend_domains Domains by state.
                # TYPE xend_domains gauge
                xend_domains{state="running"} 2
                xend_domains{state="paused"} 0.5
                # HELP xend_build_info a\\\\b\\nc
                # TYPE xend_build_info gauge
                xend_build_info{v="a\\"\\\\\\n"} 1
                # HELP xend_wait_seconds W.
                # TYPE xend_wait_seconds histogram
                xend_wait_seconds_bucket{le="+Inf"} 3
                xend_wait_seconds_sum +Inf
                xend_wait_seconds_count 3

                """)
    }

    @Test("Health and readiness are told by status")
    func health() async throws {
        let service = Sample.service
        #expect(try await Wire.ask("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", of: service).status == 200)
        #expect(try await Wire.ask("GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n", of: service).status == 200)
        service.change { $0.failure = .init(.refused, "starting") }
        #expect(try await Wire.ask("GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n", of: service).status == 503)
    }
}
