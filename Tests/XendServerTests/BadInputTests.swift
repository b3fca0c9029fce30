import DomainLifecycle
import Testing

@testable import XendServer

/// Bad input: a clear answer, and nothing changes.
@Suite struct BadInputTests {
    static func create(_ config: String, _ service: FakeService) async throws -> WireReply {
        let body =
            "--B\r\nContent-Disposition: form-data; name=\"op\"\r\n\r\ncreate\r\n"
            + "--B\r\nContent-Disposition: form-data; name=\"config\"\r\n\r\n\(config)\r\n--B--\r\n"
        return try await Wire.ask(
            "POST /xend/domain HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=B\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)", of: service)
    }

    @Test(
        "Configurations that cannot be read are refused, saying where",
        arguments: [
            ("", "Configuration error: config is empty"),
            ("   # only a comment", "Configuration error: config is empty"),
            ("(vm (name", "Configuration error: config:1:10: unexpected EOF (what begins at 1:5 is never closed)"),
            (")", "Configuration error: config:1:1: syntax error: )"),
            ("vm", "Configuration error: not an element (allowed: (vm (name ...) (memory ...) (image ...) ...))"),
            ("(vm)", "Error creating domain: missing vm name"),
            ("(vm (name 'a b'))", "Error creating domain: invalid vm name"),
            ("(vm (name '<script>'))", "Error creating domain: invalid vm name"),
            ("(vm (name 'a\\x00b'))", "Error creating domain: invalid vm name"),
            ("(vm (name 'a\\nb'))", "Error creating domain: invalid vm name"),
            ("(vm (name a))", "Error creating domain: missing memory size"),
            ("(vm (name a) (memory 64))", "Error creating domain: missing image"),
            ("(vm (name a) (memory 64) (image (linux (kernel /k))) (device (usb)))", "unknown device type: usb"),
            (
                String(repeating: "(", count: 500_000),
                "Configuration error: config:1:201: lists nested more than 200 deep"
            ),
            ("(vm " + String(repeating: "() ", count: 300_000) + ")", "Error creating domain: missing vm name"),
        ])
    func configurations(text: String, expected: String) async throws {
        let service = Sample.service
        let reply = try await Self.create(text, service)
        #expect(reply.statusLine == "HTTP/1.1 200 OK")
        #expect(reply.body.hasPrefix("(xend.err "))
        let message = expected.map { $0 == "…" ? "\\xe2\\x80\\xa6" : String($0) }.joined()
        #expect(reply.body.contains(message))
        #expect(service.asked.isEmpty)
    }

    @Test("A second domain behind the first is refused, and neither is made")
    func second() async throws {
        let service = Sample.service
        let one = "(vm (name a) (memory 64) (image (linux (kernel /k))))"
        let reply = try await Self.create("\(one)\n# and\n\(one.replacing("name a", with: "name b"))", service)
        #expect(reply.body.contains("there is a second domain, \"b\", behind \"a\""))
        #expect(service.asked.isEmpty)
    }

    @Test("What follows the first expression of a configuration and is none is ignored, even garbage")
    func rest() async throws {
        let service = Sample.service
        let reply = try await Self.create("(vm (name a) (memory 64) (image (linux (kernel /k)))) ) '", service)
        #expect(reply.statusLine == "HTTP/1.1 201 created")
        #expect(service.asked == ["create a for http 127.0.0.1"])
    }

    @Test(
        "What the daemon refuses before the devices has the prefix, what fails keeps its own text",
        arguments: [
            (DomainRefusal.refused, "(xend.err 'Error creating domain: vm name clash: a')"),
            (.failed, "(xend.err 'vm name clash: a')"),
        ])
    func prefix(kind: DomainRefusal, expected: String) async throws {
        let service = Sample.service
        service.change { $0.failure = kind.error }
        let reply = try await Self.create("(vm (name a) (memory 64) (image (linux (kernel /k))))", service)
        #expect(reply.body == expected)
    }

    @Test("A missing configuration is told so")
    func missing() async throws {
        let reply = try await Wire.post("/xend/domain", "op=create")
        #expect(reply.body == "(xend.err 'Configuration error: no configuration (parameter config)')")
    }

    @Test("The multipart body of xend 2.0's client is understood")
    func client() async throws {
        for separator in ["\n", ""] {
            let service = Sample.service
            let body =
                "--6aadf8967f4727b6\r\nContent-Disposition: form-data; name=\"config\"; filename=\"f1.sxp\"\r\n"
                + "Content-Type: application/octet-stream\r\n\r\n(vm (name f1) (memory 64) (image (linux (kernel /k))))"
                + "\(separator)--6aadf8967f4727b6\r\nContent-Disposition: form-data; name=\"op\"\r\n\r\ncreate\r\n"
                + "--6aadf8967f4727b6--\r\n"
            let reply = try await Wire.ask(
                "POST /xend/domain HTTP/1.1\r\nHost: localhost:8000\r\nContent-Length: \(body.utf8.count)\r\n"
                    + "Content-Type: multipart/form-data; boundary=6aadf8967f4727b6\r\n\r\n\(body)", of: service)
            #expect(reply.statusLine == "HTTP/1.1 201 created")
            #expect(service.asked == ["create f1 for http 127.0.0.1"])
        }
    }
}

enum DomainRefusal: Sendable {
    case refused, failed
    /// The daemon itself says whether it had come to the devices.
    var error: OperationError {
        self == .refused
            ? OperationError(.refused, "Error creating domain: vm name clash: a")
            : OperationError(.failed, "vm name clash: a")
    }
}
