import AccessControl
import CLibXML2
import DomainLifecycle
import HostInterface
import Testing

@testable import XendServer

/// A browser changes something only by a form of ours, made for whoever sends it: every form has what proves it, every operation asks
/// for it.
@Suite struct SealTests {
    private static let own = FormSeal(random: FixedRandom()).value(for: Caller(.user(0), role: nil)) ?? ""
    private static let anothers = FormSeal(random: FixedRandom()).value(for: Caller(.user(1), role: nil)) ?? ""

    @Test("Every form that changes something has it, once, and no other form has")
    func forms() async throws {
        var count = 0
        for path in PageTests.paths + ["/xend/login?link=x"] + Self.questions {
            let document = try HTMLDocument(try await Wire.browse(path).body)
            let forms = document.count("//form[@method='post']")
            #expect(document.count("//form[@method='post'][count(input[@name='csrf']) = 1]") == forms, "\(path)")
            #expect(document.count("//form[@method='post']/input[@name='csrf'][@value='\(Self.own)']") == forms)
            #expect(document.count("//input[@name='csrf']") == forms, "\(path)")
            count += forms
        }
        #expect(count > 40, "there are \(count) forms")
    }

    /// The pages that ask first.
    private static let questions = AuditTests.operations.filter { $0.changes && $0.path == "/xend/domain/vm1" }
        .map { "\($0.path)?op=\($0.name)" }

    @Test(
        "Every operation asks a browser for it, and nobody else",
        arguments: ["Origin: http://localhost", "Cookie: a=b", "Sec-Fetch-Site: same-origin"])
    func operations(_ browser: String) async throws {
        for (path, name, query, changes) in AuditTests.operations {
            let ask = { (seal: String?, headers: String) in
                let service = Sample.service
                let field = seal.map { "&csrf=\($0)" } ?? ""
                let reply = try await Wire.ask(
                    "POST \(path)?\(query)\(field) HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\(headers)\r\n",
                    of: service, configuration: .browsed)
                return (reply, service.asked)
            }
            for seal in [nil, "", Self.anothers, "x" + Self.own] {
                let (reply, asked) = try await ask(seal, browser + "\r\n")
                let isAsked = reply.body.contains("only by a form of xend's own pages")
                #expect(isAsked == changes, "\(path) \(name): \(reply.body)")
                #expect((reply.status == 403 && asked.isEmpty) == changes || !changes)
            }
            for (seal, headers) in [(Self.own, browser + "\r\n"), (nil, "")] {
                let (reply, _) = try await ask(seal, headers)
                #expect(!reply.body.contains("only by a form"), "\(path) \(name): \(reply.body)")
            }
        }
    }

    @Test("Two daemons, and two callers, have different ones; without chance there is none")
    func differences() {
        var values: Set<String> = []
        let callers = [
            Caller(.user(0), role: nil), Caller(.user(1), role: nil), Caller(.unknown, role: nil),
            Caller(.remote, address: NetworkAddress(host: "192.0.2.1", port: 1), role: nil),
            Caller(.remote, address: NetworkAddress(host: "192.0.2.2", port: 1), role: nil),
            Caller(.user(0), credential: .session(id: "a", name: "n"), role: nil),
            Caller(.user(0), credential: .session(id: "b", name: "n"), role: nil),
        ]
        for seal in [FormSeal(random: CountedRandom()), FormSeal(random: CountedRandom())] {
            for caller in callers {
                values.insert(seal.value(for: caller) ?? "")
                #expect(seal.isValue(seal.value(for: caller) ?? "", for: caller))
            }
        }
        #expect(values.count == 2 * callers.count)
        let none = FormSeal(random: nil)
        #expect(none.value(for: callers[0]) == nil && !none.isValue("", for: callers[0]))
    }
}
