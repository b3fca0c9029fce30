// Subcommands: requests, outputs, messages, statuses.

import Foundation
import Testing
import XendClient

@testable import XmCommands

@Suite struct CommandTests {
    struct Example: Sendable {
        var arguments: String
        var requests: [String] = []
        var output = ""
        var errors = ""
        var status: Int32 = 0
        var format = XmFormat.original

        init(
            _ arguments: String, _ requests: [String] = [], output: String = "", errors: String = "",
            status: Int32 = 0, format: XmFormat = .original
        ) {
            self.arguments = arguments
            self.requests = requests
            self.output = output
            self.errors = errors
            self.status = status
            self.format = format
        }

        /// A mistake that is told without asking the daemon.
        static func mistake(_ arguments: String, _ text: String, format: XmFormat = .original) -> Example {
            Example(arguments, errors: "Error: \(text)\n", status: 1, format: format)
        }
    }

    static let examples: [Example] = [
        Example("pause k1", ["POST /xend/domain/k1 op=pause"]),
        .mistake("why", "why: Invalid argument(s)"),
        Example("unpause k1", ["POST /xend/domain/k1 op=unpause"]),
        Example("unp k1", ["POST /xend/domain/k1 op=unpause"]),
        Example("destroy k1", ["POST /xend/domain/k1 reason=halt&op=destroy"]),
        Example("destroy k1 --reboot", ["POST /xend/domain/k1 reason=reboot&op=destroy"]),
        Example("destroy -R k1", ["POST /xend/domain/k1 reason=reboot&op=destroy"]),
        Example("shutdown k1", ["POST /xend/domain/k1 reason=poweroff&op=shutdown"]),
        Example("shutdown k1 -H", ["POST /xend/domain/k1 reason=halt&op=shutdown"]),
        Example("shutdown -R k1", ["POST /xend/domain/k1 reason=reboot&op=shutdown"]),
        Example("shutdown -a", ["GET /xend/domain/", "POST /xend/domain/k1 reason=poweroff&op=shutdown"]),
        Example("shutdown 0"), Example("shutdown Domain-0"),
        Example("save k1 f", ["POST /xend/domain/k1 file=%2Froot%2Ff&op=save"]),
        Example("save k1 /a//b/../c", ["POST /xend/domain/k1 file=%2Fa%2Fc&op=save"]),
        Example("migrate k1 far", ["POST /xend/domain/k1 destination=far&live=0&resource=0&op=migrate"]),
        Example("migrate -l -r 100 k1 far", ["POST /xend/domain/k1 destination=far&live=1&resource=100&op=migrate"]),
        Example(
            "migrate -p 8001 k1 far -l", ["POST /xend/domain/k1 destination=far%3A8001&live=1&resource=0&op=migrate"]),
        Example("pincpu k1 1", ["POST /xend/domain/k1 cpu=1&op=pincpu"]),
        Example("maxmem k1 64", ["POST /xend/domain/k1 memory=64&op=maxmem_set"]),
        Example("balloon k1 64", ["POST /xend/domain/k1 target=64&op=mem_target_set"]),
        Example("mem-set k1 1g", ["POST /xend/domain/k1 target=1024&op=mem_target_set"]),
        Example("mem-max k1 64", ["POST /xend/domain/k1 memory=64&op=maxmem_set"]),
        Example(
            "bvt k1 1 2 3 4 5", ["POST /xend/domain/k1 mcuadv=1&warpback=2&warpvalue=3&warpl=4&warpu=5&op=cpu_bvt_set"]),
        Example("bvt_ctxallow 5", ["POST /xend/node ctx_allow=5&op=cpu_bvt_slice_set"]),
        Example(
            "atropos k1 1 2 3 4", ["POST /xend/domain/k1 period=1&slice=2&latency=3&xtratime=4&op=cpu_atropos_set"]),
        Example("rrobin 10", ["POST /xend/node slice=10&op=cpu_rrobin_slice_set"]),
        Example(
            "vbd-create k1 phy:a sdb1 w",
            ["POST /xend/domain/k1 config=%28vbd+%28uname+phy%3Aa%29+%28dev+sdb1%29+%28mode+w%29%29&op=device_create"]),
        Example(
            "vbd-create k1 phy:a sdb1 w 2",
            [
                "POST /xend/domain/k1 config=%28vbd+%28uname+phy%3Aa%29+%28dev+sdb1%29+%28mode+w%29+%28backend+2%29%29&op=device_create"
            ]),
        Example(
            "block-attach k1 phy:a,xvdb,w",
            ["POST /xend/domain/k1 config=%28vbd+%28uname+phy%3Aa%29+%28dev+xvdb%29+%28mode+w%29%29&op=device_create"]),
        Example("vbd-destroy k1 3", ["POST /xend/domain/k1 type=vbd&idx=3&op=device_destroy"]),
        Example(
            "network-attach k1 mac=aa:00:00:00:00:02 bridge=b",
            [
                "POST /xend/domain/k1 config=%28vif+%28mac+aa%3A00%3A00%3A00%3A00%3A02%29+%28bridge+b%29%29&op=device_create"
            ]),
        Example("rename k1 web", ["POST /xend/domain/k1 name=web&op=rename"]),
        Example("resolve k1 keep", ["POST /xend/domain/k1 decision=keep&op=resolve"]),
        Example("reboot k1", ["POST /xend/domain/k1 reason=reboot&op=shutdown"]),
        Example("trigger k1 power", ["POST /xend/domain/k1 reason=poweroff&op=shutdown"]),
        Example("sched-credit -d k1 -w 512", ["POST /xend/domain/k1 weight=512&op=sched_credit_set"]),
        Example("vcpu-pin k1 all 1", ["POST /xend/domain/k1 cpu=1&op=pincpu"]),
        Example("vcpu-pin k1 all all", ["POST /xend/domain/k1 cpu=-1&op=pincpu"]),
        Example("vcpu-pin k1 1 0-1,3", ["POST /xend/domain/k1 cpu=0-1%2C3&vcpu=1&op=pincpu"]),
        Example("vcpu-set k1 2", ["POST /xend/domain/k1 vcpus=2&op=vcpus_set"]),
        Example("keep k1", ["POST /xend/domain/k1 op=keep"]),
        Example("delete k1", ["POST /xend/domain/k1 memory=keep&op=undefine"]),
        Example("delete -m k1", ["POST /xend/domain/k1 memory=drop&op=undefine"]),
        Example("start k1", ["POST /xend/domain/k1 paused=0&op=start"]),
        Example("resume -p k1", ["POST /xend/domain/k1 paused=1&op=start"]),
        Example("suspend k1", ["POST /xend/domain/k1 op=suspend"]),
        Example("autostart -o 5 --stop suspend k1 on", ["POST /xend/domain/k1 order=5&stop=suspend&on=1&op=autostart"]),
        Example("sysrq k1 s", ["POST /xend/domain/k1 key=s&op=sysrq"]),
        Example("reset k1", ["POST /xend/domain/k1 reason=reboot&op=destroy"]),
        Example("debug R", ["POST /xend/node op=reboot"], format: .xl),
        Example("destroy -f k1", ["POST /xend/domain/k1 reason=halt&op=destroy"], format: .xl),
        Example("dmesg -c", ["POST /xend/node/dmesg op=clear"]),
        Example("domid k1", ["GET /xend/domain/k1"], output: "1\n"),
        Example("domname k1", ["GET /xend/domain/k1"], output: "k1\n"),
        Example("pause a/b%", ["POST /xend/domain/a%2Fb%25 op=pause"]),
        Example("call domain_pause k1", ["POST /xend/domain/k1 op=pause"], output: "0\n"),
        Example("call xend_domains", ["GET /xend/domain/"], output: "(k1 Domain-0)\n"),
        Example("call domain nope", ["GET /xend/domain/nope"], output: "ERROR: invalid domain:nope\n", status: 1),
        Example("call domain", output: "ERROR: usage: xend_domain DOM\n", status: 1),
        Example(
            "call nothing", output: "ERROR: there is no function xend_nothing; xm help call lists them\n", status: 1),
        Example("help nothing", output: "help: Unknown command: nothing\n"),
        Example(
            "list nope", ["GET /xend/domain/nope"], output: "\(DomainList.heading(.original))\n",
            errors: "Error: invalid domain:nope\n", status: 1),
        .mistake("nothing", "Unknown command: nothing\nTry 'xm help' for more information."),
        .mistake("d", "Unknown command: d\nTry 'xm help' for more information."),
        .mistake("nothing", "Unknown command: nothing\nTry 'xl help' for more information.", format: .xl),
        .mistake("pause", "pause: Missing domain"), .mistake("unpause", "unpause: Missing domain"),
        .mistake("destroy", "Missing domain"), .mistake("shutdown", "Missing domain"),
        .mistake("console", "console: Missing domain"),
        .mistake("image-info", "image-info: Invalid argument(s)"),
        .mistake("image-stream a b", "image-stream: Invalid argument(s)"),
        .mistake("image-info nowhere", "cannot read nowhere: No such file or directory"),
        .mistake("save k1", "save: Missing arguments"), .mistake("restore", "restore: Missing arguments"),
        .mistake("pincpu k1", "pincpu: Invalid argument(s)"), .mistake("pinc k1", "pinc: Invalid argument(s)"),
        .mistake("pincpu k1 x", "invalid literal for int(): x"), .mistake("maxmem k1", "maxmem: Invalid argument(s)"),
        .mistake("balloon k1 1 2", "balloon: Invalid argument(s)"), .mistake("domid", "domid: Invalid argument(s)"),
        .mistake("bvt k1 1", "bvt: Invalid argument(s)"), .mistake("atropos k1", "atropos: Invalid argument(s)"),
        .mistake("bvt_ctxallow", "bvt_ctxallow: Missing context switch allowance"),
        .mistake("rrobin", "rrobin: Invalid argument(s)"),
        .mistake("vif-list", "vif-list: Invalid argument(s)"),
        .mistake("vbd-list a b", "vbd-list: Invalid argument(s)"),
        .mistake("vbd-create k1 a b", "vbd-create: Invalid argument(s)"),
        .mistake("vbd-destroy k1", "vbd-destroy: Invalid argument(s)"),
        .mistake("migrate k1", "Invalid arguments: ['k1']"), .mistake("migrate 0 far", "Cannot migrate 0"),
        .mistake("migrate Domain-0 far", "Cannot migrate Domain-0"),
        .mistake("migrate -r x k1 far", "Invalid value: x"),
        .mistake("shutdown -w -R k1", "Can't specify wait and reboot"),
        .mistake("shutdown -HR k1", "Can't specify halt and reboot"),
        .mistake("destroy -x k1", "option -x not recognized"),
        .mistake("destroy --re=1 k1", "option --reboot must not have an argument"),
        .mistake("list -x", "option -x not recognized"), .mistake("create --path", "option --path requires argument"),
        .mistake("create --p x", "option --p not a unique prefix"),
        .mistake("create -f", "option -f requires argument"),
        .mistake("create nofile", "Cannot open config file \"nofile\""),
        .mistake("create", "Cannot open config file \"xmdefconfig\""),
        .mistake("create -F nofile", "cannot read nofile: No such file or directory"),
        .mistake("dmesg -c x", "Invalid arguments: ['dmesg', '-c', 'x']"),
        .mistake("trigger k1 nmi", "trigger: \"nmi\" is not supported: use power or reset"),
        .mistake("vcpu-set k1", "vcpu-set: Invalid argument(s)"),
        .mistake("vcpu-set k1 x", "invalid literal for int(): x"), .mistake("sysrq k1", "sysrq: Invalid argument(s)"),
        .mistake("reset", "reset: Missing domain"), .mistake("top x", "top: Invalid argument(s)"),
        .mistake("top -d 0", "Invalid value: 0"), .mistake("top -i x", "invalid literal for int(): x"),
        .mistake("debug-keys q", "debug-keys: \"q\" is not supported: use R"),
        .mistake("vncviewer k1", "vncviewer is not supported: domains have no screen; use console DOM."),
        .mistake("pci-list k1", "pci-list is not supported: xend does not pass PCI devices through."),
        .mistake("start", "start: Invalid argument(s)"), .mistake("keep", "keep: Invalid argument(s)"),
        .mistake("autostart k1 perhaps", "autostart: Invalid argument(s)"),
        .mistake("rename k1", "rename: Invalid argument(s)"), .mistake("sched-credit -w 5", "No domain given."),
        .mistake("completion csh", "completion: there is no script for \"csh\", only for bash, zsh and fish"),
        .mistake("mem-set k1 9999999999999t", "9999999999999t is too much memory"),
        // Several domains; what is left over; what was meant.
        Example("pause k1 k2", ["POST /xend/domain/k1 op=pause", "POST /xend/domain/k2 op=pause"]),
        Example("destroy k1 k2", ["k1", "k2"].map { "POST /xend/domain/\($0) reason=halt&op=destroy" }),
        Example("shutdown k1 k2", ["k1", "k2"].map { "POST /xend/domain/\($0) reason=poweroff&op=shutdown" }),
        Example("-vvv pause k1", ["POST /xend/domain/k1 op=pause"], format: .xl),
        .mistake("shutdown -a k1", "either -a or domains, not both: k1"),
        .mistake("puase k1", "Unknown command: puase (did you mean \"pause\"?)\nTry 'xm help' for more information."),
        .mistake("list --lnog", "option --lnog not recognized (did you mean \"long\"?)"),
        // Checkpoints.
        Example("save -c k1 f", ["POST /xend/domain/k1 file=%2Froot%2Ff&afterwards=running&op=save"]),
        Example("save k1 f -p", ["POST /xend/domain/k1 file=%2Froot%2Ff&afterwards=paused&op=save"], format: .xl),
        .mistake("save k1 f g", "save: g: a saved domain has its own configuration, and takes no other"),
        .mistake("restore f g", "restore: one file: a saved domain has its own configuration, and takes no other"),
        // What a domain has one of.
        .mistake(
            "console -t serial k1",
            "console: type \"serial\" is not supported: a domain has one console (type pv, num 0)"),
        .mistake(
            "vcpu-pin k1 0 1 2",
            "vcpu-pin: cpus that are only preferred (\"2\") are not supported: say where it may run"),
        Example("vcpu-pin k1 0 0-3,^1 all", ["POST /xend/domain/k1 cpu=0-3%2C%5E1&vcpu=0&op=pincpu"]),
        .mistake("sched-credit -p other", "there is no pool \"other\", only Pool-0"),
        .mistake(
            "list --state odd",
            "\"odd\" is no state: all, blocked, crashed, dying, halted, paused, running, shutdown, suspended"),
        // Disks in every order.
        Example(
            "block-attach k1 /dev/vg/a xvdb",
            [
                "POST /xend/domain/k1 config=%28vbd+%28uname+phy%3A%2Fdev%2Fvg%2Fa%29+%28dev+xvdb%29+%28mode+w%29%29&op=device_create"
            ]),
        Example(
            "block-attach k1 file:/a,b=c xvdc:cdrom r",
            [
                "POST /xend/domain/k1 config=%28vbd+%28uname+%27file%3A%2Fa%2Cb%3Dc%27%29+%28dev+xvdc%3Acdrom%29+%28mode+r%29%29&op=device_create"
            ]),
        .mistake(
            "block-attach k1 phy:a xvdb q",
            "Invalid disk specifier: vdev=xvdb,access=q,target=phy:a (\"q\" is no access: r, ro, w, rw)"),
    ]

