// From a configuration file and arguments to what is sent to xend.

import DomainModel
import SExpressions
import Testing
import XendClient

@testable import XmCommands

/// The configuration that `create -n` prints, on one line; or the error.
private func configuration(
    _ text: String, _ arguments: [String] = [], format: XmFormat = .original
) async throws -> String {
    let host = FakeHost(files: ["web": text])
    let form = format == .xl ? XmFormat.later : format
    let outcome = await run(["create", "-qn", "web"] + arguments, host: host, format: form)
    guard outcome.status == 0 else { return outcome.errors }
    return try SExpression.parseFirst(outcome.output).description
}

@Suite struct CreateTests {
    /// File, further arguments, configuration.
    static let configurations: [(String, [String], String)] = [
        (
            "kernel='/k'", [],
            "(vm (name web) (memory 128) (image (linux (kernel /k))) (device (vif (mac aa:00:00:01:02:03))))"
        ),
        (
            "kernel='k'; ramdisk='../r'; nics=0", [],
            "(vm (name web) (memory 128) (image (linux (kernel /root/k) (ramdisk /r))))"
        ),
        // All fields, in the original's order.
        (
            """
            device = 1
            netif=1; blkif=1; restart='always'; console=9700; maxmem=256; cpu=-1; cpu_weight=1.5; memory=64
            name='vm1'; kernel='/k'; builder='plan9'; extra='4'; root='root=/dev/sda1 ro'; ip='ip=10.0.0.2'; nics=2
            gateway='10.0.0.1'; netmask='255.0.0.0'; hostname='h'; dhcp='off'; nfs_server='10.0.0.9'
            vif=['mac=aa:00:00:00:00:11, bridge=xen-br0']; pci=['c0,02,1a']; disk=['phy:hda1,hda1,r','file:/d,sda1,w,2']
            """, [],
            "(vm (name vm1) (memory 64) (maxmem 256) (cpu -1) (cpu_weight 1.5) (backend (blkif)) (backend (netif)) "
                + "(restart always) (console 9700) (image (plan9 (kernel /k) "
                + "(ip 10.0.0.2:10.0.0.9:10.0.0.1:255.0.0.0:h:eth0:off) (root '/dev/sda1 ro') (args 4))) "
                + "(device (vbd (uname phy:hda1) (dev hda1) (mode r))) "
                + "(device (vbd (uname file:/d) (dev sda1) (mode w) (backend 2))) "
                + "(device (pci (bus 0xc0) (dev 0x02) (func 0x1a))) "
                + "(device (vif (mac aa:00:00:00:00:11) (bridge xen-br0))) (device (vif (mac aa:00:00:01:02:03))))"
        ),
        // The command line wins, and lists of it are appended to one another.
        (
            "kernel='/k'; memory=64; nics=0", ["memory=32", "disk=phy:a,b,r", "disk=phy:c,d,w"],
            "(vm (name web) (memory 32) (image (linux (kernel /k))) (device (vbd (uname phy:a) (dev b) (mode r))) "
                + "(device (vbd (uname phy:c) (dev d) (mode w))))"
        ),
        (
            "kernel='/k'; netif='no'; nics=0", [],
            "(vm (name web) (memory 128) (backend (netif)) (image (linux (kernel /k))))"
        ),
        (
            "kernel='/k'; nics=0", ["netif=no", "blkif=yes"],
            "(vm (name web) (memory 128) (backend (blkif)) (image (linux (kernel /k))))"
        ),
        (
            "kernel='/k'; nics=0; memory='64'; netif=True; cpu=None", [],
            "(vm (name web) (memory 64) (backend (netif)) (image (linux (kernel /k))))"
        ),
        (
            "kernel='/k'; nics=0; dhcp='dhcp'", [],
            "(vm (name web) (memory 128) (image (linux (kernel /k) (ip :1.2.3.4::::eth0:dhcp))))"
        ),
        (
            "kernel='/k'; nics=0; nfs_root='/n'; nfs_server='s'; extra='4'", [],
            "(vm (name web) (memory 128) (image (linux (kernel /k) (args 'nfsroot=s:/n 4'))))"
        ),
        (
            "kernel='/k'; nics=0; name='x'; name='x%s' % y", ["y=5"],
            "(vm (name x5) (memory 128) (image (linux (kernel /k))))"
        ),
        (
            "kernel='/k'; vif=['']", [],
            "(vm (name web) (memory 128) (image (linux (kernel /k))) (device (vif (mac aa:00:00:01:02:03))))"
        ),
        (
            "kernel='/k'; vif=['bridge=b, script=s ,backend=1']", [],
            "(vm (name web) (memory 128) (image (linux (kernel /k))) "
                + "(device (vif (mac aa:00:00:01:02:03) (bridge b) (script s) (backend 1))))"
        ),
        // xen-tools: quoted numbers, several addresses, actions.
        (
            "kernel='/k'; vcpus='2'; memory='512'; disk=['phy:/dev/vg/a,xvda2,w']; on_crash='restart'\nvif=['ip=10.0.0.1 10.0.0.2,mac=00:16:3E:1:2:3,vifname=v']",
            [],
            "(vm (name web) (memory 512) (vcpus 2) (on_crash restart) (image (linux (kernel /k))) "
                + "(device (vbd (uname phy:/dev/vg/a) (dev xvda2) (mode w))) "
                + "(device (vif (mac 00:16:3E:1:2:3) (ip 10.0.0.1) (ip 10.0.0.2) (vifname v))))"
        ),
        // Errors.
        ("memory=64", [], "Error: No kernel specified\n"),
        (
            "bootloader='pygrub'", [],
            "(vm (name web) (memory 128) (bootloader pygrub) (image (linux)) (device (vif (mac aa:00:00:01:02:03))))"
        ),
        ("kernel='/k'; disk=['phy:a,b']", [], "Error: Invalid disk specifier: phy:a,b (no access: r or w)\n"),
        ("kernel='/k'; pci=['1,2']", [], "Error: Invalid pci specifier: 1,2\n"),
        ("kernel='/k'; vif=['color=red']", [], "Error: Invalid vif specifier: color=red (unknown key \"color\")\n"),
        ("kernel='/k'; vif=['mac']", [], "Error: Invalid vif specifier: mac (\"mac\" is not KEY=VALUE)\n"),
        ("kernel='/k'; nfs_root='/n'", [], "Error: Must set nfs root and nfs server\n"),
        ("kernel='/k'", ["memory=x"], "Error: Invalid value: x\n"),
        ("kernel='/k'", ["netif=1"], "Error: Invalid value:1\n"),
        ("kernel='/k'; nics='a'", [], "Error: nics must be a number, not \"a\"\n"),
        ("kernel='/k'; memory=[1]", [], "Error: memory must be a number or a text, not a list\n"),
        ("kernel=", [], "Error: web:1:8: expected a value after \"=\"\n"),
        ("kernel='/k'; nics=99999999", [], "Error: nics must be at most 256, not 99999999\n"),
    ]

