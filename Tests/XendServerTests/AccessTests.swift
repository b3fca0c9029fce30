import AccessControl
import DomainLifecycle
import HostInterface
import Testing

@testable import XendServer

/// Who may do what (manual, decision 14): every path and every operation, asked by everybody.
@Suite struct AccessTests {
    /// Somebody, and what that one may do.
    struct Somebody: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var identity: PeerIdentity
        var role: Role?
        var peer = "127.0.0.1"
        var headers = ""
        var shows = Shown.nothing
        /// Comes over TLS.
        var isEncrypted = false
        var change: @Sendable (inout AccessPolicy) -> Void = { _ in }
    }

    /// What somebody shows to be taken for more, or for less.
    enum Shown: Hashable {
        case nothing
        case token(Role)
        case session(Role)
        case certificate(String)
    }

    static let everybody: [Somebody] =
        [
            Somebody(testDescription: "root", identity: .user(0), role: .administrator),
            Somebody(testDescription: "the user xend runs as", identity: .user(120), role: .administrator),
            Somebody(testDescription: "a member of the group xen", identity: .user(1001), role: .administrator),
            Somebody(testDescription: "a user whom nothing names", identity: .user(1002), role: nil),
            Somebody(testDescription: "a user whom no directory knows", identity: .user(7), role: nil),
            Somebody(
                testDescription: "a user named as viewer", identity: .user(1000), role: .viewer,
                change: { $0.grants = [.init(.viewer, users: ["alice"])] }),
            Somebody(
                testDescription: "a user named by number as operator", identity: .user(7), role: .operator,
                change: { $0.grants = [.init(.operator, users: ["7"])] }),
            Somebody(
                testDescription: "a user whose group is named as operator", identity: .user(1000), role: .operator,
                change: { $0.grants = [.init(.viewer, users: ["alice"]), .init(.operator, groups: ["staff"])] }),
            Somebody(
                testDescription: "a user named as administrator", identity: .user(1002), role: .administrator,
                change: { $0.grants = [.init(.administrator, users: ["carol"])] }),
            Somebody(
                testDescription: "any user where all may look", identity: .user(1002), role: .viewer,
                change: { $0.localAccess = .viewer }),
            Somebody(testDescription: "one of whom the kernel says nothing", identity: .unknown, role: nil),
            Somebody(
                testDescription: "one of whom the kernel says nothing where all may look", identity: .unknown,
                role: nil,
                change: { $0.localAccess = .viewer }),
            Somebody(
                testDescription: "a proxy run by root", identity: .user(0), role: nil, headers: "Via: 1.1 proxy\r\n"),
            Somebody(
                testDescription: "a proxy run by root that names another", identity: .user(0), role: nil,
                headers: "X-Forwarded-For: 127.0.0.1\r\n"),
            Somebody(
                testDescription: "a proxy of today", identity: .user(0), role: nil, headers: "Forwarded: for=_x\r\n"),
            Somebody(testDescription: "another machine", identity: .remote, role: nil, peer: "192.0.2.9"),
            Somebody(
                testDescription: "another machine that may look", identity: .remote, role: .viewer, peer: "192.0.2.9",
                change: { $0.remoteAccess = .look }),
            Somebody(
                testDescription: "another machine, and xend is open", identity: .remote, role: .administrator,
                peer: "192.0.2.9", change: { $0.remoteAccess = .open }),
            Somebody(
                testDescription: "a proxy on another machine, and xend is open", identity: .remote, role: nil,
                peer: "192.0.2.9", headers: "Via: 1.1 proxy\r\n", change: { $0.remoteAccess = .open }),
            Somebody(
                testDescription: "another machine in plain text with a token", identity: .remote, role: nil,
                peer: "192.0.2.9", shows: .token(.administrator)),
            Somebody(
                testDescription: "another machine in plain text with a session", identity: .remote, role: nil,
                peer: "192.0.2.9", shows: .session(.administrator)),
            Somebody(
                testDescription: "another machine over TLS", identity: .remote, role: nil, peer: "192.0.2.9",
                isEncrypted: true),
            Somebody(
                testDescription: "another machine over TLS with a certificate that nothing names", identity: .remote,
                role: nil, peer: "192.0.2.9", shows: .certificate("ci"), isEncrypted: true,
                change: { $0.grants = [.init(.viewer, users: ["ci"], groups: ["ci"], certificates: ["CI"])] }),
        ] + Role.allCases.flatMap(known)

    /// By all that says more than the connection.
    private static func known(_ role: Role) -> [Somebody] {
        [
            Somebody(
                testDescription: "a token for a(n) \(role)", identity: .unknown, role: role, shows: .token(role)),
            Somebody(
                testDescription: "root with a token for a(n) \(role)", identity: .user(0), role: role,
                shows: .token(role)),
            Somebody(
                testDescription: "a proxy that hands on a token for a(n) \(role)", identity: .user(0), role: role,
                headers: "Via: 1.1 proxy\r\n", shows: .token(role)),
            Somebody(
                testDescription: "another machine over TLS with a token for a(n) \(role)", identity: .remote,
                role: role,
                peer: "192.0.2.9", shows: .token(role), isEncrypted: true),
            Somebody(
                testDescription: "who has signed in as a(n) \(role)", identity: .user(1002), role: role,
                shows: .session(role)),
            Somebody(
                testDescription: "who has signed in over TLS as a(n) \(role)", identity: .remote, role: role,
                peer: "192.0.2.9", shows: .session(role), isEncrypted: true),
            Somebody(
                testDescription: "a certificate of a(n) \(role)", identity: .remote, role: role, peer: "192.0.2.9",
                shows: .certificate("ci"), isEncrypted: true,
                change: { $0.grants = [.init(role, certificates: ["ci"])] }),
            Somebody(
                testDescription: "root with a certificate of a(n) \(role)", identity: .user(0), role: role,
                shows: .certificate("ci"), isEncrypted: true,
                change: { $0.grants = [.init(role, certificates: ["ci"])] }),
        ]
    }

    /// What everybody may know: that xend is there.
    static let open: Set<String> = [
        "/", "/xend", "/xend/login", "/xend/style.css", "/xend/live.js", "/xend/console.js", "/xend/xterm.js",
        "/xend/xterm.css", "/xend/icon.svg",
        "/healthz", "/readyz",
    ]

    /// What only administrators see; all else is for viewers.
    static let administrators: Set<String> = ["/xend/audit", "/xend/token", "/xend/token/:id"]

    /// What is done and is no row of the table of operations.
    static let others: [String: Role] = [
        "/xend/node cpu_rrobin_slice_set": .administrator, "/xend/node cpu_bvt_slice_set": .administrator,
        "/xend/node/dmesg clear": .administrator,
        "/xend/domain/:domain vifs": .viewer, "/xend/domain/:domain vif": .viewer,
        "/xend/domain/:domain vbds": .viewer, "/xend/domain/:domain vbd": .viewer,
        "/xend/domain/:domain vcpuinfo": .viewer, "/xend/domain/:domain sched_credit_get": .viewer,
        "/xend/domain/:domain domain_sched_credit_get": .viewer, "/xend/domain/:domain devices": .viewer,
        "/xend/domain/:domain wait_for_devices": .viewer, "/xend/domain/:domain set_vcpus": .administrator,
        "/xend/domain/:domain domain_sched_credit_set": .administrator,
        "/xend/domain each": .operator, "/xend/domain new": .administrator,
        "/xend/domain/:domain delete": .administrator,
        "/xend/domain/:domain resume": .operator,
        "/xend/domain/:domain cpu_bvt_set": .administrator, "/xend/domain/:domain bvt_set": .administrator,
        "/xend/domain/:domain cpu_atropos_set": .administrator,
        "/xend/domain/:domain atropos_set": .administrator, "/xend/domain/:domain cancel": .operator,
        "/xend/domain/:domain vif_create": .administrator, "/xend/domain/:domain vbd_create": .administrator,
        "/xend/new disk": .administrator, "/xend/new interface": .administrator, "/xend/new drop": .administrator,
        "/xend/new show": .administrator, "/xend/new fields": .administrator, "/xend/new read": .administrator,
        "/xend/new make": .administrator, "/xend/console/:port type": .operator,
        "/xend/console/:port disconnect": .operator, "/xend/console/:port ticket": .operator,
        "/xend/event inject": .administrator,
        "/xend/vnet create": .administrator, "/xend/vnet/:id delete": .administrator,
        "/xend/task/:id cancel": .operator, "/xend/token create": .administrator,
        "/xend/login link": .administrator,
        "/xend/token/:id revoke": .administrator,
    ]

    /// What everybody does: coming and going.
    static let everybodys: Set<String> = ["/xend/login login", "/xend/login password", "/xend/login logout"]

    /// What an operator may, of the table of operations; all else there is administrators'. Who names a file, a device or a host is one.
    static let operators: Set<String> = ["unpause", "pause", "shutdown", "sysrq", "start", "suspend"]

    @Test("An operator runs what is there; an administrator does all else", arguments: OperationRule.all.map(\.name))
    func roles(of name: String) throws {
        for rule in OperationRule.all where rule.name == name {
            let isOperators = Self.operators.contains(name) && rule.target == .domain
            #expect(rule.role == (isOperators ? .operator : .administrator))
        }
    }

    static func path(_ resource: Resource) -> String {
        resource.path.replacing(":domain", with: "vm1").replacing(":port", with: "9601").replacing(":id", with: "1")
    }

    /// Not by him, and not by what he shows.
    private static let refusals = [403, 401]

    private func ask(_ head: String, _ who: Somebody, _ service: FakeService) async throws -> WireReply {
        var access = AccessPolicy()
        who.change(&access)
        let authenticator = Authenticator.sample(access)
        var (headers, query, certificate) = (who.headers, "", String?.none)
        switch who.shows {
        case .nothing: break
        case .token(let role):
            let made = try await authenticator.tokens?.create(role: role, lifetime: .seconds(9), name: "t", by: "root")
            headers += "Authorization: Bearer \(try #require(made).secret)\r\n"
        case .session(let role):
            let (session, secret) = try #require(authenticator.sessions?.begin(role, "dora"))
            headers += "Cookie: xend_session=\(secret)\r\n"
            // A browser sends the forms that it was shown.
            let isKnown = who.isEncrypted || who.identity != .remote
            let holder = Caller(
                who.identity, address: NetworkAddress(host: who.peer, port: 0),
                credential: isKnown ? .session(id: session.id, name: "dora") : nil, role: nil)
            query = "csrf=\(FormSeal(random: FixedRandom()).value(for: holder) ?? "")"
        case .certificate(let name): certificate = name
        }
        let pipeline = HTTPPipeline(
            service: service, tasks: FreeTasks(), clock: StillClock(), authenticator: authenticator,
            configuration: .browsed)
        let wire = try await Wire(
            pipeline, peer: who.peer, as: who.identity, certificate: certificate, isEncrypted: who.isEncrypted)
        let target = query.isEmpty ? head : head + (head.contains("?") ? "&" : "?") + query
        try await wire.send("\(target) HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\(headers)\r\n")
        return try await wire.receive()
    }

    @Test("Everybody sees what the role allows", arguments: everybody)
    func looks(_ who: Somebody) async throws {
        for resource in RouteTable.resources where resource.get != nil {
            let service = Sample.service
            let reply = try await ask("GET \(Self.path(resource))", who, service)
            let needed = Self.administrators.contains(resource.path) ? Role.administrator : .viewer
            let may = Self.open.contains(resource.path) || who.role.map { $0 >= needed } ?? false
            #expect((!Self.refusals.contains(reply.status)) == may, "GET \(resource.path): \(reply.statusLine)")
        }
    }

    @Test("Everybody does what the role allows, and nothing else", arguments: everybody)
    func does(_ who: Somebody) async throws {
        let rows = Dictionary(
            uniqueKeysWithValues: EveryOperationTests.rows.map {
                ("\($0.path) \($0.rule.name)", ($0.rule.role, $0.body()))
            })
        for resource in RouteTable.resources {
            for operation in resource.operations.values {
                let row = rows["\(Self.path(resource)) \(operation.name)"]
                let name = "\(resource.path) \(operation.name)"
                let needed = row?.0 ?? Self.others[name]
                try #require(needed != nil || Self.everybodys.contains(name), "\(name)")
                let may = needed.map { needed in who.role.map { $0 >= needed } ?? false } ?? true
                let service = Sample.service
                let query = row?.1 ?? "op=\(operation.name)"
                let reply = try await ask("POST \(Self.path(resource))?\(query)", who, service)
                #expect((!Self.refusals.contains(reply.status)) == may, "\(operation.name): \(reply.statusLine)")
                if !may { #expect(service.asked.isEmpty, "\(operation.name) was asked") }
            }
        }
    }

    /// Who names only what the configuration lists need not have the row's role.
    static let listed: [String: (path: String, within: [String], beyond: [String])] = [
        "save": ("/xend/domain/vm1", ["", "&file="], ["&file=%20", "&file=/tmp/x", "&file=/saved/x"]),
        "restore": (
            "/xend/domain", ["&file=/saved/web-1", "&state=/saved/a.save"],
            [
                "&file=/tmp/x", "&file=/saved/../x", "&file=/saved/", "&file=/saved", "&file=/saved/a/b",
                "&file=/savedx/a", "&file=/saved/.a", "&file=saved/a", "&file=//saved/a", "&file=/saved/./a",
            ]
        ),
        "migrate": (
            "/xend/domain/vm1", ["&destination=beta", "&dst=gamma:8012", "&destination=beta&live=1"],
            [
                "&destination=delta", "&destination=gamma", "&destination=beta:1", "&destination=BETA",
                "&destination=beta%20",
            ]
        ),
    ]

    @Test(
        "An operator names what the configuration lists, and an administrator anything",
        arguments: [nil] + Role.allCases)
    func lists(_ role: Role?) async throws {
        #expect(Set(OperationRule.all.filter { $0.listedRole != nil }.map(\.name)) == Set(Self.listed.keys))
        for hasLists in [true, false] {
            let who = Somebody(testDescription: "", identity: .user(1002), role: role) { policy in
                if let role { policy.grants = [.init(role, users: ["carol"])] }
                policy.saveDirectory = hasLists ? "/saved" : nil
                policy.poolHosts = hasLists ? ["beta", "gamma:8012"] : []
            }
            for (name, (path, within, beyond)) in Self.listed {
                for (queries, needed) in [(within, Role.operator), (beyond, .administrator)] {
                    for query in queries {
                        let service = Sample.service
                        let reply = try await ask("POST \(path)?op=\(name)\(query)", who, service)
                        let isBeyond = !hasLists && name != "save"
                        let may = role.map { $0 >= (isBeyond ? .administrator : needed) } ?? false
                        #expect((!Self.refusals.contains(reply.status)) == may, "\(name) \(query): \(reply.body)")
                        if !may { #expect(service.asked.isEmpty) }
                    }
                }
            }
        }
    }

    @Test("Who may read the measurements is for the configuration to say")
    func metrics() async throws {
        for (role, who, may) in [
            (Role?.none, PeerIdentity.unknown, true), (.viewer, .unknown, false), (.viewer, .user(0), true),
        ] {
            var configuration = HTTPServerConfiguration.browsed
            configuration.metricsRole = role
            let reply = try await Wire.ask(
                "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", as: who, configuration: configuration)
            #expect((reply.status == 200) == may)
        }
    }

    @Test("A refusal says what is needed, who asked, and what would help")
    func words() async throws {
        for (who, words) in [
            (
                PeerIdentity.user(1002),
                "pause needs an operator; carol (uid 1002) has no role; (xend-role operator (user carol)) in "
                    + "xend-config.sxp would allow it"
            ),
            (.user(7), "pause needs an operator; uid 7 has no role; (xend-role operator (user 7))"),
            (.unknown, "pause needs an operator, and this machine does not say who asks"),
            (.remote, "nothing may be changed from another host"),
        ] {
            let reply = try await Wire.ask(
                "POST /xend/domain/vm1?op=pause HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", as: who)
            #expect(reply.status == 403 && reply.body.contains(words), "\(reply.body)")
        }
    }

    @Test("What a directory says of a user counts for a while") func cache() async {
        let asked = AskedAccounts()
        let authenticator = Authenticator(AccessPolicy(), accounts: asked, clock: StillClock())
        for _ in 0..<3 { _ = await authenticator.caller(.user(1000), at: nil) }
        #expect(await asked.count == 1)
    }
}

/// Counts how often it is asked.
private actor AskedAccounts: AccountDirectory {
    nonisolated let ownUser: UInt32 = 0
    private(set) var count = 0

    func account(ofUser uid: UInt32) async -> Account {
        count += 1
        return Account(uid: uid, name: "alice")
    }
}
