import DomainLifecycle
import DomainManagement
import DomainModel
import SExpressions
import Testing

@testable import XendServer

/// Bridges, domains and disks as a drawing, and the other hosts of the pool.
@Suite struct WiringTests {
    private static func domain(_ id: Int, _ name: String, _ devices: [String], backend: Int = 0) throws
        -> DomainInformation
    {
        var domain = Sample.domain(id, name)
        domain.devices = try devices.enumerated().map { index, text in
            let config = try DeviceConfig(["device", try SExpression.parseFirst(text)])
            return DeviceRecord(
                type: config.type, idx: index, index: index, config: config, backend: DomainID(backend) ?? .zero)
        }
        return domain
    }

    @Test("Every wire is drawn and told in words, with a link to its domain; who writes the same disk stands out")
    func wires() throws {
        let domains = [
            try Self.domain(0, "Domain-0", []),
            try Self.domain(
                1, "web", ["(vif (bridge br7))", "(vif)", "(vbd (uname file:/srv/a.img) (dev sda1) (mode w))"]),
            try Self.domain(
                2, "db",
                ["(vbd (uname file:/srv/a.img) (dev sda1) (mode w))", "(vbd (uname phy:cd) (dev hdc) (mode r))"]),
            try Self.domain(3, "far", ["(vif)", "(vbd (uname file:/srv/a.img) (dev sda1) (mode w))"], backend: 1),
        ]
        let picture = WiringPicture(domains, bridge: "xen-br0")
        #expect(picture.wires.count == 7 && picture.domains == ["web", "db", "far"] && picture.others == 0)
        var bytes: [UInt8] = []
        picture.view.write(into: &bytes)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.matches(of: #/<path class="wire/#).count == 7)
        for name in picture.domains { #expect(text.contains("<a href=\"/xend/domain/\(name)\">")) }
        for words in [
            "web, vif 0: on br7", "web, vif 1: on xen-br0", "db, vbd hdc: reads phy:cd",
            "far, vif 0: on xen-br0 through web",
            "<strong>file:/srv/a.img</strong>: web (vbd sda1, writes), db (vbd sda1, writes) – several write it",
            "<strong>file:/srv/a.img in web</strong>: far (vbd sda1, writes)</li>",
        ] { #expect(text.contains(words), "\(words)") }
        #expect(text.matches(of: #/class="box disk contended"/#).count == 1)
        #expect(text.matches(of: #/class="box who driver"/#).count == 1)
    }

    @Test("Words of others stay words, and a thousand domains are no drawing") func odd() throws {
        let domains = try (1...1000).map {
            try Self.domain($0, $0 == 1 ? "a/b+<c>'&\"" : "d\($0)", ["(vif (bridge '<b>&\"'))"])
        }
        let picture = WiringPicture(domains, bridge: "xen-br0")
        #expect(picture.domains.count == WiringPicture.maximum && picture.others == 1000 - WiringPicture.maximum)
        var bytes: [UInt8] = []
        picture.view.write(into: &bytes)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(!text.contains("<b>") && !text.contains("<c>") && text.contains("&lt;c&gt;"))
        #expect(WiringPicture([Sample.domain(0, "Domain-0")], bridge: "x").wires.isEmpty)
    }

    @Test("The pool's hosts with their state, and links only to what is a host's name") func pool() async throws {
        let service = Sample.service
        service.change { state in
            state.poolHosts = [
                PoolHost(name: "beta"), PoolHost(name: "gamma", state: .up, asked: 5),
                PoolHost(name: "javascript:alert(1)//", state: .down("no <way>"), asked: 5),
            ]
        }
        let text = try await Wire.ask(
            "GET /xend/node/pool HTTP/1.1\r\nHost: localhost:8123\r\n\r\n", of: service
        ).body
        #expect(
            text.contains("(host (name gamma) (url http://gamma:8123/xend) (state up) (asked 5.0))"), "\(text)")
        #expect(text.contains("(state unknown)") && text.contains("(reason 'no <way>')"))
        let page = try await Wire.ask(
            "GET /xend/node HTTP/1.1\r\nHost: localhost:8123\r\nUser-Agent: x\r\nAccept: text/html\r\n\r\n", of: service
        ).body
        #expect(page.contains("<a href=\"http://gamma:8123/xend\">gamma</a>"))
        #expect(
            !page.contains("href=\"javascript") && !page.contains("javascript:alert(1)//:8123")
                && page.contains("no &lt;way&gt;"))
    }

    @Test("A list of a thousand domains is a page of a hundred lines, for which all domains are asked for once")
    func list() async throws {
        func page(_ count: Int, _ query: String = "") async throws -> (text: String, lists: Int) {
            let service = Sample.service
            service.change { $0.domains = (0..<count).map { Sample.domain($0, "d\($0)") } }
            let before = service.lists
            let reply = try await Wire.ask(
                "GET /xend/domain\(query) HTTP/1.1\r\nHost: localhost\r\nUser-Agent: x\r\nAccept: text/html\r\n\r\n",
                of: service)
            return (reply.body, service.lists - before)
        }
        let (small, some) = try await page(200)
        let (large, all) = try await page(1000)
        // Once those that run, once those that are defined.
        #expect(some == 2 && all == 2)
        #expect(large.matches(of: #/<tr data-key="domain-/#).count == 100)
        // What grows are numbers: not what is written, line by line.
        #expect(large.matches(of: #/</#).count == small.matches(of: #/</#).count)
        #expect(large.contains("1 to 100 of 1000"))
        let last = try await page(1000, "?q=name:d9*&sort=memory&order=down&offset=100").text
        #expect(last.contains("101 to 111 of 111") && last.matches(of: #/<tr data-key="domain-/#).count == 11)
    }
}
