import DomainLifecycle
import DomainModel
import SExpressions
import Testing

@testable import XendServer

/// Domains made out of fields, of what others are made of, and of files.
@Suite struct MakingTests {
    private static let browser = "Accept: text/html\r\nUser-Agent: x\r\n"

    /// Configurations that fields have a place for, and such that have more.
    static let configurations = [
        "(vm (name a) (memory 64) (image (linux (kernel /k))))",
        """
        (vm (name a) (memory 64) (maxmem 128) (vcpus 2) (cpus 0-1) (cpu_weight 2) (cpu_cap 50) (restart always)
         (image (pvh (kernel /k) (ramdisk /r) (root '/dev/xvda1 ro') (args 'a "b" (c)')))
         (device (vbd (uname phy:sda1) (dev xvda) (mode w))) (device (vbd (uname file:/a) (dev xvdb) (mode r)))
         (device (vif (bridge br0) (mac aa:00:00:00:00:01) (ip 10.0.0.1) (ip 10.0.0.2) (script vif-x))) (device (vif)))
        """,
        """
        (vm (name a) (memory 64) (image (linux (kernel /k) (ip ::::))) (on_crash preserve) (console 9700)
         (device (vif (mtu 9000))) (device (vbd (uname phy:a) (dev xvda) (mode r) (backend 3)))
         (device (pci (bus 0x1) (dev 0x2) (func 0x3))) (backend (netif)) (cpus 0 1) (uuid 1-2))
        """,
    ]

