import AccessControl
import DomainLifecycle
import HostInterface
import Testing

@testable import XendServer

/// Signing in with a browser: by a link that works once, for a while, and out again.
@Suite struct SessionTests {
    private final class Scene: Sendable {
        let clock = SetClock()
        let sessions: SessionStore
        private let pipeline: HTTPPipeline

        init(access: AccessPolicy = AccessPolicy()) {
            sessions = SessionStore(clock: clock, random: CountedRandom())
            pipeline = HTTPPipeline(
                service: Sample.service, tasks: FreeTasks(), clock: clock,
                authenticator: Authenticator(
                    access, accounts: SampleAccounts(), clock: clock, sessions: sessions), configuration: .browsed)
        }

        func ask(
            _ head: String, cookie: String? = nil, as who: PeerIdentity = .unknown, peer: String = "127.0.0.1"
        ) async throws -> WireReply {
            let wire = try await Wire(pipeline, peer: peer, as: who)
            let cookie = cookie.map { "Cookie: other=1; xend_session=\($0); more=2\r\n" } ?? ""
            try await wire.send(
                "\(head) HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nUser-Agent: b\r\nAccept: text/html\r\n"
                    + "Sec-Fetch-Site: same-origin\r\n\(cookie)\r\n")
            return try await wire.receive()
        }

        /// As somebody does: follows the link, sends the form that is there.
        func signIn(_ link: String, as who: PeerIdentity = .unknown, peer: String = "127.0.0.1") async throws
            -> WireReply
        {
            let page = try await ask("GET /xend/login?link=\(link)", as: who, peer: peer)
            let document = try HTMLDocument(page.body)
            let seal = document.values("//input[@name='csrf']/@value").first ?? ""
            #expect(document.values("//input[@name='link']/@value") == [link])
            return try await ask("POST /xend/login?op=login&link=\(link)&csrf=\(seal)", as: who, peer: peer)
        }
    }

