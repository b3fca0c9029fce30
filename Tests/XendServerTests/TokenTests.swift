import AccessControl
import DomainLifecycle
import HostInterface
import Synchronization
import Testing

@testable import XendServer

/// Whoever shows a token has its role and nothing else, as long as it is good.
@Suite struct TokenTests {
    private static func store(_ files: HeldFiles, _ clock: SetClock) async -> TokenStore {
        let store = TokenStore(
            path: "/var/xen/xend-db/access/tokens", files: files, clock: clock, random: CountedRandom(),
            tasks: FreeTasks())
        _ = await store.load()
        return store
    }

    private struct Scene {
        let files = HeldFiles()
        let clock = SetClock()
        let tokens: TokenStore
        var access = AccessPolicy()

        init() async { tokens = await TokenTests.store(files, clock) }

        func pipeline(of service: FakeService = Sample.service) -> HTTPPipeline {
            let authenticator = Authenticator(access, accounts: SampleAccounts(), clock: clock, tokens: tokens)
            return HTTPPipeline(
                service: service, tasks: FreeTasks(), clock: clock, authenticator: authenticator,
                configuration: .browsed)
        }

        func ask(
            _ head: String, showing token: String? = nil, as who: PeerIdentity = .unknown, headers: String = "",
            of service: FakeService = Sample.service, by known: HTTPPipeline? = nil
        ) async throws -> WireReply {
            let wire = try await Wire(known ?? pipeline(of: service), as: who)
            let shown = token.map { "Authorization: Bearer \($0)\r\n" } ?? ""
            try await wire.send("\(head) HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\(shown)\(headers)\r\n")
            return try await wire.receive()
        }

        func token(_ role: Role, for lifetime: Duration = .seconds(3600), name: String = "") async throws -> String {
            try await tokens.create(role: role, lifetime: lifetime, name: name, by: "root").secret
        }
    }

    @Test("A token allows what its role does, whatever the connection alone would allow", arguments: Role.allCases)
    func roles(_ role: Role) async throws {
        let scene = try await Scene()
        let token = try await scene.token(role, name: "ci")
        for who in [PeerIdentity.user(0), .user(1002), .unknown] {
            for (head, needed) in [
                ("GET /xend/domain", Role.viewer), ("POST /xend/domain/vm1?op=pause", .operator),
                ("POST /xend/domain/vm1?op=destroy", .administrator), ("GET /xend/audit", .administrator),
            ] {
                let service = Sample.service
                let reply = try await scene.ask(head, showing: token, as: who, of: service)
                #expect((reply.status != 403) == (role >= needed), "\(head) of \(role): \(reply.statusLine)")
                if role < needed {
                    #expect(service.asked.isEmpty)
                    #expect(reply.body.contains("token ci is for"), "\(reply.body)")
                }
            }
        }
    }

    @Test("It is nobody else's word: a proxy hands it on, and another site's page has none")
    func proxies() async throws {
        let scene = try await Scene()
        let token = try await scene.token(.viewer)
        #expect(try await scene.ask("GET /xend/domain", showing: token, headers: "Via: 1.1 p\r\n").status == 200)
        #expect(try await scene.ask("GET /xend/domain", as: .user(0), headers: "Via: 1.1 p\r\n").status == 403)
    }

    @Test("Over a network that everybody can read none counts, be it good or not")
    func plainText() async throws {
        var scene = try await Scene()
        let token = try await scene.token(.administrator)
        for access in AccessPolicy.RemoteAccess.allCases {
            scene.access.remoteAccess = access
            for shown in [token, "xend_0_0"] {
                let reply = try await scene.ask("GET /xend/domain", showing: shown, as: .remote)
                #expect(reply.status == 401 && reply.body.contains("only over TLS"), "\(reply.body)")
            }
        }
    }

