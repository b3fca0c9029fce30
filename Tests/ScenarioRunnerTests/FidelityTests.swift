import ScenarioLanguage
import Testing

@testable import ScenarioRunner

struct FidelityTests {
    private static let story = """
        $ (unpause web)
        > GET /xend/event
        < 200 OK
          (events (event (number 3) (time 1099656000.09) (name xend.domain.unpause) (value (web id1))))
        """

    @Test func `when events were is each machine's own, which they are is not`() {
        let later = Self.story.split(separator: "1099656000.09").joined(separator: "1796082657.43")
        #expect(Fidelity.difference(Self.story, later) == nil)
        let other = Self.story.split(separator: "unpause) (value").joined(separator: "pause) (value")
        #expect(Fidelity.difference(Self.story, other) != nil)
    }

    @Test func `which host an event came from, and the id in a url, are told apart from what was asked`() {
        let one = """
            @ alpha
            * (xend.domain.create (web id1))
            $ (migrate web beta)
            > POST /xend/domain/web
            < 200 OK
              http://beta:8000/xend/domain/1
            """
        let other = """
            $ (migrate web beta)
            @ alpha
            > POST /xend/domain/web
            < 200 OK
              http://beta:8000/xend/domain/7
            * (xend.domain.create (web id1))
            """
        #expect(Fidelity.difference(one, other) == nil)
        #expect(Fidelity.difference(one, other.split(separator: "@ alpha").joined(separator: "@ beta")) != nil)
    }

    @Test func `ids in messages and events have the names of their domains`() {
        let one = """
            $ (create (vm (name web)))
            < 200 OK
              (xend.err 'cannot connect vif 0 of domain 2 "db": cannot call vif2.0 of db')
              (xend.err 'cannot introduce domain 2: xenstored does not answer')
              (domain (domid 2) (name db))
              (event (value (db 2)))
            """
        let other = one.split(separator: "2", omittingEmptySubsequences: false).joined(separator: "7")
            .split(separator: "700").joined(separator: "200")
        #expect(Fidelity.difference(one, other) == nil)
        #expect(Fidelity.difference(one, one.split(separator: "(db 2)").joined(separator: "(db 3)")) != nil)
    }

    @Test func `how often a restart is tried that cannot succeed depends on how long one looks on`() {
        let begin = "* (xend.domain.restart (web id1 begin))\n"
        let end = "* (xend.domain.restart (web id1 cancel))\n"
        #expect(Fidelity.difference(begin + end, begin + begin + begin + end) == nil)
        #expect(Fidelity.difference(begin + end, end + begin) != nil)
    }

    @Test func `names that have an id or a time in them are each machine's own`() {
        let one = """
            $ (request GET /xend/domain)
            < 200 OK
              (Domain-0 db-crash-1)
              (xend.err '/tmp/web.save is damaged at byte 4202904: it is too long')
              (dumped (file /var/lib/xen/dump/2004-1105-1200.01-my.web.1.core))
            * (xend.domain.destroy (db-crash-1 id1))
            * (xend.domain.dump (db id1 ok (dump (file /var/lib/xen/dump/2004-1105-1200.01-db.1.crash.core))))
            """
        let other = one.split(separator: "crash-1").joined(separator: "crash-23")
            .split(separator: "4202904").joined(separator: "31")
            .split(separator: "2004-1105-1200.01-my.web.1.core").joined(separator: "2026-1201-0520.59-my.web.23.core")
            .split(separator: "2004-1105-1200.01-db.1.crash").joined(separator: "2026-1201-0520.59-db.3.crash")
        #expect(Fidelity.difference(one, other) == nil)
        #expect(Fidelity.difference(one, other.split(separator: "my.web").joined(separator: "my.db")) != nil)
        #expect(Fidelity.difference(one, other.split(separator: "db-crash").joined(separator: "web-crash")) != nil)
    }

