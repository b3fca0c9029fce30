import AccessControl
import DomainLifecycle
import HostInterface
import SExpressions
import Synchronization
import Testing

@testable import XendServer

/// Who did or tried what is taken down, whatever it was and however it ended.
@Suite struct AuditTests {
    /// Asks in the name of somebody, with an audit that keeps its lines here.
    private struct Scene {
        let lines = HeldLines()
        let clock = SetClock()
        let service = Sample.service
        var access = AccessPolicy()

        func ask(_ head: String, as who: PeerIdentity = .user(0), headers: String = "") async throws -> WireReply {
            let wire = try await Wire(pipeline, as: who)
            try await wire.send("\(head) HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\(headers)\r\n")
            return try await wire.receive()
        }

        private var pipeline: HTTPPipeline {
            HTTPPipeline(
                service: service, tasks: FreeTasks(), clock: clock, authenticator: .sample(access), audit: trail,
                configuration: .browsed)
        }

        var trail: AuditTrail { AuditTrail(sink: lines, clock: clock) }
        var records: [SExpression] { get async { await trail.newest() } }
    }

    /// Every operation of every path, with parameters where the table knows some.
    static let operations: [(path: String, name: String, query: String, changes: Bool)] =
        RouteTable.resources.flatMap { resource in
            let path = resource.path.replacing(":domain", with: "vm1").replacing(":port", with: "9601")
                .replacing(":id", with: "1")
            return resource.operations.values.sorted { $0.name < $1.name }.map { operation in
                let row = EveryOperationTests.rows.first { $0.path == path && $0.rule.name == operation.name }
                return (path, operation.name, row?.body() ?? "op=\(operation.name)", operation.changes)
            }
        }

    @Test("What changes something has one record, with who, where, what and how it ended")
    func changes() async throws {
        for (path, name, query, changes) in Self.operations {
            let scene = Scene()
            let reply = try await scene.ask("POST \(path)?\(query)")
            let records = await scene.records
            #expect(records.count == (changes ? 1 : 0), "\(path) \(name)")
            guard changes, let record = records.first else { continue }
            let isError = reply.status >= 400 || reply.body.hasPrefix("(xend.err ")
            #expect(record.childText("who") == "root" && record.childText("uid") == "0")
            #expect(record.childText("role") == "administrator" && record.childText("from") == "127.0.0.1")
            #expect(record.childText("action") == name && record.childText("on") == path)
            #expect(record.childText("outcome") == (isError ? "failed" : "done"), "\(path) \(name): \(record)")
            #expect((record.childText("reason") != nil) == isError)
        }
    }

    @Test("A refused try has one, whatever was tried; looking where one may has none")
    func refusals() async throws {
        for (path, name, query, _) in Self.operations where !AccessTests.everybodys.contains("\(path) \(name)") {
            let scene = Scene()
            _ = try await scene.ask("POST \(path)?\(query)", as: .user(1002))
            let record = try #require(await scene.records.first, "\(path) \(name)")
            #expect(record.childText("outcome") == "refused" && record.childText("who") == "carol")
            #expect(record.childText("role") == "none" && record.childText("action") == name)
            #expect(record.childText("reason")?.contains("carol (uid 1002) has no role") == true)
            #expect(scene.service.asked.isEmpty)
        }
        for resource in RouteTable.resources where resource.get != nil && !AccessTests.open.contains(resource.path) {
            let path = resource.path.replacing(":domain", with: "vm1").replacing(":port", with: "9601")
                .replacing(":id", with: "1")
            for (who, count) in [(PeerIdentity.user(0), 0), (.unknown, 1)] {
                let scene = Scene()
                _ = try await scene.ask("GET \(path)", as: who)
                #expect(await scene.records.count == count, "GET \(path)")
            }
        }
    }

    @Test("What is refused before it is read, or for the name it comes by, has one, too")
    func strangers() async throws {
        let scene = Scene()
        let long = try await scene.ask("POST /xend/domain", as: .unknown, headers: "Content-Length: 100000\r\n")
        #expect(long.status == 400)
        let wire = try await Wire(
            HTTPPipeline(
                service: scene.service, tasks: FreeTasks(), clock: scene.clock, authenticator: .sample(AccessPolicy()),
                audit: scene.trail), as: .unknown)
        try await wire.send("POST /xend/domain?x=y HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n")
        #expect(try await wire.receive().status == 403)
        let record = try #require(await scene.records.first)
        #expect(record.childText("outcome") == "refused" && record.childText("on") == "/xend/domain")
        _ = try await scene.ask("POST /xend/domain/vm1?op=pause", headers: "Origin: http://elsewhere\r\n")
        let foreign = try #require(await scene.records.last)
        #expect(foreign.childText("action") == "pause" && foreign.childText("outcome") == "refused")
    }

