import DomainLifecycle
import Testing

@testable import XendServer

/// What every operation of the table keeps, whichever it is: each row is tried.
@Suite struct EveryOperationTests {
    /// A row with the path of a thing of its kind.
    struct Row: CustomTestStringConvertible, Sendable {
        let rule: OperationRule
        var testDescription: String { "\(rule.target) \(rule.name)" }

        var path: String {
            switch rule.target {
            case .node: "/xend/node"
            case .domains: "/xend/domain"
            case .domain: "/xend/domain/vm1"
            }
        }

        /// The example's parameters, some of them changed, left out (nil) or given twice.
        func body(_ changes: [String: String?] = [:], twice: String? = nil) -> String {
            var fields: [(String, String)] = []
            for field in rule.example {
                let value = changes[field.name] ?? field.text
                guard let value else { continue }
                fields.append((field.name, value))
                if field.name == twice { fields.append((field.name, value)) }
            }
            fields.append(("op", rule.name))
            return fields.map { "\(URLEncoding.encode(segment: $0))=\(URLEncoding.encode(segment: $1))" }
                .joined(separator: "&")
        }
    }

    static let rows = OperationRule.all.map(Row.init)

    private static func isError(_ reply: WireReply) -> Bool { reply.body.hasPrefix("(xend.err ") }

    @Test("The route table has it, with a form, at the path of what it is done to", arguments: rows)
    func route(_ row: Row) throws {
        let segments = row.path.split(separator: "/").map(String.init)
        let resource = try #require(RouteTable.resources.first { $0.matches(segments) })
        #expect(resource.operations[row.rule.name]?.changes == true)
        #expect(resource.operations[row.rule.name]?.alsoByGet == false)
        let form = try #require(OperationForms.form(at: resource.path, for: row.rule.name))
        for argument in row.rule.arguments where argument.isRequired {
            #expect(form.fields.contains { argument.names.contains($0.name) }, "nobody is asked for \(argument.name)")
        }
    }

    @Test("In whatever frame its parameters come, the same is asked", arguments: rows)
    func frames(_ row: Row) async throws {
        let body = row.body()
        let multipart =
            row.rule.example.map { field in
                "--B\r\nContent-Disposition: form-data; name=\"\(field.name)\"\r\n\r\n\(field.text)\r\n"
            }.joined() + "--B\r\nContent-Disposition: form-data; name=\"op\"\r\n\r\n\(row.rule.name)\r\n--B--\r\n"
        let post = "POST \(row.path) HTTP/1.1\r\nHost: localhost\r\n"
        let size = String(body.utf8.count, radix: 16)
        let requests = [
            post
                + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)",
            post + "Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "\(size)\r\n\(body)\r\n0\r\n\r\n",
            post + "Content-Type: multipart/form-data; boundary=B\r\nContent-Length: \(multipart.utf8.count)\r\n\r\n"
                + multipart,
            "POST \(row.path)?\(body) HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n",
            "POST \(row.path)/?\(body) HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n",
        ]
        var asked: Set<[String]> = []
        for request in requests {
            let service = Sample.service
            let reply = try await Wire.ask(request, of: service)
            #expect(!Self.isError(reply), "\(reply.body)")
            asked.insert(service.asked)
        }
        #expect(asked.count == 1 && asked.first?.count == 1, "\(asked)")
    }

    @Test("Who may not change anything does not, from another machine or page, and by no GET", arguments: rows)
    func strangers(_ row: Row) async throws {
        let target = "\(row.path)?\(row.body())"
        let post = "POST \(target) HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n"
        for (head, peer, status) in [
            (post, "192.0.2.9", 403), (post + "Origin: http://evil.example\r\n", "127.0.0.1", 403),
            (post + "Sec-Fetch-Site: cross-site\r\n", "127.0.0.1", 403),
            ("POST \(target) HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 0\r\n", "127.0.0.1", 403),
            ("GET \(target) HTTP/1.1\r\nHost: localhost\r\n", "127.0.0.1", 200),
            ("HEAD \(target) HTTP/1.1\r\nHost: localhost\r\n", "127.0.0.1", 200),
        ] {
            let service = Sample.service
            let reply = try await Wire.ask(head + "\r\n", of: service, peer: peer, configuration: .browsed)
            #expect(reply.status == status, "\(head)")
            #expect(service.asked.isEmpty, "\(head)")
        }
    }

    @Test("Without a parameter that it needs, or with one twice, nothing is asked", arguments: rows)
    func missing(_ row: Row) async throws {
        for argument in row.rule.arguments {
            let service = Sample.service
            let reply = try await Wire.post(row.path, row.body([argument.name: nil]), of: service)
            #expect(Self.isError(reply) == service.asked.isEmpty)
            if argument.isRequired { #expect(Self.isError(reply), "without \(argument.name)") }
            // Of a file and a text box browsers send both, and only what takes a whole domain has both.
            guard !["create", "define"].contains(row.rule.name) else { continue }
            let twice = Sample.service
            let refusal = try await Wire.post(row.path, row.body(twice: argument.name), of: twice)
            #expect(refusal.body == "(xend.err 'Too many values for \(argument.name)')" && twice.asked.isEmpty)
        }
    }

    @Test("A parameter that is not what it may be is refused, and nothing is asked", arguments: rows)
    func mistakes(_ row: Row) async throws {
        for argument in row.rule.arguments {
            for mistake in argument.kind.mistakes where argument.isRequired || !mistake.isEmpty {
                let service = Sample.service
                let reply = try await Wire.post(row.path, row.body([argument.name: mistake]), of: service)
                #expect(Self.isError(reply), "\(argument.name)=\(mistake)")
                #expect(service.asked.isEmpty, "\(argument.name)=\(mistake)")
            }
        }
    }

    @Test("Each name that a parameter has will do", arguments: rows)
    func otherNames(_ row: Row) async throws {
        let expected = Sample.service
        _ = try await Wire.post(row.path, row.body(), of: expected)
        for argument in row.rule.arguments {
            let value = row.rule.example.first { $0.name == argument.name }?.text ?? ""
            for name in argument.names.dropFirst() {
                let service = Sample.service
                let body = row.body([argument.name: nil]) + "&\(name)=\(URLEncoding.encode(segment: value))"
                _ = try await Wire.post(row.path, body, of: service)
                #expect(service.asked == expected.asked, "\(name) in place of \(argument.name)")
            }
        }
    }
}
