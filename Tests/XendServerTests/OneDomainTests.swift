import Testing

@testable import XendServer

/// What is asked about one domain, or done to it, costs the same whatever the number of others.
@Suite struct OneDomainTests {
    private static let shown = RouteTable.resources.filter { $0.get != nil && $0.path.contains(":domain") }

    @Test(
        "Nobody lists all domains to tell of one", arguments: shown.map { AccessTests.path($0) },
        ["application/sxp", "application/json", "text/html"])
    func questions(path: String, accept: String) async throws {
        for name in ["vm1", "unknown"] {
            let service = Sample.service
            let path = path.replacing("vm1", with: name)
            _ = try await Wire.ask(
                "GET \(path) HTTP/1.1\r\nHost: localhost\r\nAccept: \(accept)\r\n\r\n", of: service)
            #expect(service.lists == 0, "\(path)")
        }
    }

    @Test("Nor to do something to one", arguments: EveryOperationTests.rows)
    func operations(_ row: EveryOperationTests.Row) async throws {
        guard row.path.hasPrefix("/xend/domain") else { return }
        let service = Sample.service
        _ = try await Wire.ask(
            "POST \(row.path)?\(row.body()) HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", of: service)
        #expect(service.lists == 0, "\(row.rule.name)")
    }
}