    @Test("A command asks, says and returns what it should", arguments: examples)
    func runs(example: Example) async {
        let outcome = await run(example.arguments.split(separator: " ").map(String.init), format: example.format)
        #expect(outcome.requests == example.requests)
        #expect(outcome.output == example.output)
        #expect(outcome.errors == example.errors)
        #expect(outcome.status == example.status)
    }

    @Test("A command that names no rest of words takes no more than it needs, and does nothing then")
    func refusesSurplus() async {
        for command in XmCommand.all where command.group != .absent && !command.arguments.contains("...") {
            let outcome = await run([command.name] + ["k1", "1", "1", "1", "1", "1", "1", "1"])
            #expect(outcome.status == 1, "\(command.name)")
            #expect(outcome.errors.hasPrefix("Error: "), "\(command.name)")
            #expect(!outcome.requests.contains { $0.hasPrefix("POST") }, "\(command.name)")
        }
    }

    @Test("A command that is not supported says why, and what to do instead")
    func explainsAbsence() async {
        for command in XmCommand.all where command.group == .absent {
            let outcome = await run([command.name, "k1"])
            #expect(outcome.status == 1 && outcome.requests.isEmpty)
            #expect(outcome.errors == "Error: \(command.name) is not supported: \(command.summary)\n")
            #expect(command.summary.count > 10)
        }
    }