    @Test("From a configuration to fields and back nothing is lost", arguments: configurations)
    func roundTrip(_ text: String) throws {
        let configuration = try SExpression.parseFirst(text)
        let draft = DomainDraft(configuration)
        let members = { (vm: SExpression) in Set(vm.children().map(\.description)) }
        #expect(members(draft.made().configuration) == members(configuration))
        #expect(DomainDraft(draft.made().configuration) == draft)
        let disks = configuration.children("device").filter { $0.child("vbd") != nil }
        #expect(
            draft.disks.count + draft.other.split(separator: "\n").filter { $0.contains("vbd") }.count == disks.count)
    }

    @Test("What is typed comes back, and what is wrong is said beside its field")
    func faults() async throws {
        let body =
            "op=show&name=a%3Cb%3E&memory=much&kernel=boot&vbd_uname=phy:a&vbd_dev=nothing&vbd_mode=w&vif_mac=xy&other=((("
        let reply = try await Wire.post("/xend/new", body, headers: Self.browser)
        #expect(reply.status == 400)
        for (id, value) in [("memory", "much"), ("vbd_dev-0", "nothing"), ("vif_mac-0", "xy")] {
            #expect(reply.body.contains("id=\"why-\(id)\""), "\(id)")
            #expect(reply.body.contains("value=\"\(value)\""), "\(value)")
        }
        #expect(reply.body.contains("id=\"why-other\"") && reply.body.contains("value=\"a&lt;b&gt;\""))
    }

    @Test("Rows of devices come and go, and all else stays")
    func rows() async throws {
        let typed =
            "name=web&memory=32&vbd_uname=phy:a&vbd_dev=xvda&vbd_mode=r&vif_bridge=br0&vif_mac=&vif_ip=&vif_script="
        let more = try await Wire.post("/xend/new", "op=disk&\(typed)", headers: Self.browser)
        #expect(more.body.contains("vbd_uname-1") && more.body.contains("value=\"br0\""))
        let less = try await Wire.post("/xend/new?device=disk+0", "op=drop&\(typed)", headers: Self.browser)
        #expect(!less.body.contains("vbd_uname-0") && less.body.contains("value=\"web\""))
    }

    @Test(
        "It is created and runs, is created and stays paused, or is defined",
        arguments: [("run", ["create", "unpause"]), ("paused", ["create"]), ("define", ["define"])])
    func ways(_ way: String, _ expected: [String]) async throws {
        let service = Sample.service
        service.change { $0.results["define"] = .done }
        let fields = "op=make&way=\(way)&name=vm1&memory=32&kernel=/boot/vmlinuz&builder=linux"
        let reply = try await Wire.post("/xend/new", fields, of: service)
        #expect(reply.status == (way == "define" ? 200 : 201), "\(reply.text)")
        let names = service.asked.filter { !$0.hasPrefix("consoles") }
        #expect(names.count == expected.count, "\(names)")
        for (name, word) in zip(names, expected) { #expect(name.contains(word), "\(name)") }
    }

    @Test("What xend refuses is told above what was typed")
    func refusal() async throws {
        let service = Sample.service
        service.change { $0.failure = OperationError(.refused, "there is no room") }
        for body in [
            "op=make&name=vm1&memory=32&kernel=/k",
            "op=make&config=%28vm%20%28name%20vm1%29%20%28memory%2032%29%20%28image%20%28linux%20%28kernel%20/k%29%29%29%29",
        ] {
            let reply = try await Wire.post("/xend/new", body, headers: Self.browser, of: service)
            #expect(reply.status == 409 && reply.body.contains("there is no room") && reply.body.contains("vm1"))
        }
    }

    /// A file as a browser sends it.
    private func upload(_ text: String, _ more: String = "", headers: String = "") async throws -> WireReply {
        let parts = [
            "Content-Disposition: form-data; name=\"op\"\r\n\r\nread",
            "Content-Disposition: form-data; name=\"dialect\"\r\n\r\n\(more)",
            "Content-Disposition: form-data; name=\"config\"; filename=\"C:/xen/web.cfg\"\r\n\r\n\(text)",
        ]
        let body = parts.map { "--B\r\n\($0)\r\n" }.joined() + "--B--\r\n"
        return try await Wire.ask(
            "POST /xend/new HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=B\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)", configuration: .browsed)
    }

    @Test("A file is read in whatever language it is, and never executed")
    func files() async throws {
        let sxp = try await upload("  (vm (name a) (memory 8))")
        #expect(sxp.body == "(vm (name a) (memory 8))")
        let xl = try await upload("kernel = \"/k\"\nmemory = 64\ndisk = ['/dev/vg/a,raw,xvda,rw']\n")
        #expect(xl.body.contains("(name web.cfg)") && xl.body.contains("(uname phy:/dev/vg/a)"))
        #expect(!xl.body.contains("(vif"))
        let xm = try await upload("kernel = \"/k\"\nmemory = 64\n", "original")
        #expect(xm.body.contains("(vif (mac "))
        let relative = try await upload("kernel = \"vmlinuz\"\n")
        #expect(relative.body.contains("(kernel /vmlinuz)") && relative.header("Warning")?.contains("no path") == true)
        for evil in ["import os\nos.system('touch /tmp/x')\n", "kernel = open('/etc/passwd').read()\n"] {
            let reply = try await upload(evil)
            #expect(reply.body.contains("xend.err") && reply.body.contains("web.cfg:"), "\(reply.body)")
        }
        let page = try await upload("kernel = <script>\n", headers: Self.browser)
        #expect(page.status == 400 && !page.body.contains("<script>\n"))
        let none = try await upload("", headers: Self.browser)
        #expect(none.status == 400 && none.body.contains("No file was chosen"))
    }

    @Test("A domain like another one has none of what only one can have")
    func template() async throws {
        let reply = try await Wire.browse("/xend/new?template=vm1")
        #expect(reply.body.contains("value=\"/boot/vmlinuz\"") && !reply.body.contains("aa:00:00:11:22:33"))
        #expect(!reply.body.contains("value=\"vm1\" spellcheck"))
        #expect(try await Wire.browse("/xend/new?template=nope").status == 404)
    }

    @Test("A device made of fields is added by the operation that programs have")
    func devices() async throws {
        let service = Sample.service
        let vif = try await Wire.post("/xend/domain/vm1", "op=vif_create&bridge=br0&ip=10.0.0.1+10.0.0.2", of: service)
        #expect(vif.status == 200, "\(vif.text)")
        let bad = try await Wire.post("/xend/domain/vm1", "op=vbd_create&uname=phy:a", of: service)
        #expect(bad.body.contains("Missing dev"))
        #expect(
            service.asked.filter { $0.contains("device_create") || $0.contains("createDevice") }.count == 1,
            "\(service.asked)")
    }
}
