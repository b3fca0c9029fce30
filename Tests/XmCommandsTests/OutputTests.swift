// Outputs as golden text.

import SExpressions
import Testing
import XendClient

@testable import XmCommands

@Suite struct OutputTests {
    static let listings: [([String], XmFormat, String)] = [
        (
            ["list"], .original,
            """
            Name              Id  Mem(MB)  CPU  State  Time(s)  Console
            Domain-0           0      128    0  r----    172.2        \("")
            k1                 1       32    0  -b---      1.5    9777

            """
        ),
        (
            ["list", "k1"], .original,
            """
            Name              Id  Mem(MB)  CPU  State  Time(s)  Console
            k1                 1       32    0  -b---      1.5    9777

            """
        ),
        (
            ["list"], .later,
            """
            Name                                        ID   Mem VCPUs      State   Time(s)
            Domain-0                                     0   128     1     r-----    172.2
            k1                                           1    32     2     -b----      1.5

            """
        ),
        (
            ["list"], .xl,
            """
            Name                                        ID   Mem VCPUs\tState\tTime(s)
            Domain-0                                     0   128     1     r-----     172.2
            k1                                           1    32     2     -b----       1.5

            """
        ),
        (["vif-list", "k1"], .original, "(vif (idx 0) (mac aa:00:00:00:00:01))\n"),
        (["consoles"], .original, "Dom Port  Id Connection\n  2 9777  11 \n 12 9612 102 10.0.0.1:4242\n"),
        (
            ["info"], .original,
            "system                 : Linux\nhost                   : h\nversion                : #1 SMP\ncores                  : 2\n"
        ),
        (
            ["info"], .later,
            "host                   : h\nversion                : #1 SMP\nnr_cpus                : 4\nnr_nodes               : 1\ncores_per_socket       : 2\nthreads_per_core       : 2\ncpu_mhz                : 3000\ntotal_memory           : 767\nfree_memory            : 512\nxen_major              : 4\nxen_minor              : 17\nxend_config_format     : 2\n"
        ),
        (["info", "total_memory"], .xl, "767\n"),
        (
            ["vcpu-list", "k1"], .later,
            """
            Name                                ID  VCPU   CPU State   Time(s) CPU Affinity
            k1                                   1     0     0   -b-       0.8 any cpu
            k1                                   1     1     0   -b-       0.8 any cpu

            """
        ),
        (
            ["uptime"], .later,
            """
            Name                                ID Uptime \("")
            Domain-0                             0  1:01:01
            k1                                   1 1 day,  2:03:04

            """
        ),
        (["uptime", "-s", "k1"], .later, " 12:34:56 up 1 day,  2:03, k1 (1)\n"),
        (
            ["sched-credit"], .later,
            """
            Name                                ID Weight  Cap
            Domain-0                             0    256    0
            k1                                   1    256    0

            """
        ),
        (["dmesg"], .original, "(XEN) hello\n\n"), (["log"], .original, "a line\n\n"),
        (["call", "node"], .original, "(node (system Linux) (host h) (version '#1 SMP') (cores 2))\n"),
    ]

    private static func daemon(_ format: XmFormat) -> FakeDaemon {
        let daemon = FakeDaemon(twoDomains)
        daemon.answer("GET /xend/domain/k1?op=vifs", "((vif (idx 0) (mac aa:00:00:00:00:01)))")
        daemon.answer("GET /xend/console/", "(9777 9612)")
        daemon.answer("GET /xend/console/9777", "(console (status listening) (id 11) (domain 2) (console_port 9777))")
        daemon.answer(
            "GET /xend/console/9612",
            "(console (status connected) (id 102) (domain 12) (console_port 9612) (connected 10.0.0.1 4242))")
        daemon.answer(
            "GET /xend/node/",
            format == .original
                ? "(node (system Linux) (host h) (version '#1 SMP') (cores 2))"
                : "(node (system Linux) (host h) (version '#1 SMP') (cores 2) (hyperthreads_per_core 2) (cpu_mhz 3000) "
                    + "(memory 767) (free_memory 512) (xen_major 4) (xen_minor 17))")
        for (path, text) in [("dmesg", "(XEN) hello\n"), ("log", "a line\n")] {
            daemon.answer(
                "GET /xend/node/\(path)",
                XendResponse(
                    status: 200, reason: "OK", headers: [("Content-Type", "text/plain")], body: Array(text.utf8)))
        }
        return daemon
    }

