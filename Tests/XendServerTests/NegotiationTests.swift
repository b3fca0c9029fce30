import NIOHTTP1
import Testing

@testable import XendServer

/// Manual H2; reference/http-api.md §2.
@Suite struct NegotiationTests {
    @Test(
        "Headers decide about the representation",
        arguments: [
            (nil, nil, Representation.sxp), ("x", nil, .sxp), (nil, "text/html", .sxp), ("", "text/html", .sxp),
            ("x", "", .sxp), ("curl/7", "*/*", .html), ("x", "text/html, application/sxp;q=0", .sxp),
            ("x", "text/html", .html), (nil, "*/*", .sxp), ("curl/7", "application/json", .json),
            ("x", "text/html, application/json;q=0.5", .html), ("x", "application/json, text/html;q=0.5", .json),
            ("x", "application/json;q=0, */*", .html), ("x", "APPLICATION/JSON", .json),
            ("x", "application/json, application/sxp", .sxp),
        ] as [(String?, String?, Representation)])
    func headers(agent: String?, accept: String?, expected: Representation) {
        var headers = HTTPHeaders()
        if let agent { headers.add(name: "User-Agent", value: agent) }
        if let accept { headers.add(name: "Accept", value: accept) }
        #expect(Representation.negotiated(from: headers) == expected)
    }

    @Test(
        "The query decides before the headers",
        arguments: [
            ("/xend?format=html", "text/html; charset=utf-8"), ("/xend?format=json", "application/json"),
            ("/xend?format=sxp", "application/sxp"), ("/xend?format=odd", "application/sxp"),
        ])
    func query(path: String, contentType: String) async throws {
        let reply = try await Wire.ask("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(reply.header("Content-Type") == contentType)
    }
}