    @Test("A configuration file becomes the original's SXP", arguments: configurations)
    func makesConfiguration(text: String, arguments: [String], expected: String) async throws {
        #expect(try await configuration(text, arguments) == expected)
    }

    /// Files of xl, and their configuration.
    static let laterConfigurations: [(String, [String], String)] = [
        (
            "name = 'w'\nkernel = '/k'\nextra = 'root=/dev/xvda1'\nmemory = 128\nvcpus = 2\nvif = [ '' ]\ndisk = [ '/dev/vg/g,raw,xvda,rw' ]",
            [],
            "(vm (name w) (memory 128) (vcpus 2) (image (linux (kernel /k) (args 'root=/dev/xvda1'))) "
                + "(device (vbd (uname phy:/dev/vg/g) (dev xvda) (mode w))) (device (vif (mac aa:00:00:01:02:03))))"
        ),
        (
            "kernel='/k'; type='pvh'; cmdline='quiet'; root='/dev/x'; cpu_weight=512; cpus='1'; uuid='u'",
            ["name=\"n\""],
            "(vm (name n) (memory 128) (cpu 1) (cpu_weight 2.0) (uuid u) (image (pvh (kernel /k) (args quiet))))"
        ),
        (
            "kernel='/k'; builder='generic'; disk=['format=raw, vdev=xvda, access=ro, target=/d/img','tap:aio:/i,xvdb,w']",
            [],
            "(vm (name web) (memory 128) (image (linux (kernel /k))) (device (vbd (uname file:/d/img) (dev xvda) (mode r))) "
                + "(device (vbd (uname file:/i) (dev xvdb) (mode w))))"
        ),
        (
            "kernel='/k'; type='hvm'", [],
            "Error: domains of type \"hvm\" are not supported: type must be \"pv\" or \"pvh\"\n"
        ),
        (
            "kernel='/k'; disk=['/i,vhd,xvda,rw']", [],
            "Error: Invalid disk specifier: /i,vhd,xvda,rw (only formats raw and qcow2 are supported, not vhd)\n"
        ),
        (
            "kernel='/k'; disk=['/i,qcow2,xvda,rw','format=qcow2,vdev=xvdb,access=ro,target=file:/a:b','tap:qcow2:/t,xvdc,w']",
            [],
            "(vm (name web) (memory 128) (image (linux (kernel /k))) (device (vbd (uname qcow2:/i) (dev xvda) (mode w))) "
                + "(device (vbd (uname qcow2:/a:b) (dev xvdb) (mode r))) (device (vbd (uname qcow2:/t) (dev xvdc) (mode w))))"
        ),
        (
            "kernel='/k'; disk=['drbd:web,xvda,w','vdev=xvdb,target=drbd:two/0','script=block-drbd,vdev=xvdc,target=x']",
            [],
            "(vm (name web) (memory 128) (image (linux (kernel /k))) (device (vbd (uname drbd:web) (dev xvda) (mode w))) "
                + "(device (vbd (uname drbd:two/0) (dev xvdb) (mode w))) (device (vbd (uname drbd:x) (dev xvdc) (mode w))))"
        ),
        (
            "kernel='/k'; pci=['0000:03:10.1']", [],
            "(vm (name web) (memory 128) (image (linux (kernel /k))) (device (pci (bus 0x03) (dev 0x10) (func 0x1))))"
        ),
        (
            "kernel='/k'; disk=['phy:x,y,r']", ["disk=[\"phy:a,b,w\"]", "name='n'"],
            "(vm (name n) (memory 128) (image (linux (kernel /k))) "
                + "(device (vbd (uname phy:a) (dev b) (mode w))))"
        ),
        ("kernel='/k'", ["name='n"], "Error: command line:1:6: the string is never closed on its line\n"),
        ("builder='hvm'", [], "Error: builder \"hvm\" is not supported: set type = \"pv\" or \"pvh\"\n"),
    ]