    @Test("Secrets are left out, wherever they stand")
    func secrets() {
        for (name, value) in [
            ("password", "hunter2"), ("Token", "hunter2"), ("csrf", "hunter2"), ("pool-secret", "hunter2"),
            ("config", "(vm (name a) (vnc_passwd hunter2))"), ("config", "(vm (device (vbd (password (x hunter2)))))"),
            ("config", "(vm (name a) hunter2"), ("uri", "http://me:hunter2@example/x"),
            ("extra", "ro password=hunter2 quiet"), ("config", "(vm (extra 'secret=hunter2'))"),
            ("config", " (vm (uname 'iscsi://u:hunter2@h/1'))"),
        ] {
            let shown = AuditArgument(name, value)
            #expect(!"\(shown.value)".contains("hunter2"), "\(name): \(shown.value)")
        }
        #expect(AuditArgument("reason", "reboot").value == "reboot")
        #expect(
            AuditArgument("config", "(vm (name a) (keymap de))").value == ["vm", ["name", "a"], ["keymap", "de"]])
        #expect(AuditArgument("uri", "http://h:80/a@b").value == "http://h:80/a@b")
        #expect(AuditArgument("file", "/a\n(record forged)").value.description.contains("\n") == false)
    }

    @Test("One line is one record, whatever stands in it")
    func forgery() async throws {
        let scene = Scene()
        for text in ["%0A(record+(who+root))", "%0D%0A", "'%29", "%C2%85%E2%80%A8", "%00"] {
            _ = try await scene.ask("POST /xend/domain/x\(text)?op=pause&a\(text)=\(text)")
        }
        #expect(await scene.records.count == 5)
        #expect(scene.lines.text.split(whereSeparator: \.isNewline).count == 5)
        #expect(await scene.records.allSatisfy { $0.childText("uid") == "0" && $0.childText("action") == "pause" })
    }

    @Test("Many refused tries of one are few lines, and hide no other's")
    func flood() async throws {
        let scene = Scene()
        let trail = scene.trail
        let (loud, quiet) = (Caller(.user(7), role: nil), Caller(.user(8), role: nil))
        for _ in 0..<1000 { trail.note(loud, by: .http, "pause", on: "/x", .refused("no")) }
        #expect(await scene.records.count == LineBudget.burst)
        trail.note(quiet, by: .http, "pause", on: "/x", .refused("no"))
        #expect(await scene.records.last?.childText("uid") == "8")
        scene.clock.pass(LineBudget.interval)
        trail.note(loud, by: .http, "pause", on: "/x", .refused("no"))
        #expect(await scene.records.last?.childText("untold") == "\(1000 - LineBudget.burst)")
        // What was done has its line always.
        for _ in 0..<100 { trail.note(loud, by: .http, "pause", on: "/x", .done) }
        #expect(await scene.records.filter { $0.childText("outcome") == "done" }.count == 100)
        for number in 0..<10_000 {
            trail.note(Caller(.user(UInt32(1000 + number)), role: nil), by: .http, "pause", on: "/x", .refused("no"))
        }
        #expect(await scene.records.count < 100 + LineBudget.burst * 3 + 64)
    }

    @Test("It is read as an s-expression, JSON and a page, whole and in part")
    func reading() async throws {
        let scene = Scene()
        _ = try await scene.ask("POST /xend/domain/vm1?op=pause")
        _ = try await scene.ask("POST /xend/domain/vm1?op=pause", as: .user(1002))
        scene.lines.append(
            AuditRecord(
                time: WallTime(seconds: 1), caller: Caller(.user(0), role: nil), way: .http, action: "a", object: "b",
                arguments: [], outcome: .done
            ).gap(of: 3))
        for (query, count) in [
            ("", 3), ("?domain=vm1", 2), ("?who=carol", 1), ("?since=99999999999", 0), ("?since=2", 2),
        ] {
            let reply = try await scene.ask("GET /xend/audit\(query)")
            let audit = try SExpression.parseFirst(reply.body)
            #expect(audit.name == "audit" && audit.children().count == count, "\(query): \(reply.body)")
        }
        #expect(try await scene.ask("GET /xend/audit?since=x").body.hasPrefix("(xend.err "))
        let json = try await scene.ask("GET /xend/audit?format=json").body
        #expect(json.contains("\"record\":[{") && json.contains("\"gap\":[{"))
        let page = try await scene.ask("GET /xend/audit?format=html").body
        #expect(page.contains("carol") && page.contains("3 lines are lost"))
    }
}

/// A log in memory.
private final class HeldLines: LogSink {
    private let lines = Mutex<[String]>([])

    func append(_ line: any LogEntry) { lines.withLock { $0.append(line.formatted(ahead: .zero)) } }
    func newest(limit: Int) async -> [UInt8] { Array(text.utf8.suffix(limit)) }
    var text: String { lines.withLock { $0.map { $0 + "\n" }.joined() } }
}