    private func cookie(_ reply: WireReply) throws -> String {
        let header = try #require(reply.header("Set-Cookie"))
        return String(try #require(header.split(separator: ";").first).dropFirst("xend_session=".count))
    }

    @Test("A link lets in once, with its role, as long as it is fresh", arguments: Role.allCases)
    func link(_ role: Role) async throws {
        let scene = Scene()
        let link = scene.sessions.makeLink(role: role, name: "alice")
        let reply = try await scene.signIn(link)
        #expect(reply.status == 303 && reply.header("Location") == "http://localhost/xend")
        let header = try #require(reply.header("Set-Cookie"))
        #expect(header.hasSuffix("; Path=/; HttpOnly; SameSite=Strict"))
        let cookie = try cookie(reply)
        for (head, needed) in [("GET /xend/domain", Role.viewer), ("GET /xend/audit", .administrator)] {
            #expect((try await scene.ask(head, cookie: cookie).status == 200) == (role >= needed))
        }
        #expect(try await scene.ask("GET /xend/domain").status == 403)
        let again = try await scene.signIn(link)
        #expect(again.status == 403 && again.header("Set-Cookie") == nil)
        let old = scene.sessions.makeLink(role: role, name: "alice")
        scene.clock.pass(SessionStore.linkLifetime)
        #expect(try await scene.signIn(old).status == 403)
    }

    @Test("Who has signed in changes things by the forms that he was shown")
    func forms() async throws {
        let scene = Scene()
        let cookie = try cookie(try await scene.signIn(scene.sessions.makeLink(role: .operator, name: "alice")))
        let page = try HTMLDocument(try await scene.ask("GET /xend/domain/vm1", cookie: cookie).body)
        let seal = try #require(page.values("//form[@method='post']/input[@name='csrf']/@value").first)
        #expect(try await scene.ask("POST /xend/domain/vm1?op=pause&csrf=\(seal)", cookie: cookie).status == 303)
        #expect(try await scene.ask("POST /xend/domain/vm1?op=pause", cookie: cookie).status == 403)
        // Another's form is not his.
        let other = try self.cookie(try await scene.signIn(scene.sessions.makeLink(role: .operator, name: "bob")))
        #expect(try await scene.ask("POST /xend/domain/vm1?op=pause&csrf=\(seal)", cookie: other).status == 403)
        let out = try await scene.ask("POST /xend/login?op=logout&csrf=\(seal)", cookie: cookie)
        #expect(out.header("Set-Cookie")?.contains("Max-Age=0") == true)
        #expect(try await scene.ask("GET /xend/domain", cookie: cookie).status == 403)
        #expect(try await scene.ask("GET /xend/domain", cookie: other).status == 200)
    }

    @Test("Who is away for long, or has been there for long, is out; so is whoever came before too many")
    func ends() async throws {
        let scene = Scene()
        let sessions = scene.sessions
        let enter = { try sessions.signIn(by: sessions.makeLink(role: .viewer, name: "a"), from: "x").secret }
        let idle = try enter()
        scene.clock.pass(SessionStore.idleLimit)
        #expect(sessions.session(idle) == nil)
        let busy = try enter()
        for _ in 0..<23 {
            scene.clock.pass(.seconds(1800))
            #expect(sessions.session(busy) != nil)
        }
        scene.clock.pass(.seconds(1800))
        #expect(sessions.session(busy) == nil)
        let first = try enter()
        for _ in 0..<64 {
            scene.clock.pass(.seconds(1))
            _ = try enter()
        }
        #expect(sessions.session(first) == nil)
    }

    @Test("What is worth nothing changes nothing: neither for whom the kernel knows, nor for whom it does not")
    func worthless() async throws {
        let scene = Scene()
        for cookie in ["", "x", String(repeating: "0", count: 64), "a=b", "%00"] {
            #expect(try await scene.ask("GET /xend/domain", cookie: cookie, as: .user(0)).status == 200)
            #expect(try await scene.ask("GET /xend/domain", cookie: cookie).status == 403)
        }
    }

    @Test("From other machines it takes TLS, and a cookie that came in the open is none")
    func plainText() async throws {
        let scene = Scene()
        let link = scene.sessions.makeLink(role: .administrator, name: "a")
        let refused = try await scene.signIn(link, as: .remote, peer: "192.0.2.9")
        #expect(refused.status == 403 && refused.reason.contains("needs TLS"))
        let cookie = try cookie(try await scene.signIn(link))
        #expect(try await scene.ask("GET /xend/domain", cookie: cookie).status == 200)
        #expect(try await scene.ask("GET /xend/domain", cookie: cookie, as: .remote, peer: "192.0.2.9").status == 403)
    }

    @Test("Who tries in vain too often waits, and nobody else does")
    func lockOut() async throws {
        let scene = Scene()
        for _ in 0..<5 { #expect(try await scene.signIn("00").reason.contains("used, or is too old")) }
        let link = scene.sessions.makeLink(role: .viewer, name: "a")
        #expect(try await scene.signIn(link).reason.contains("too many tries in vain from somebody on this machine"))
        scene.clock.pass(.seconds(600))
        #expect(try await scene.signIn(scene.sessions.makeLink(role: .viewer, name: "a")).status == 303)
        for _ in 0..<5 { _ = try await scene.signIn("00") }
        let other = try scene.sessions.signIn(by: scene.sessions.makeLink(role: .viewer, name: "a"), from: "::1")
        #expect(other.session.role == .viewer)
    }

    @Test("Links are made by administrators, and told once")
    func making() async throws {
        let scene = Scene()
        let refused = try await scene.ask("POST /xend/login?op=link&format=sxp", as: .unknown)
        #expect(refused.status == 403)
        let page = try HTMLDocument(try await scene.ask("GET /xend/domain", as: .user(0)).body)
        let seal = page.values("//form[@method='post']/input[@name='csrf']/@value").first ?? "-"
        let made = try await scene.ask("POST /xend/login?op=link&role=viewer&csrf=\(seal)&format=sxp", as: .user(0))
        #expect(made.status == 201)
        let start = try #require(made.body.range(of: "link="))
        let link = String(made.body[start.upperBound...].prefix(64))
        let cookie = try cookie(try await scene.signIn(link))
        #expect(try await scene.ask("GET /xend/domain", cookie: cookie).status == 200)
        #expect(try await scene.ask("GET /xend/audit", cookie: cookie).status == 403)
    }
}