    private func plain(_ text: String) -> XendResponse {
        XendResponse(status: 200, reason: "OK", headers: [("Content-Type", "text/plain")], body: Array(text.utf8))
    }

    @Test("What can be printed as JSON is JSON", arguments: [XmFormat.original, .later, .xl])
    func printsJSON(format: XmFormat) async throws {
        // What is in a saved domain's file is asked of a real one, by CI/test-xm.
        let commands = XmCommand.all.filter { $0.options.contains { $0.name == "json" } && $0.name != "image-info" }
        #expect(commands.count >= 18)
        for command in commands {
            let needsDomain = ["DOM...", "DOM", "ID", "[-a] DOM"].contains(command.arguments)
            let more = [
                "GET /xend/node/": "(node (total_memory 1000) (cores 2))", "GET /xend/console/": "(9777)",
                "GET /xend/console/9777": "(console (status listening) (id 11) (domain 1) (console_port 9777))",
                "GET /xend/domain/k1/history":
                    "(history (entry (number 1) (time 5) (kind request) (text 'pause k1')))",
                "GET /xend/domain/k1?op=vifs": "((vif (idx 0) (vif 0) (mac aa:00:00:00:00:11)))",
                "GET /xend/domain/k1?op=vbds":
                    "((vbd (idx 0) (vdev 2049) (dev sda1)))",
                "GET /xend/event/": "(events (newest 1) (event (number 1) (time 2) (name xend.start) (value 0)))",
            ]
            let daemon = FakeDaemon(twoDomains.merging(more) { first, _ in first })
            for path in ["dmesg", "log"] { daemon.answer("GET /xend/node/\(path)", plain("one\ntwo\n")) }
            let outcome = await run(
                [command.name, "--json"] + (needsDomain ? ["k1"] : []), daemon: daemon, format: format)
            #expect(outcome.status == 0, "\(command.name): \(outcome.errors)")
            let value = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
            #expect(value is [Any] || value is [String: Any], "\(command.name)")
        }
    }