    @Test("What is forged, revoked or expired is worth nothing, even root's")
    func worthless() async throws {
        let scene = try await Scene()
        let token = try await scene.token(.administrator, name: "a")
        let other = try await scene.token(.administrator, name: "b")
        let parts = token.split(separator: "_").map(String.init)
        let alien = other.split(separator: "_").map(String.init)
        for forged in [
            "", "x", "xend", "xend__", "xend_\(parts[1])_", "xend_\(parts[1])_\(alien[2])",
            "xend_\(alien[1])_\(parts[2])",
            token + "0", String(token.dropLast()), token.uppercased(), "xend_\(parts[1])_\(parts[2])_", parts[2],
        ] {
            let reply = try await scene.ask("GET /xend/domain", showing: forged, as: .user(0))
            #expect(reply.status == 401 && reply.header("WWW-Authenticate")?.hasPrefix("Bearer") == true, "\(forged)")
        }
        let twice = try await scene.ask(
            "GET /xend/domain", showing: token, as: .user(0), headers: "Authorization: Bearer \(other)\r\n")
        #expect(twice.status == 401)
        #expect(try await scene.ask("GET /xend/domain", showing: token).status == 200)
        #expect(try await scene.ask("POST /xend/token/a?op=revoke", as: .user(0)).status == 200)
        #expect(try await scene.ask("GET /xend/domain", showing: token).status == 401)
        #expect(try await scene.ask("POST /xend/token/a?op=revoke", as: .user(0)).status == 404)
        #expect(try await scene.ask("GET /xend/domain", showing: other).status == 200)
        scene.clock.pass(.seconds(3600))
        #expect(try await scene.ask("GET /xend/domain", showing: other).body.contains("has expired"))
        // What everybody may see, everybody sees, whatever he shows.
        #expect(try await scene.ask("GET /xend", showing: "x").status == 200)
    }

    @Test("A clock that is set back prolongs nothing, within a life and over it")
    func clocks() async throws {
        let scene = try await Scene()
        let token = try await scene.token(.viewer, for: .seconds(3600))
        // Another life's, with files of its own: it writes down what it has seen, whenever that is.
        let verdict = { await Self.store(scene.files.copy(), scene.clock).verdict(on: token) }
        scene.clock.set(back: .seconds(100_000))
        #expect(scene.tokens.verdict(on: token) == .clockIsBehind)
        #expect(await verdict() == .clockIsBehind)
        // Time goes on whatever the calendar shows.
        scene.clock.pass(.seconds(3600))
        #expect(scene.tokens.verdict(on: token) == .expired)
        scene.clock.set(back: .seconds(-100_000))
        #expect([.expired, .unknown].contains(await verdict()))
        let further = try await scene.token(.viewer, for: .seconds(10), name: "further")
        #expect(scene.files.text.contains("further"))
        scene.clock.pass(.seconds(10))
        #expect(scene.tokens.verdict(on: further) == .expired)
        scene.clock.set(back: .seconds(10))
        #expect([.expired, .unknown].contains(scene.tokens.verdict(on: further)))
        // That it was seen expired is written down, soon.
        while scene.files.text.contains("further") { await Task.yield() }
        #expect(await Self.store(scene.files, scene.clock).verdict(on: further) == .unknown)
    }

