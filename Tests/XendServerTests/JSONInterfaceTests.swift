import DomainLifecycle
import DomainModel
import SExpressions
import Testing

@testable import XendServer

/// JSON as a whole interface: bodies, problems, the description, pages, keys and generations.
@Suite struct JSONInterfaceTests {
    private static func post(
        _ path: String, _ body: String, _ headers: String = "", of service: FakeService = Sample.service
    ) async throws -> WireReply {
        try await Wire.ask(
            "POST \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\(headers)"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)", of: service)
    }

    @Test(
        "What is shown as JSON is read as what it was",
        arguments: [
            "(vm (name a) (memory 64) (image (linux (kernel /k) (args 'x y'))) (device (vif (mac aa:00:00:00:00:01))) "
                + "(device (vbd (uname phy:sda1) (dev sda1) (mode w))))",
            "(vm (cpus ((0 1) ())) (evtchn 21 22))", "(vif)", "(vm (name '\u{e4}\"\\\\') (empty))", "(vif (ip a b))",
        ])
    func roundTrip(text: String) throws {
        let value = try SExpression.parseFirst(text)
        let json = JSONView.bytes(of: value, isPlainList: false)
        let form = try Form(json: Array(#"{"config":"#.utf8) + json + Array("}".utf8), maximumFields: 8)
        let back = try SExpression.parseFirst(try #require(form.fields.first).value)
        #expect(JSONView.bytes(of: back, isPlainList: false) == json)
        #expect(back == value)
    }

    @Test(
        "What is no JSON is refused with its place",
        arguments: [
            "[1]", "{", "{\"a\":}", "{\"a\" 1}", "{\"a\":01}", "{\"a\":1}x", "{\"a\":\"\u{1}\"}", "{\"a\":\"\\x\"}",
            "nul",
            "{\"a\":[[1]]}", "{\"a\":{}}", "{\"a\":{\"b\":1,\"c\":2}}", "{\"a\":\"\\ud800\"}", "\"", "{\"a\":1e}",
            String(repeating: "[", count: 100),
        ])
    func mistakes(text: String) async throws {
        let service = Sample.service
        let reply = try await Self.post("/xend/domain/vm1", text, of: service)
        #expect(reply.status == 400 && reply.body.contains("JSON"), "\(reply.body)")
        #expect(service.asked.isEmpty)
    }

    @Test("Every operation of the table can be asked in JSON", arguments: EveryOperationTests.rows)
    func everyOperation(_ row: EveryOperationTests.Row) async throws {
        var writer = JSONWriter()
        let fields = row.rule.example.map { JSONValue.Member(name: $0.name, value: .string($0.text)) }
        writer.value(.object(fields + [.init(name: "op", value: .string(row.rule.name))]))
        let (byForm, byJSON) = (Sample.service, Sample.service)
        _ = try await Wire.post(row.path, row.body(), of: byForm)
        _ = try await Self.post(row.path, String(decoding: writer.bytes, as: UTF8.self), of: byJSON)
        #expect(!byJSON.asked.isEmpty && byJSON.asked == byForm.asked)
    }

    @Test("A failure is a problem of RFC 9457") func problem() async throws {
        let reply = try await Wire.ask("GET /xend/domain/nope?format=json HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(reply.status == 404 && reply.header("Content-Type") == "application/problem+json")
        #expect(
            reply.body == #"{"type":"about:blank","title":"Not Found","status":404,"detail":"invalid domain:nope","#
                + #""error":"invalid domain:nope","kind":"notFound"}"# + "\n")
    }

    @Test("The description has every path, and every operation with its arguments") func description() async throws {
        let reply = try await Wire.ask("GET /xend/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n")
        let value = try JSONReader.value(Array(reply.body.utf8.dropLast()))
        let paths = try #require(value["paths"])
        for resource in RouteTable.resources where resource.path != "/" {
            let path = resource.path.replacing(":domain", with: "{domain}").replacing(":port", with: "{port}")
                .replacing(":id", with: "{id}")
            let item = try #require(paths[path], "\(path)")
            #expect((item["get"] != nil) == (resource.get != nil))
            #expect((item["post"] != nil) == !resource.operations.isEmpty)
            for name in resource.operations.keys { #expect(reply.body.contains(#""title":"\#(name)""#)) }
        }
        for rule in OperationRule.all {
            for argument in rule.arguments { #expect(reply.body.contains(#""\#(argument.name)":{"#)) }
        }
    }

    @Test("Each parameter that stands outside the table of operations is described, and needed where it is")
    func parameters() async throws {
        let reply = try await Wire.ask("GET /xend/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n")
        let paths = try #require(try JSONReader.value(Array(reply.body.utf8.dropLast()))["paths"])
        let queries = [
            "/xend/domain": "format detail all state limit offset If-None-Match",
            "/xend/domain/{domain}": "format op detail type vif vbd If-None-Match",
            "/xend/domain/{domain}/history": "format since kind If-None-Match",
            "/xend/history": "format domain since kind If-None-Match",
            "/xend/vnet": "format limit offset If-None-Match",
            "/xend/event": "format since pattern If-None-Match", "/xend/audit": "format domain who since If-None-Match",
            "/xend/login": "format link If-None-Match",
        ]
        for (path, expected) in queries {
            guard case .array(let described)? = paths[path]?["get"]?["parameters"] else {
                Issue.record("\(path) has no parameters")
                continue
            }
            let names = described.compactMap { if case .string(let name)? = $0["name"] { name } else { nil } }
            #expect(names.joined(separator: " ") == expected, "\(path)")
        }
        for (path, operation, needed) in [
            ("/xend/token", "create", ["op", "role", "expires"]),
            ("/xend/login", "password", ["op", "user", "password"]),
            ("/xend/event", "inject", ["op", "event"]), ("/xend/vnet", "create", ["op", "config"]),
            ("/xend/domain/{domain}", "vif", ["op", "vif"]), ("/xend/domain/{domain}", "devices", ["op", "type"]),
        ] {
            let content = paths[path]?["post"]?["requestBody"]?["content"]?["application/json"]?["schema"]?["oneOf"]
            guard case .array(let all)? = content,
                let described = all.first(where: { if case .string(operation)? = $0["title"] { true } else { false } }),
                case .array(let required)? = described["required"]
            else {
                Issue.record("\(path) \(operation) is not described")
                continue
            }
            #expect(required.compactMap { if case .string(let name) = $0 { name } else { nil } } == needed)
        }
    }

    @Test("A list is shown in parts that lead to each other") func pages() async throws {
        var path = "/xend/domain?format=json&limit=2"
        var parts: [String] = []
        while true {
            let reply = try await Wire.ask("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n")
            parts.append(reply.body)
            guard let link = reply.header("Link") else { break }
            path = String(link.dropFirst().prefix { $0 != ">" })
        }
        #expect(parts == ["[\"Domain-0\",\"vm1\"]\n", "[\"a/b+<c>'&\\\"\"]\n"])
        let wrong = try await Wire.ask("GET /xend/domain?format=json&limit=0 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(wrong.status == 400)
    }

    @Test("A key has a thing done once; of another request it is refused, and of another sender it is another")
    func keys() async throws {
        let keys = IdempotencyKeys(clock: StillClock(), tasks: FreeTasks())
        guard case .perform = await keys.begin("a", 1) else { return #expect(Bool(false)) }
        async let second = keys.begin("a", 1)
        await keys.end("a", .plain(200, "done"))
        guard case .repeated(let reply) = await second else { return #expect(Bool(false)) }
        #expect(reply.status == 200)
        guard case .taken = await keys.begin("a", 2) else { return #expect(Bool(false)) }
        guard case .perform = await keys.begin("b", 2) else { return #expect(Bool(false)) }
        await keys.end("b", nil)
        guard case .perform = await keys.begin("b", 3) else { return #expect(Bool(false)) }
        for number in 0..<2 * IdempotencyKeys.maximum {
            _ = await keys.begin("\(number)", number)
            await keys.end("\(number)", .plain(200, ""))
        }
        guard case .perform = await keys.begin("0", 7) else { return #expect(Bool(false)) }
    }

    @Test("What is asked of a generation that is past is refused")
    func generations() throws {
        let uuid = DomainUUID(bytes: [UInt8](repeating: 1, count: 16))
        let config = try DomainConfig(SExpression.parseFirst("(vm (name a) (memory 64) (image (linux (kernel /k))))"))
        var table = DomainTable()
        let plan = try table.begin(define: config, uuid: uuid, at: 1)
        _ = table.finish(plan, .done)
        #expect(try table.find(DomainReference("a", generation: 1)).uuid == uuid)
        var change = AutostartChange()
        change.isOn = true
        let next = try table.begin(.operation(.autostart(change)), on: uuid, at: 2)
        _ = table.finish(next, .done)
        #expect(try table.find(DomainReference("a", generation: 2)).uuid == uuid)
        #expect(throws: Refusal.self) { try table.find(DomainReference("a", generation: 1)) }
    }
}

extension JSONValue {
    /// The member of an object.
    fileprivate subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }
}
