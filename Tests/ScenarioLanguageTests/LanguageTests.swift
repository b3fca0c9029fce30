import SExpressions
import Testing

@testable import ScenarioLanguage

/// What the language accepts, and what it says about what it does not.
@Suite struct LanguageTests {
    static func read(_ text: String) throws -> [Scenario] {
        try ScenarioReader.scenarios(in: Array(text.utf8), file: "s.sxp")
    }

    static func inScenario(_ body: String) -> String { "(scenario s\n\(body))" }

    static let story = """
        # A rebooted domain keeps its name, its id and its console connection.
        (scenario reboot-keeps-console
          (host alpha (memory 4096) (cpus 2))
          (kernel /boot/vmlinuz-web (boots-in 2s) (prints "web login: "))

          (create (vm (name web) (memory 128) (image (linux (kernel /boot/vmlinuz-web))))
                  (expect (status 201) (sxp (domain (id 1) (name web) (state "--p---")))))
          (unpause web)
          (console web (expect "web login:"))
          (guest web (shutdown reboot))
          (settle)
          (expect (domain web (id 1) (state "-b----")))
          (console web (expect "web login:")))
        """

    @Test func `the story of the contract is read whole`() throws {
        let scenario = try #require(try Self.read(Self.story).first)
        #expect(scenario.name == "reboot-keeps-console")
        #expect(scenario.setup.hosts.map(\.name) == ["alpha"])
        #expect(scenario.setup.items.count == 1)
        #expect(scenario.steps.count == 7)
        #expect(scenario.steps[0].expectation?.count == 2)
        #expect(scenario.steps[1].expectation == nil)
        guard case .console(let console) = scenario.steps[2].action else {
            Issue.record("the third step is on the console")
            return
        }
        #expect(console.connection == "web")
        #expect(console.acts.count == 1)
    }

    @Test func `every form of the contract is read`() throws {
        let vm = "(create (vm (name web) (memory 64)))"
        let accepted = [
            "(host alpha (memory 4096) (dom0-memory 256) (cpus 2) (config (xend-port 8000) (vif-bridge br0)))",
            "(kernel /k (boots-in 1s) (prints x) (echoes) (shell) (shuts-down-in 500ms) (ignores shutdown))",
            "(kernel /k (refuses suspend) (exits-after 2s reboot) (crashes-after 1m) (hangs-after 1h))",
            "(kernel /k (dirties 10 (of 64)) (uses-cpu 50) (balloons-in 3s) (never-connects vif))",
            "(file /a (size 10)) (file /b (text \"x\")) (block-device /dev/sdb1 (size 1G)) (bridge br1) (missing /c)",
            "(receiver hook (answers)) (let a (vm)) (pool none) (seed 7) (needs simulator)",
            "(restore /f) (inject (a b)) (node reboot)",
            "\(vm) (pause web) (unpause web) (shutdown web reboot) (destroy web halt) (save web /f) (cancel web)",
            "\(vm) (host b) (migrate web b (live yes) (resource 100)) (pincpu web 1) (maxmem web 64)",
            "\(vm) (device-create web (vif (mac aa:00:00:00:00:01))) (device-destroy web vif 0)",
            "(request GET /xend (header Accept text/html) (query (a b)) (body x))",
            "(request POST /xend (form (op create) (config (vm (name x)))))",
            "(request POST /xend (multipart (op create) (config x (file c.sxp))))",
            "\(vm) (console web (as two) (connect) (send \"x\\n\") (expect \"y\") (disconnect)) (expect (open two))",
            "\(vm) (console web (connect) (expect (status _))) (console web (expect (~ \"a+\")))",
            "(debug (send help) (expect ok))",
            "\(vm) (guest web (shutdown reboot)) (guest web (crash)) (guest web (hang)) (guest web (prints x))",
            "\(vm) (guest web (dirties 5))",
            "(advance 5s) (settle) (wait (within 10s) (domains))",
            "(background b (settle)) (finish b (status 200))", "(when (domains) (settle))",
            "(parallel (settle) (settle)) (repeat 3 (advance 1ms))",
            "(fault (hypercall create) (nth 2) (error ENOMEM)) (heal)",
            "(fault (xenstore transaction) (every 2) (error EAGAIN)) (script /s) (fault (script /s up) (hang))",
            "(fault (backend vif) (stuck InitWait)) (fault (frontend vbd) (stuck 3)) (fault (disk fsync /f) (error EIO))",
            "(fault (network alpha alpha) (cut-after 10)) (fault (listener 9601) (error EADDRINUSE))",
            "(fault (step pause) (kill-daemon)) (fault (guest w) (after 1s) (drop)) (fault (disk write) (torn 4))",
            "(fault (hypercall build) (probability 0.5) (delay 1s)) (fault (disk rename) (power-loss))",
            "(daemon stop) (daemon start) (daemon kill) (daemon restart) (power-loss alpha) (host-reboot alpha)",
            "(xl create other 64 /boot/k) (expect (domain other)) (xl destroy other)",
            "(host a) (host b) (copy /f a b) (write /f \"x\") (corrupt /f)",
            "(expect (status 200) (header Location x) (text x) (error x) (sxp (a _)) (xpath \"//h1\") (xpath //a x))",
            "\(vm) (expect (domain web (id $i)) (no-domain x) (domains web ...) (events (xend.virq 4)))",
            "(expect (events-exactly xend.start) (memory-free (> 10)) (no-leaks) (log \"x\") (file /f \"x\"))",
            "\(vm) (expect (running-on alpha web) (script-calls /s (up vif=vif1.0 ...)) (task web (task (phase copy))))",
            "(receiver hook (refuses)) (expect (received hook xend.virq)) (inject x)",
            "(expect _) (pause ghost (expect _))", "(node (on alpha) shutdown)", "(host b) (settle (on b))",
        ]
        for body in accepted {
            #expect(throws: Never.self, "\(body)") { try Self.read(Self.inScenario(body + " (settle)")) }
        }
    }