    @Test("A file of xl becomes a configuration, too", arguments: laterConfigurations)
    func makesLaterConfiguration(text: String, arguments: [String], expected: String) async throws {
        #expect(try await configuration(text, arguments, format: .later) == expected)
    }

    /// Values of every type that a file can have.
    static let oddValues = [
        "None", "-1", "0", "1.5", "True", "''", "'x y'", "[]", "[1]", "['a,b']", "[[1]]", "{}", "(1, 2)", "10**3",
        "'\\x00'",
    ]

    @Test(
        "Each name with each kind of value is taken, or refused by its name",
        arguments: WordTable.file.words.map(\.name))
    func takesEveryValue(name: String) async {
        for value in Self.oddValues {
            for format in [XmFormat.original, .later] {
                let host = FakeHost(files: ["web": "kernel = '/k'\nnics = 0\n\(name) = \(value)\n"])
                let outcome = await run(["create", "-qn", "web"], host: host, format: format)
                #expect(outcome.requests.isEmpty)
                if outcome.status == 0 {
                    #expect(
                        (try? SExpression.parseFirst(outcome.output))?.isElement("vm") == true, "\(name) = \(value)")
                } else {
                    #expect(outcome.errors.hasPrefix("Error: ") && outcome.output.isEmpty, "\(name) = \(value)")
                    let isNamed =
                        outcome.errors.contains(name) || outcome.errors.contains("nfs root")
                        || outcome.errors.contains("specifier")
                        || outcome.errors.contains("kernel")
                    #expect(isNamed || outcome.errors.contains("web:3:"), "\(name) = \(value): \(outcome.errors)")
                }
            }
        }
    }

    /// What makes a difference, in the form that has it; nil: it is an option of the command line, or what others are taken in.
    static let telling: [String: String?] = [
        "name": "'other'", "description": "'for the shop'", "kernel": "'/other'", "ramdisk": "'/r'", "builder": "'pvh'",
        "memory": "96", "maxmem": "128", "cpu": "1", "cpus": "'0-1'", "cpu_weight": "512", "cpu_cap": "50", "cap": "50",
        "vcpus": "3", "maxvcpus": "6", "vcpu_avail": "1", "uuid": "'596a5d21-71f4-8fb2-e068-e2386a5c4100'",
        "type": "'pvh'",
        "on_poweroff": "'preserve'", "on_reboot": "'destroy'", "on_crash": "'preserve'", "on_watchdog": "'restart'",
        "on_xend_start": "'start'", "on_xend_stop": "'suspend'", "restart": "'never'", "console": "9700", "blkif": "1",
        "netif": "1", "disk": "['phy:sda1,sda1,w']", "pci": "['01:00.0']", "vif": "['bridge=br1']", "nics": "2",
        "root": "'/dev/sda1'", "extra": "'4'", "cmdline": "'quiet'", "ip": "'10.0.0.9'", "gateway": "'10.0.0.1'",
        "netmask": "'255.255.255.0'", "hostname": "'h'", "interface": "'eth1'", "dhcp": "'dhcp'",
        "nfs_server": "'10.0.0.3'", "nfs_root": "'/exports/b'", "bootloader": "'pvgrub'", "firmware": "'pvgrub64'",
    ]

    static let options = Set(
        ("help ostype help_config quiet path defconfig config load dryrun paused console_autoconnect xmldryrun skipdtd")
            .split(separator: " ").map(String.init))

    @Test(
        "Each name of a file that is said to be done makes a difference to what is sent",
        arguments: WordTable.file.words.filter { $0.treatment == .done }.map(\.name))
    func reachesTheConfiguration(name: String) async throws {
        guard !Self.options.contains(name) else { return }
        let value = try #require(Self.telling[name] ?? nil, "\(name) has no value here")
        var text = "kernel='/k'\nmemory=64\nvcpus=4\nnics=1\nip='10.0.0.2'\n"
        if name.hasPrefix("nfs") { text += "root='/dev/nfs'\nnfs_server='10.0.0.4'\nnfs_root='/exports/a'\n" }
        var differs = false
        for format in [XmFormat.original, .xl] {
            let (before, after) = (
                try await configuration(text, format: format),
                try await configuration(text + "\(name) = \(value)\n", format: format)
            )
            #expect(after.hasPrefix("(vm "), "\(name): \(after)")
            if before != after { differs = true }
        }
        #expect(differs, "\(name) = \(value) goes nowhere")
    }

    private static let created = "(domain (id 3) (name web) (memory 128) (console (console_port 9603)))"
    private static let unpaused = "POST /xend/domain/web op=unpause"

    /// Arguments, what is said, the requests after the creation.
    static let runs: [([String], String, [String])] = [
        (["web"], "Using config file \"web\".\nStarted domain web, console on port 9603\n", [unpaused]),
        (["-q", "web"], "", [unpaused]), (["web", "-qp"], "", []),
        (["--def", "web", "--paused"], "Using config file \"web\".\nStarted domain web, console on port 9603\n", []),
        (
            ["--path=/etc/xen:/srv", "other"],
            "Using config file \"/srv/other\".\nStarted domain web, console on port 9603\n", [unpaused]
        ),
        (["loud"], "Using config file \"loud\".\n", []),
    ]

    @Test("create says what the original said and unpauses by name", arguments: runs)
    func creates(arguments: [String], output: String, requests: [String]) async {
        let daemon = FakeDaemon(["POST /xend/domain": Self.created])
        let host = FakeHost(files: [
            "web": "kernel='/k'; nics=0", "/srv/other": "kernel='/k'", "loud": "kernel='/k'; quiet=1; paused=1",
        ])
        let outcome = await run(["create"] + arguments, daemon: daemon, host: host)
        #expect(outcome.output == output)
        #expect(outcome.errors == "")
        #expect(Array(outcome.requests.dropFirst()) == requests)
    }

    @Test("The configuration is posted url-encoded, an SXP file as it is")
    func posts() async {
        let files = ["web": "kernel='/k'; nics=0", "v.sxp": "(vm (name  v))\n"]
        let daemon = FakeDaemon(["POST /xend/domain": Self.created])
        _ = await run(["create", "-q", "web"], daemon: daemon, host: FakeHost(files: files))
        #expect(
            daemon.requests[0]
                == "POST /xend/domain config=%28vm+%28name+web%29+%28memory+128%29+%28image+%28linux+%28kernel+%2Fk%29%29%29%29&op=create"
        )
        let second = FakeDaemon(["POST /xend/domain": Self.created])
        _ = await run(["create", "-q", "-F", "v.sxp"], daemon: second, host: FakeHost(files: files))
        #expect(
            second.requests[0].contains(
                "name=\"config\"; filename=\"v.sxp\"\r\nContent-Type: application/octet-stream\r\n\r\n(vm (name  v))\n\r\n--"
            ))
    }

    @Test("A saved domain can be loaded, and the console opened afterwards")
    func loads() async {
        let daemon = FakeDaemon(["POST /xend/domain": Self.created])
        let host = FakeHost()
        let outcome = await run(["create", "-c", "-L", "save/web"], daemon: daemon, host: host)
        #expect(outcome.requests == ["POST /xend/domain file=%2Froot%2Fsave%2Fweb&op=restore", Self.unpaused])
        #expect(host.attached == ["localhost:9603"])
    }

    @Test("Whoever shows a token comes to the console with a ticket")
    func showsTicket() async {
        let ticket = "(ticket (secret abc) (console_port 9603) (seconds 30))"
        let daemon = FakeDaemon(
            ["POST /xend/domain": Self.created, "POST /xend/console/9603": ticket], hasCredentials: true)
        let host = FakeHost()
        let outcome = await run(["create", "-c", "-L", "save/web"], daemon: daemon, host: host)
        #expect(outcome.requests.last == "POST /xend/console/9603 op=ticket")
        #expect(host.attached == ["localhost:9603 with ticket abc"])
    }

    @Test("A refused configuration is an error with the daemon's text")
    func reportsRefusal() async {
        let daemon = FakeDaemon(["POST /xend/domain": "(xend.err 'Error creating domain: vm name clash: web')"])
        let outcome = await run(["create", "-q", "web"], daemon: daemon, host: FakeHost(files: ["web": "kernel='/k'"]))
        #expect(outcome.errors == "Error: Error creating domain: vm name clash: web\n")
        #expect(outcome.status == 1)
    }

    @Test("xl prints the configuration as JSON, with the name where its users look for it")
    func printsJSON() async {
        let outcome = await run(
            ["create", "--quiet", "--dryrun", "--defconfig", "web"], host: FakeHost(files: ["web": "kernel='/k'"]),
            format: .xl)
        #expect(
            outcome.output.hasPrefix("{\n    \"c_info\": {\n        \"type\": \"pv\",\n        \"name\": \"web\",\n"))
    }
}