    @Test("Outputs are, to the blank, what programs have learnt to read", arguments: listings)
    func prints(arguments: [String], format: XmFormat, expected: String) async {
        let outcome = await run(arguments, daemon: Self.daemon(format), format: format)
        #expect(outcome.output == expected)
        #expect(outcome.errors == "")
        #expect(outcome.status == 0)
    }

    @Test("The long listing is what xend sent, laid out")
    func listsLong() async throws {
        let outcome = await run(["list", "-l", "k1"])
        #expect(outcome.output.hasPrefix("(domain\n    (id 1)\n    (name k1)\n"))
        #expect(
            try SExpression.parseFirst(outcome.output)
                == SExpression.parseFirst(twoDomains["GET /xend/domain/k1"] ?? ""))
    }

    @Test("The later long listing has exactly one line with status, and that tells a resource agent the truth")
    func listsLongLater() async {
        let outcome = await run(["list", "--long", "k1"], format: .later)
        let lines = outcome.output.split(separator: "\n").filter { $0.contains("status") }
        #expect(lines == ["    (status 2)"])
        #expect(outcome.output.hasPrefix("(domain\n    (domid 1)\n    (uuid 8f3a4a4e-0000-4000-8000-000000000001)\n"))
    }

    @Test("xl's long listing is a JSON array")
    func listsObjects() async {
        let all = await run(["list", "-l"], format: .xl).output
        #expect(all.hasPrefix("[\n    {\n        \"domid\": 0,\n        \"config\": {\n            \"c_info\": {\n"))
        let one = await run(["list", "-l", "k1"], format: .xl).output
        #expect(one.hasPrefix("[\n    {\n        \"domid\": 1,\n"))
        #expect(one.contains("\"name\": \"k1\",\n"))
    }

    /// State, reason, xl's six letters.
    static let states = [
        ("r-----", "", "r-----"), ("-b----", "", "-b----"), ("--p---", "", "--p---"), ("------", "", "------"),
        ("---s--", "poweroff", "---s--"), ("---s--", "reboot", "---sr-"), ("---s--", "suspend", "---ss-"),
        ("----c-", "", "---sc-"), ("---s--", "crash", "---sc-"), ("-----d", "", "-----d"), ("---s-d", "", "---s-d"),
        ("-b---", "", "-b----"), ("", "", "------"),
    ]

    @Test("Six letters tell state and reason as xl does", arguments: states)
    func showsState(state: String, reason: String, expected: String) {
        var fields: [SExpression] = [.element("state", .atom(state))]
        if !reason.isEmpty { fields.append(.element("shutdown_reason", .atom(reason))) }
        #expect(DomainList.sixLetters(DomainInformation(.element("domain", fields))) == expected)
    }

    @Test("A domain that vanishes between the list and the question does not spoil the list")
    func survivesVanishing() async {
        let daemon = FakeDaemon(twoDomains.merging(["GET /xend/domain/": "(gone k1)"]) { $1 })
        let outcome = await run(["list"], daemon: daemon)
        #expect(outcome.status == 0)
        #expect(outcome.output.hasSuffix("9777\n"))
    }

    @Test("Fields that xend did not send have the original's defaults")
    func hasDefaults() {
        let bare = DomainInformation(.element("domain", []))
        #expect(DomainList.line(bare, .original) == "??                -1        0    0     ??      0.0        ")
    }

    @Test("Blanks of block-list and network-list keep the columns in place")
    func listsDevices() async {
        let daemon = FakeDaemon(twoDomains)
        daemon.answer("GET /xend/domain/k1?op=vbds", "((vbd (idx 1) (vdev 51712) (dev xvda) (evtchn 5 6)))")
        daemon.answer("GET /xend/domain/k1?op=vifs", "((vif (idx 0) (mac aa:00:00:00:00:01)))")
        let blocks = await run(["block-list", "k1"], daemon: daemon, format: .xl).output.split(separator: "\n")
        #expect(
            blocks[1].split(separator: " ").map(String.init) == [
                "51712", "0", "1", "4", "6", "-1", "/local/domain/0/backend/vbd/1/51712",
            ])
        let cards = await run(["network-list", "k1"], daemon: daemon, format: .xl).output.split(separator: "\n")
        #expect(cards[1].split(separator: " ").prefix(3).map(String.init) == ["0", "0", "aa:00:00:00:00:01"])
        let daemonForDetach = FakeDaemon(["GET /xend/domain/k1?op=vbds": "((vbd (idx 3) (vdev 51712) (dev xvda)))"])
        let detach = await run(["block-detach", "k1", "xvda"], daemon: daemonForDetach)
        #expect(detach.requests.last == "POST /xend/domain/k1 type=vbd&idx=3&op=device_destroy")
    }
}
