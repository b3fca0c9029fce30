import Testing

@testable import XendServer

/// `ETag` and `If-None-Match` (manual, decision 18).
@Suite struct EntityTagTests {
    /// Everything that is shown, but what is a stream or has a time of change.
    private static let paths = RouteTable.resources.filter { $0.get != nil }.map { AccessTests.path($0) }

    private func ask(_ path: String, _ accept: String, _ headers: String = "", _ method: String = "GET") async throws
        -> WireReply
    {
        try await Wire.ask("\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nAccept: \(accept)\r\n\(headers)\r\n")
    }

    @Test(
        "What has not changed is not sent again, whatever it is", arguments: paths,
        ["application/sxp", "application/json"])
    func everything(path: String, accept: String) async throws {
        let first = try await ask(path, accept)
        guard first.status == 200, let tag = first.header("ETag") else {
            // Files have the time of their change, and what lives is not asked for twice.
            let hasOther = first.header("Last-Modified") != nil || first.header("Cache-Control") != nil
            let isPage = first.header("Content-Type")?.hasPrefix("text/html") == true
            #expect(first.status != 200 || hasOther || isPage || !path.hasPrefix("/xend"), "\(path)")
            return
        }
        #expect(first.header("Vary") == "Accept, Authorization, Cookie")
        for known in [tag, "W/\(tag)", "\"x\", \(tag)", "*", "\"x\",\(tag) , \"y\""] {
            let again = try await ask(path, accept, "If-None-Match: \(known)\r\n")
            #expect(again.status == 304 && again.body.isEmpty, "\(known)")
            #expect(again.header("ETag") == tag && again.header("Content-Length") == nil)
        }
        for other in ["\"x\"", "", "x", String(tag.dropFirst())] {
            let again = try await ask(path, accept, "If-None-Match: \(other)\r\n")
            #expect(again.status == 200 && again.body == first.body, "\(other)")
        }
        #expect(try await ask(path, accept, "If-None-Match: \(tag)\r\n", "HEAD").status == 304)
    }

    @Test("Another form of the same has another tag, and so has what has changed")
    func differs() async throws {
        let service = Sample.service
        func tag(_ accept: String) async throws -> String? {
            try await Wire.ask(
                "GET /xend/domain HTTP/1.1\r\nHost: localhost\r\nAccept: \(accept)\r\n\r\n", of: service
            ).header("ETag")
        }
        let before = try await tag("application/sxp")
        let again = try await tag("application/sxp")
        #expect(before != nil && before == again)
        #expect(try await tag("application/json") != before)
        #expect(try await Wire.browse("/xend/domain", of: service).header("ETag") == nil)
        service.change { $0.domains.removeAll() }
        #expect(try await tag("application/sxp") != before)
    }
}