    /// Body of a scenario (it begins on line 2), and what the error must contain.
    static let refused: [(body: String, says: String)] = [
        ("(unpuase web)", "s.sxp:2:2: unknown step unpuase (did you mean \"unpause\"?)"),
        ("(unpuase web)", "allowed here: create, restore"),
        ("settle", "s.sxp:2:1: a step is written in parentheses, not settle (did you mean (settle)?)"),
        ("(settle) ()", "s.sxp:2:10: an empty step"),
        ("", "it has no step"),
        ("(host a)", "it has no step"),
        ("(domain web)", "it is a check: (expect (domain D FIELD…))"),
        ("(boots-in 2s) (settle)", "it belongs into (kernel PATH (boots-in T))"),
        ("(expect)", "it expects nothing"),
        ("(settle (expect))", "it expects nothing"),
        ("(expect (stauts 200))", "s.sxp:2:10: unknown check stauts (did you mean \"status\"?)"),
        ("(advance 5)", "s.sxp:2:10: advance: the time must be a number with a unit (us ms s m h)"),
        ("(advance 5x)", "with a unit"),
        ("(xl reboot web)", "xl"),
        ("(xl create web)", "the megabytes is missing"),
        ("(advance)", "advance: the time is missing; it is written (advance T)"),
        ("(advance 1s 2s)", "2s is too much here"),
        ("(settle (on beta))", "there is no host beta; hosts are alpha"),
        ("(host beta) (power-loss bata)", "there is no host bata (did you mean \"beta\"?)"),
        ("(running-on x y)", "it is a check"),
        ("(pause ghost)", "pause: nothing creates a domain ghost; created are none"),
        ("(create (vm (name web))) (pause wbe)", "a domain wbe (did you mean \"web\"?); created are web"),
        ("(create (vm (name web))) (expect (domain wbe))", "created are web"),
        ("(create (vm (name $x)))", "nothing binds $x before this; nothing is bound here"),
        ("(let config 1) (inject $cofnig)", "(did you mean \"config\"?); bound are $config"),
        ("(let a (x $b)) (let b (y $a)) (settle)", "let: $a contains itself: a → b → a"),
        ("(let a ($a)) (settle)", "contains itself"),
        ("(let a 1) (let a 2) (settle)", "$a is bound already"),
        ("(finish x)", "nothing named x was begun with (background x …)"),
        ("(expect (received hook x))", "there is no (receiver hook …)"),
        ("(expect (open con))", "there is no connection con"),
        ("(expect (text (~ \"a(\")))", "the regular expression 'a(' cannot be read"),
        ("(expect (xpath \"//[\"))", "is no XPath expression"),
        ("(expect (status (< many)))", "only numbers are compared"),
        ("(host a (memory lots)) (settle)", "its memory in MB must be a number from 64"),
        ("(host a (memroy 64)) (settle)", "unknown part of host memroy (did you mean \"memory\"?)"),
        ("(host a) (host a) (settle)", "there is a host a already"),
        ("(host a (memory 128) (dom0-memory 128)) (settle)", "Domain-0 cannot hold 128 MB of 128"),
        ("(kernel /k (boot-in 1s)) (settle)", "unknown behaviour boot-in (did you mean \"boots-in\"?)"),
        ("(kernel k) (settle)", "a path begins with \"/\""),
        ("(needs zen) (settle)", "one of simulator, xen, not zen (did you mean \"xen\"?)"),
        ("(fault (hypercal create) (hang))", "unknown fault point hypercal (did you mean \"hypercall\"?)"),
        ("(fault (hypercall create) (error ENOMEN))", "ENOMEN is no errno (did you mean \"ENOMEM\"?)"),
        ("(fault (hypercall creat) (hang))", "there is no hypercall creat (did you mean \"create\"?)"),
        ("(fault (hypercall xc_domain_create) (hang)) (pause x)", "nothing creates a domain x"),
        ("(fault (step destroy) (hang))", "no plan has a step \"destroy\""),
        (
            "(fault (script vif-brigde up) (hang)) (settle)",
            "nothing runs a script vif-brigde (did you mean \"vif-bridge\"?)"
        ),
        ("(fault (hypercall create) (hangs))", "unknown kind of fault hangs"),
        ("(fault (disk write) (every 0) (hang))", "every how many must be a number from 1"),
        ("(repeat 2000000 (settle))", "how often must be a number from 0"),
        ("(repeat 100000 (repeat 100000 (settle)))", "more than 1000000 steps"),
        ("(request POST /x (form (a b)) (body x))", "a request has one body"),
        ("(guest web)", "what the guest does is missing"),
        ("(expect (status created))", "the status is a number, or a pattern like (> 400), not created"),
        ("(expect (memory-free much))", "the MB is a number"),
        ("(request GET /xend (on alpha))", "(on HOST) must stand first in its form"),
        (
            "(host a (config (xend-prot 8000))) (settle)",
            "xend-config.sxp has no key xend-prot (did you mean \"xend-port\"?)"
        ),
        ("(host a (config (xend-port http))) (settle)", "config: xend-port must be a number from 1 to 65535"),
    ]