    @Test func `an answer may come while another is waited for, or after that`() {
        let one = """
            $ (finish device (status 200))
            > POST /xend/domain/web op=device_create
            < 200 OK
            > POST /xend/domain/web op=unpause
            < 200 OK
            $ (finish go (status 200))
            $ (settle)
            """
        let other = """
            $ (finish device (status 200))
            > POST /xend/domain/web op=device_create
            < 200 OK
            $ (finish go (status 200))
            > POST /xend/domain/web op=unpause
            < 200 OK
            $ (settle)
            """
        #expect(Fidelity.difference(one, other) == nil)
        #expect(Fidelity.difference(one, other.split(separator: "(finish go").joined(separator: "(settle go")) != nil)
        let kill = "$ (daemon kill)\n> POST /xend/domain/web\n< closed\n$ (finish m)\n$ (daemon start)"
        let late = "$ (daemon kill)\n$ (finish m)\n> POST /xend/domain/web\n< closed\n$ (daemon start)"
        #expect(Fidelity.difference(kill, late) == nil)
        #expect(Fidelity.difference(one, other.split(separator: "unpause").joined(separator: "pause")) != nil)
    }

    @Test func `of what was asked at one time any may be answered first`() {
        let first = "> POST /xend/domain/y op=save\n< 200 OK\n  0\n"
        let second = "> POST /xend/domain op=restore\n< 201 created\n  (domain (name x))\n"
        let (step, next) = ("$ (parallel (save y) (restore /x))\n", "$ (settle)\n")
        #expect(Fidelity.difference(step + first + second + next, step + second + first + next) == nil)
        #expect(Fidelity.difference(next + first + second, next + second + first) != nil)
        #expect(Fidelity.difference(step + first + second, step + second + second) != nil)
    }

    private func story(_ steps: String) throws -> Scenario {
        let (scenarios, errors) = ScenarioReader.read(Array("(scenario s \(steps))".utf8), file: "s")
        #expect(errors.isEmpty)
        return try #require(scenarios.first)
    }

    private static let domain = "(create (vm (name web) (memory 32) (image (linux (kernel /boot/k)))))"

    @Test func `an operation meets the faults of its time`() throws {
        let story = try story(
            """
            \(Self.domain) (unpause web)
            (fault (script vif-bridge up) (error 1))
            (device-create web (vif) (expect _)) (heal)
            (request POST /xend/domain/web (form (op maxmem_set) (memory 64)))
            (background moves (save web /tmp/web (expect _)))
            (pause web (expect _)) (daemon kill) (finish moves _) (daemon start)
            """)
        #expect(
            story.passages.map { "\($0.operation) while \($0.fault)" } == [
                "create while none", "device-create while script", "maxmem while none", "pause while none",
                "save while daemon killed", "save while none", "start of xend while none", "unpause while none",
            ])
    }

    @Test func `a story counts on first ids that names one, or a port or an interface of one`() throws {
        for steps in [
            "(expect (domain web (id 1)))", "(request GET /xend/domain/1)", "(request GET /xend/console/9601)",
            "(expect (sxp (event (value (web 1)))))", "(expect (script-calls vif-bridge (up vif=vif1.0)))",
            #"(expect (log "domain 2 \"web\""))"#,
        ] {
            #expect(try story("\(Self.domain) \(steps)").countsOnFirstIDs, "\(steps)")
        }
        for steps in [
            "(expect (domain web (id _)))", "(request GET /xend/domain/web)", "(expect (domain Domain-0 (id 0)))",
            "(expect (script-calls vif-bridge (up (~ \"vif=vif[0-9]\"))))",
        ] {
            #expect(try !story("\(Self.domain) \(steps)").countsOnFirstIDs, "\(steps)")
        }
    }

    @Test func `a story of two hosts fits two machines, a PV guest that runs on while it moves none`() throws {
        let hosts = "(host alpha) (host beta) \(Self.domain)"
        let moves = try story("\(hosts) (migrate web beta)")
        #expect(moves.obstacleOnRealMachine(freeMemory: 400) == "it needs 2 machines")
        #expect(moves.obstacleOnRealMachine(freeMemory: 400, machines: 2) == nil)
        let live = try story("\(hosts) (migrate web beta (live yes))")
        #expect(live.obstacleOnRealMachine(freeMemory: 400, machines: 2)?.contains("PV guest") == true)
        let refused = try story("\(hosts) (migrate web alpha (live yes) (expect (error _)))")
        #expect(refused.obstacleOnRealMachine(freeMemory: 400, machines: 2) == nil)
    }
}