    @Test("A failure of one domain is told, and the others have their turn")
    func goesOn() async {
        let daemon = FakeDaemon(["POST /xend/domain/a": "(xend.err 'it will not')"])
        let outcome = await run(["pause", "a", "k1"], daemon: daemon)
        #expect(outcome.status == 1 && outcome.errors == "Error: it will not\n")
        #expect(outcome.requests.last == "POST /xend/domain/k1 op=pause")
    }

    /// Names of devices, and the idx that is sent.
    static let deviceNames: [(String, String, String?)] = [
        ("block-detach", "xvdb", "1"), ("block-detach", "/dev/xvdb", "1"), ("block-detach", "xvdb:disk", "1"),
        ("block-detach", "51728", "1"), ("block-detach", "0xca10", "1"), ("block-detach", "sda1", "0"),
        ("block-detach", "1", "1"), ("block-detach", "xvdz", nil), ("block-detach", "zork", nil),
        ("network-detach", "0", "0"), ("network-detach", "AA:0:0:0:0:11", "0"), ("network-detach", "web-eth0", "0"),
        ("network-detach", "vif1.0", "0"), ("network-detach", "aa:00:00:00:00:12", nil),
        ("network-detach", "eth9", nil),
    ]

    @Test("A device is found by every name that a file or a list has for it", arguments: deviceNames)
    func findsDevices(command: String, word: String, idx: String?) async {
        let daemon = FakeDaemon([
            "GET /xend/domain/k1?op=vbds": "((vbd (idx 0) (vdev 2049) (dev sda1)) "
                + "(vbd (idx 1) (vdev 51728) (dev xvdb)))",
            "GET /xend/domain/k1?op=vifs": "((vif (idx 0) (vif 0) (mac aa:00:00:00:00:11) (vifname web-eth0)))",
        ])
        let outcome = await run([command, "k1", word], daemon: daemon)
        let type = command == "block-detach" ? "vbd" : "vif"
        if let idx {
            #expect(outcome.requests.last == "POST /xend/domain/k1 type=\(type)&idx=\(idx)&op=device_destroy")
        } else {
            #expect(
                outcome.status == 1 && outcome.errors.contains("domain k1 has no ")
                    && outcome.errors.contains("\"\(word)\""))
            #expect(!outcome.requests.contains { $0.hasPrefix("POST") })
        }
    }

    @Test("list shows the domains in a state, sorted, with further columns")
    func listsSome() async {
        let daemon = FakeDaemon([
            "GET /xend/domain/?detail=1":
                "((domain (id 1) (name a) (memory 32) (state -b----) (uuid u1)) (domain (id 2) (name b) (memory 64) (state --p---) (uuid u2)) (domain (id 3) (name c) (memory 48) (state r-----) (uuid u3)))"
        ])
        let outcome = await run(["list", "--state=running", "--sort", "mem", "-c"], daemon: daemon, format: .xl)
        let names = outcome.output.split(separator: "\n").map { String($0.prefix { $0 != " " }) }
        #expect(names == ["Name", "c", "a"] && outcome.output.contains("Pool-0"))
        let paused = await run(["list", "--state", "p", "-v"], daemon: daemon)
        #expect(paused.output.contains("u2") && !paused.output.contains("u1"))
    }

    @Test("list has the columns that are asked for, as wide as they need to be, sorted by any of them")
    func listsColumns() async {
        let daemon = FakeDaemon([
            "GET /xend/domain/?detail=1":
                "((domain (id 1) (name a) (memory 32) (state -b----)) (domain (id 10) (name bigger) (memory 64) (state --p---) (console (console_port 9610))))",
            "GET /xend/domain/?detail=1&state=halted":
                "((domain (name kept) (memory 16) (state ------) (defined halted)))",
        ])
        let table = await run(["list", "--columns", "name,mem,console,state", "--sort", "-mem"], daemon: daemon)
        #expect(
            table.output
                == "Name    Mem  Console  State\na        32        -  -b----\nbigger   64     9610  --p---\n")
        let byID = await run(["list", "--columns=id", "--sort=id"], daemon: daemon)
        #expect(byID.output == "ID\n 1\n10\n")
        let objects = await run(["vm-list", "--columns", "name,mem", "--json"], daemon: daemon, format: .xl)
        #expect(objects.output.contains("\"name\": \"bigger\",\n        \"mem\": 64"))
        let kept = await run(["list", "--state", "halted", "--columns", "name,id,defined"], daemon: daemon)
        #expect(kept.output == "Name  ID  Defined\nkept   -  halted\n")
        for (arguments, text) in [
            (["--columns", "name,weight"], "\"weight\" is no column: name, id, uuid,"),
            (["--sort", "weight"], "\"weight\" is nothing to sort by: name,"),
            (["-l", "--columns", "name"], "exclude each other"),
        ] {
            let outcome = await run(["list"] + arguments, daemon: daemon)
            #expect(outcome.status == 1 && outcome.errors.contains(text))
        }
    }

    @Test("A terminal has headings and states in colours, a pipe has none")
    func paintsStates() async {
        let daemon = FakeDaemon([
            "GET /xend/domain/?detail=1":
                "((domain (id 1) (name a) (state -b----)) (domain (id 2) (name p) (state --p---)) (domain (id 3) (name c) (state ---sc-)))"
        ])
        for columns in [[], ["--columns", "name,state"]] {
            let terminal = await run(["list"] + columns, daemon: daemon, host: FakeHost(outputIsTerminal: true))
            for mark in ["\u{1B}[1mName", "\u{1B}[32m-b", "\u{1B}[33m--p", "\u{1B}[31m---s"] {
                #expect(terminal.output.contains(mark))
            }
            let pipe = await run(["list"] + columns, daemon: daemon)
            #expect(!pipe.output.contains("\u{1B}"))
            #expect(pipe.output == terminal.output.replacing(#/\u{1B}\[[0-9]+m/#, with: ""))
        }
    }

    @Test("What prints facts prints them as JSON, and what has no end says so")
    func printsTextsAsJSON() async {
        let daemon = FakeDaemon([
            "GET /xend/event/":
                "(events (newest 2) (missed 0) (event (number 2) (time 1.5) (name xend.start) (value 0)))"
        ])
        daemon.answer("GET /xend/node/dmesg", plain("(XEN) one\n(XEN) \"two\"\n"))
        let messages = await run(["dmesg", "--json"], daemon: daemon)
        #expect(messages.output == "[\n    \"(XEN) one\",\n    \"(XEN) \\\"two\\\"\"\n]\n")
        let events = await run(["events", "--json"], daemon: daemon)
        #expect(events.output.contains("\"name\": \"xend.start\""))
        let endless = await run(["events", "-f", "--json"], daemon: daemon)
        #expect(endless.status == 1 && endless.errors.contains("follow has no end"))
    }

    /// What prints and has no JSON, and why.
    @Test("Every command that shows facts has --json, or stands here with the reason")
    func knowsWhoPrintsJSON() {
        let without: [String: String] = [
            "help": "for people", "completion": "a script", "call": "prints the answer in SXP, as its function has it",
            "top": "a screen again and again; list --json is one look", "console": "a terminal",
            "image-stream": "an image",
        ]
        // What orders something prints at most a line.
        let orders: Set<String> = [
            "create", "shutdown", "reboot", "destroy", "pause", "unpause", "save", "restore", "dump-core", "migrate",
            "resolve", "new", "keep", "delete", "start", "suspend", "resume", "autostart", "rename", "trigger",
            "button-press", "reset", "sysrq", "pincpu", "vcpu-pin", "vcpu-set", "maxmem", "balloon", "mem-max",
            "mem-set",
            "debug-keys", "bvt", "bvt_ctxallow", "atropos", "rrobin", "network-attach", "network-detach", "vbd-create",
            "vbd-destroy", "block-attach", "block-detach",
        ]
        for command in XmCommand.all where command.group != .absent {
            let hasJSON = command.options.contains { $0.name == "json" }
            let isKnown = without[command.name] != nil || orders.contains(command.name)
            #expect(hasJSON != isKnown, "\(command.name)")
        }
    }

    @Test("Several files make several domains, and so do several configurations in one file")
    func createsSeveral() async {
        let answer = "(domain (id 3) (name web) (memory 128))"
        let daemon = FakeDaemon(["POST /xend/domain": answer])
        let files = ["a": "kernel='/k'; nics=0", "b": "kernel='/k'; nics=0", "two.sxp": "(vm (name a)) (vm (name b))"]
        let outcome = await run(["create", "-q", "a", "b", "vcpus=2"], daemon: daemon, host: FakeHost(files: files))
        let made = outcome.requests.filter { $0.contains("op=create") }
        #expect(made.count == 2 && made[0].contains("name+a") && made[1].contains("name+b"))
        #expect(made.allSatisfy { $0.contains("vcpus+2") })
        let second = FakeDaemon(["POST /xend/domain": answer])
        _ = await run(["create", "-q", "-F", "two.sxp"], daemon: second, host: FakeHost(files: files))
        #expect(second.requests.filter { $0.contains("op=create") }.count == 2)
    }

    @Test("Without a daemon the system's words come before ours")
    func reportsAbsence() async {
        struct Nobody: XendTransport {
            func perform(_ request: XendRequest) async throws(XendError) -> XendResponse {
                throw .unreachable("[Errno 111] Connection refused")
            }
        }
        for command in [["list"], ["call", "node"], ["info"]] {
            let host = FakeHost()
            let status = await Xm(client: XendClient(transport: Nobody()), host: host, format: .original).run(command)
            #expect(status == 1)
            #expect(host.output == "")
            #expect(
                host.errors == "[Errno 111] Connection refused\nError: Error connecting to xend, is xend running?\n")
        }
    }

    @Test("restore prints the domain and unpauses it by its id")
    func restores() async {
        let daemon = FakeDaemon(["POST /xend/domain": "(domain (id 4) (name k1))"])
        let outcome = await run(["restore", "f"], daemon: daemon)
        #expect(outcome.output == "(domain (id 4) (name k1))\n")
        #expect(
            outcome.requests == ["POST /xend/domain file=%2Froot%2Ff&op=restore", "POST /xend/domain/4 op=unpause"])
    }

    @Test("restore leaves alone what runs already")
    func restoresRunning() async {
        let daemon = FakeDaemon(["POST /xend/domain": "(domain (id 4) (name k1) (state -b----))"])
        #expect(await run(["restore", "f"], daemon: daemon).requests.count == 1)
        let paused = FakeDaemon(["POST /xend/domain": "(domain (id 4) (name k1) (state --p---))"])
        #expect(await run(["restore", "f"], daemon: paused).requests.last == "POST /xend/domain/4 op=unpause")
    }

    @Test("restore of the later forms is silent and can leave the domain paused")
    func restoresLater() async {
        let daemon = FakeDaemon(["POST /xend/domain": "(domain (id 4) (name k1))"])
        let outcome = await run(["restore", "-p", "f"], daemon: daemon, format: .xl)
        #expect(outcome.output == "" && outcome.requests == ["POST /xend/domain file=%2Froot%2Ff&paused=1&op=restore"])
    }

    @Test("shutdown -w halts, looks every second and tells of each that is gone")
    func waits() async {
        let daemon = FakeDaemon()
        for names in ["(Domain-0 a b)", "(Domain-0 a b)", "(Domain-0 b)", "(Domain-0)"] {
            daemon.answer("GET /xend/domain/", names)
        }
        let host = FakeHost()
        let outcome = await run(["shutdown", "-aw"], daemon: daemon, host: host)
        #expect(outcome.output == "Domain a terminated\nDomain b terminated\nAll domains terminated\n")
        #expect(
            outcome.requests.filter { $0.hasPrefix("POST") }
                == ["a", "b"].map { "POST /xend/domain/\($0) reason=halt&op=shutdown" })
        #expect(host.pauses == 2)
    }

    @Test("shutdown -w of the later tools powers off and is done with a domain that is kept")
    func waitsForWhatIsKept() async {
        let daemon = FakeDaemon([
            "GET /xend/domain/": "(Domain-0 k1)", "GET /xend/domain/k1": "(domain (id 1) (name k1) (state ---s--))",
        ])
        let host = FakeHost()
        let outcome = await run(["shutdown", "-w", "k1"], daemon: daemon, host: host, format: .xl)
        #expect(outcome.output == "Domain k1 terminated\nAll domains terminated\n")
        let orders = outcome.requests.filter { $0.hasPrefix("POST") }
        #expect(orders == ["POST /xend/domain/k1 reason=poweroff&op=shutdown"])
        #expect(host.pauses == 0)
    }

    @Test("What is no save file is shown as none, nothing is asked of xend, and no image goes to a terminal")
    func imagesThatAreNone() async {
        let path = "shopping"
        for (command, isTerminal, text) in [
            ("image-info", false, "shopping is no save file of xend: it begins with other bytes"),
            ("image-stream", false, "shopping is no save file of xend: it begins with other bytes"),
            (
                "image-stream", true,
                "image-stream: an image is nothing for a terminal; redirect it to a file or a program"
            ),
        ] {
            let host = FakeHost(files: [path: "milk, bread, eggs"], outputIsTerminal: isTerminal)
            let outcome = await run([command, path], host: host)
            #expect(outcome.status == 1 && outcome.output == "" && outcome.requests == [])
            #expect(outcome.errors == "Error: \(text)\n")
        }
    }

    @Test("top shows shares of a cpu since its last look, who uses most first")
    func topCounts() async {
        let daemon = FakeDaemon([
            "GET /xend/node/": "(node (total_memory 1000))",
            "GET /xend/domain/": "(Domain-0 k1)",
            "GET /xend/domain/Domain-0":
                "(domain (id 0) (name Domain-0) (memory 500) (state r-----) (cpu_time 10.0) (vcpus 2) (devices))",
        ])
        for seconds in ["1.0", "2.5"] {
            daemon.answer(
                "GET /xend/domain/k1",
                "(domain (id 1) (name k1) (memory 32) (maxmem 64) (state -b----) (cpu_time \(seconds))"
                    + " (devices (vif (idx 0)) (vbd (idx 0)) (vbd (idx 1))))")
        }
        let outcome = await run(["top", "-i2", "-d", "2"], daemon: daemon)
        let domainZero = "  Domain-0 -----r         10    0.0     512000   50.0     512000      50.0     2    0    0\n"
        #expect(
            outcome.output
                == TopTable.heading + "\n" + domainZero
                + "        k1 --b---          1    0.0      32768    3.2      65536       6.4     1    1    2\n"
                + TopTable.heading + "\n"
                + "        k1 --b---          2   75.0      32768    3.2      65536       6.4     1    1    2\n"
                + domainZero)
    }

    @Test("A transfer on a terminal shows how far it is and leaves a clean line")
    func showsProgress() async {
        let daemon = FakeDaemon([
            "GET /xend/task/?detail=1":
                "((task (id 1) (operation save) (domain k1) (state running) (percent 42) (rate 123456789) (phase memory)))"
        ])
        let host = FakeHost(showsProgress: true)
        let outcome = await run(["save", "k1", "/f"], daemon: daemon, host: host)
        #expect(outcome.status == 0)
        #expect(outcome.output == "")
        let line = TransferTask(operation: "save", percent: 42, rate: 123_456_789, phase: "memory").line
        #expect(line.hasPrefix("save     [############..................]  42%  117 MB/s memory"))
        #expect(line.count == TransferTask.width)
    }

    @Test("Every command explains itself, by help CMD, -h and --help")
    func explains() async {
        for command in XmCommand.all {
            let outcome = await run(["help", command.name])
            #expect(outcome.output.hasPrefix("Usage: xm \(command.name)"))
            for option in ["-h", "--help"] {
                let other = await run([command.name, option])
                #expect(other.output == outcome.output && other.status == 0 && other.requests.isEmpty)
            }
        }
        let overview = await run([])
        #expect(await run(["help"]).output == overview.output)
        #expect(await run(["--help"]).output == overview.output)
        #expect(overview.output.contains("\nbvt_ctxallow   "))
        #expect(overview.output.hasSuffix("\nTry 'xm help CMD' for help on CMD\n"))
    }

    @Test("What was unambiguous in Xen 2.0 still is")
    func abbreviates() {
        let original = [
            "res": "restore", "re": "restore", "b": nil, "ba": "balloon", "vbd-c": "vbd-create", "console": "console",
            "consoles": "consoles", "cr": "create", "m": nil, "mi": "migrate", "in": "info", "vif": "vif-list",
            "dest": "destroy", "u": "unpause", "c": nil, "rr": "rrobin", "he": "help", "bvt": "bvt", "up": "uptime",
        ]
        for (word, expected) in original {
            #expect(XmCommand.lookup(word, in: XmCommand.all, format: .original)?.name == expected, "\(word)")
        }
        #expect(XmCommand.lookup("re", in: XmCommand.all, format: .xl) == nil)
        #expect(XmCommand.lookup("vcpu-l", in: XmCommand.all, format: .xl)?.name == "vcpu-list")
    }

    @Test("Completion scripts know every command and option")
    func completes() {
        let completion = Completion(commands: XmCommand.all, program: "xm")
        for shell in ["bash", "zsh", "fish"] {
            let script = completion.script(for: shell) ?? ""
            for command in XmCommand.all {
                #expect(script.contains(command.name))
                for option in command.options { #expect(script.contains(option.name)) }
            }
        }
    }
}