    @Test func `what cannot be read is refused with its place and what is allowed there`() {
        for (body, says) in Self.refused {
            do {
                _ = try Self.read(Self.inScenario(body))
                Issue.record("accepted: \(body)")
            } catch {
                let message = "\(error)"
                #expect(message.contains(says), "\(body): \(message)")
            }
        }
    }

    @Test func `the mistakes of a file are told together, those of names only where all could be read`() {
        func messages(_ text: String) -> [String] {
            ScenarioReader.read(Array(text.utf8), file: "s").errors.map(\.description)
        }
        let misspelt =
            "(scenario a (kernel k) (advance 1) (expect (stauts 1) (status (< x))) (parallel (paus w) (unpaus w)) (pause w))"
        #expect(
            messages(misspelt).map { $0.prefix(6) } == ["s:1:13", "s:1:33", "s:1:45", "s:1:66", "s:1:82", "s:1:91"])
        let unknown = "(scenario b (pause w) (settle (on x)) (expect (domain v) (text $y)))"
        #expect(messages(unknown).count == 3)
        #expect(messages("\(misspelt) \(unknown)").count == 9)
    }

    @Test func `empty, huge and foreign files are refused`() {
        for (text, says) in [
            ("", "there is no scenario here"), ("# nothing\n", "there is no scenario here"),
            ("(story x)", "unknown top-level form story"), ("(scenario)", "its name is missing"),
            ("(scenario a (settle)) (scenario a (settle))", "there is a scenario a already, at 1:1"),
            ("(scenario \(String(repeating: "a", count: 300)) (settle))", "not longer than 200 bytes"),
            ("\u{FEFF}(scenario a (settle))", "the file begins with a byte order mark"),
            (String(repeating: " ", count: ScenarioReader.sizeLimit + 1), "at most"),
            (String(repeating: "(", count: 1000), "nested more than"),
            ("(scenario s\n(settle", "s.sxp:2:8: unexpected EOF (what begins at 2:1 is never closed)"),
        ] {
            do {
                _ = try Self.read(text)
                Issue.record("accepted: \(text.prefix(40))")
            } catch {
                #expect("\(error)".contains(says), "\(error)")
            }
        }
    }

    @Test func `a value that would grow without bound is refused at once`() {
        var body = "(let a0 (x x x x x x x x))"
        for index in 1..<40 { body += "(let a\(index) ($a\(index - 1) $a\(index - 1)))" }
        #expect(throws: ScenarioError.self) { try Self.read(Self.inScenario(body + "(settle)")) }
    }
}