    @Test("Of a token nothing but a digest is kept, and it is there again after a start")
    func keeping() async throws {
        let scene = try await Scene()
        let token = try await scene.token(.operator, name: "ci")
        let secret = try #require(token.split(separator: "_").last)
        #expect(!scene.files.text.contains(secret) && scene.files.text.contains("(name ci)"))
        let again = await Self.store(scene.files, scene.clock)
        guard case .valid(let found) = again.verdict(on: token) else { return #expect(Bool(false), "it is gone") }
        #expect(found.role == .operator && found.name == "ci" && found.creator == "root")
        try await again.revoke("ci")
        #expect(await Self.store(scene.files, scene.clock).verdict(on: token) == .unknown)
        #expect(scene.files.isDurable)
    }

    @Test("A file that cannot be read allows nothing, and is kept aside")
    func damage() async throws {
        for text in ["", "(", "(tokens)", "(other (written 1))", "(tokens (written x))", "\u{0}"] {
            let scene = try await Scene()
            let token = try await scene.token(.operator)
            scene.files.put(text)
            let damaged = await Self.store(scene.files, scene.clock)
            #expect(damaged.verdict(on: token) == .unknown && damaged.list.isEmpty)
            let new = try await damaged.create(role: .viewer, lifetime: .seconds(60), name: "", by: "root").secret
            #expect(scene.files.text(of: ".damaged") == text)
            guard case .valid = damaged.verdict(on: new) else { return #expect(Bool(false)) }
        }
        let scene = try await Scene()
        _ = try await scene.token(.operator, name: "a")
        _ = try await scene.token(.operator, name: "b")
        scene.files.put(scene.files.text.replacing("(name a)", with: "(nome a)"))
        #expect(await Self.store(scene.files, scene.clock).list.map(\.token.name) == ["b"])
    }

    @Test("What cannot be written is not there; what cannot be revoked on disk is worthless all the same")
    func fullDisk() async throws {
        let scene = try await Scene()
        let token = try await scene.token(.viewer, name: "a")
        scene.files.fail(true)
        await #expect(throws: OperationError.self) {
            _ = try await scene.tokens.create(role: .viewer, lifetime: .seconds(9), name: "b", by: "root")
        }
        #expect(scene.tokens.list.map(\.token.name) == ["a"])
        await #expect(throws: OperationError.self) { try await scene.tokens.revoke("a") }
        #expect(scene.tokens.verdict(on: token) == .expired)
        scene.files.fail(false)
        try await scene.tokens.revoke("a")
        #expect(scene.tokens.verdict(on: token) == .unknown)
    }

    @Test("What makes no sense makes no token")
    func mistakes() async throws {
        let scene = try await Scene()
        for query in [
            "", "role=viewer", "expires=1d", "role=root&expires=1d", "role=viewer&expires=", "role=viewer&expires=0d",
            "role=viewer&expires=-1d", "role=viewer&expires=1y", "role=viewer&expires=99999d",
            "role=viewer&expires=9999999999w", "role=viewer&expires=1d&name=a%20b", "role=viewer&expires=1d&name=%0A",
        ] {
            let reply = try await scene.ask("POST /xend/token?op=create&\(query)", as: .user(0))
            #expect(reply.body.hasPrefix("(xend.err "), "\(query): \(reply.body)")
        }
        #expect(scene.tokens.list.isEmpty && scene.files.text.isEmpty)
        _ = try await scene.token(.viewer, name: "a")
        await #expect(throws: OperationError.self) { _ = try await scene.token(.viewer, name: "a") }
        for _ in 1..<TokenStore.maximum { _ = try await scene.token(.viewer) }
        await #expect(throws: OperationError.self) { _ = try await scene.token(.viewer) }
        // Those that have expired make room.
        scene.clock.pass(.seconds(3600))
        _ = try await scene.token(.viewer, name: "a")
        #expect(scene.tokens.list.count == 1)
    }

    @Test("It is shown once, as an s-expression, JSON and a page, and never again")
    func showing() async throws {
        for format in Representation.allCases {
            let scene = try await Scene()
            let server = scene.pipeline()
            var made = try await scene.ask(
                "POST /xend/token?op=create&role=viewer&expires=1d&format=\(format.rawValue)", as: .user(0), by: server)
            if format == .html {
                // A browser is sent on to a page that says it once.
                let place = try #require(made.header("Location"))
                made = try await scene.ask("GET \(place)&format=html", as: .user(0), by: server)
                let again = try await scene.ask("GET \(place)&format=html", as: .user(0), by: server)
                #expect(again.status == 200 && !again.body.contains("Created."))
            } else {
                #expect(made.status == 201)
            }
            let mark = try #require(made.body.range(of: "xend_"))
            let token = String(made.body[mark.lowerBound...].prefix("xend_".count + 12 + 1 + 64))
            #expect(try await scene.ask("GET /xend/domain", showing: token).status == 200)
            for path in ["/xend/token", "/xend/token/\(token.split(separator: "_")[1])"] {
                let reply = try await scene.ask("GET \(path)?format=\(format.rawValue)", as: .user(0))
                #expect(reply.status == 200 && reply.body.contains(token.split(separator: "_")[1]))
                #expect(!reply.body.contains(token.split(separator: "_")[2]))
            }
        }
    }
}
