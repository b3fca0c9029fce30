import CLibXML2
import DomainLifecycle
import Glibc
import Testing

@testable import XendServer

/// Manual H3: pages a person can work with.
@Suite struct PageTests {
    static let paths = [
        "/xend", "/xend/node", "/xend/node/dmesg", "/xend/domain", "/xend/domain/vm1", "/xend/domain/Domain-0",
        "/xend/domain/a%2Fb+%3Cc%3E'%26%22", "/xend/console", "/xend/console/9601", "/xend/vnet", "/xend/vnet/5",
        "/xend/new", "/xend/new?template=vm1", "/xend/saved",
        "/xend/event", "/xend/device", "/xend/task", "/xend/task/3", "/xend/token", "/xend/history",
        "/xend/domain/vm1/history",
        "/xend/domain?q=state:paused&sort=memory&order=down", "/xend/domain?op=each&do=destroy&domain=vm1",
        "/xend/audit", "/xend/login", "/xend/domain/vm1?op=destroy",
        "/xend/domain/vm1?op=device_destroy&type=vif&idx=0", "/xend/node?op=reboot", "/xend/domain/vm1?op=vifs",
        "/xend/domain/nope", "/xend/odd", "/xend/domain/%3Cscript%3E",
    ]

    @Test("Every page is valid, calm and complete", arguments: paths)
    func validity(path: String) async throws {
        let reply = try await Wire.browse(path)
        #expect(reply.header("Content-Type") == "text/html; charset=utf-8")
        let policy = try #require(reply.header("Content-Security-Policy"))
        #expect(policy.hasPrefix("default-src 'none'"))
        #expect(!policy.contains("unsafe"))
        let document = try HTMLDocument(reply.body)
        #expect(document.errors == [])
        #expect(document.count("//h1") == 1)
        #expect(document.text("//title").hasSuffix("xend on alpha"))
        #expect(document.text("//p[@class='simulation']/strong") == "SIMULATION")
        #expect(document.count("//*[@style] | //*[@onclick] | //script[not(@src)] | //style") == 0)
        let scripts = ["/xend/live.js"] + (path.hasPrefix("/xend/console/") ? ["/xend/console.js"] : [])
        #expect(document.values("//script/@src") == scripts && document.count("//img") == 0)
        #expect(document.values("//link/@href") == ["/xend/icon.svg", "/xend/style.css"])
        // Whoever cannot see knows what each field is for, and each id stands once.
        #expect(document.count("//input[@type='text' or @type='number' or @type='file'][not(@id = //label/@for)]") == 0)
        let ids = document.values("//@id")
        #expect(ids.count == Set(ids).count)
        #expect(document.count("//form[not(@action)] | //form[not(.//button[@type='submit'])]") == 0)
    }

    @Test("Pages without a simulated machine do not say so")
    func realMachine() async throws {
        let reply = try await Wire.ask(
            "GET /xend HTTP/1.1\r\nHost: localhost\r\nUser-Agent: x\r\nAccept: text/html\r\n\r\n")
        #expect(!reply.body.contains("SIMULATION"))
    }

    @Test("What came from outside never becomes markup")
    func escaping() async throws {
        for path in Self.paths {
            let document = try HTMLDocument(try await Wire.browse(path).body)
            #expect(
                document.count(
                    "//c | //b | //log | //Debian | //test | //main[not(@id='content')] | //script[not(@src)]") == 0)
        }
        let page = try HTMLDocument(try await Wire.browse("/xend/domain/a%2Fb+%3Cc%3E'%26%22").body)
        #expect(page.text("//h1") == "a/b+<c>'&\"")
        #expect(page.values("//form[contains(@class,'run')]/@action") == ["/xend/domain/a%2Fb%2B%3Cc%3E%27%26%22"])
    }

    /// XPath and what it finds.
    @Test(
        "Pages show what matters",
        arguments: [
            ("/xend", "//a[@href='/xend/domain']/text()", "Domains"),
            ("/xend/domain", "//table//a[@href='/xend/domain/vm1']", "vm1"),
            ("/xend/domain", "//tr[td//a='vm1']/td[@data-label='State']/span", "paused"),
            ("/xend/domain", "//tr[td//a='vm1']/td[@data-label='State']/code", "--p---"),
            ("/xend/domain", "//tr[td//a='vm1']/td[@data-label='Cpu time']", "2 min 52 s"),
            ("/xend/domain", "//tr[td//a='vm1']/td[@data-label='Up time']", "1 d 2 h"),
            ("/xend/domain", "//div[@class='capacity']/p/strong", "3 domains"),
            ("/xend/domain", "//form[@enctype='multipart/form-data']//input[@type='file']/@name", "config"),
            ("/xend/domain", "//form[.//button[@value='create']]//textarea/@name", "config"),
            ("/xend/domain", "//form[.//button[@value='restore']]//input/@name", "state"),
            ("/xend/domain/vm1", "//a[starts-with(@href,'telnet:')]", "telnet://alpha:9601"),
            ("/xend/domain/vm1", "//a[starts-with(@href,'/xend/console/')]/@href", "/xend/console/9601"),
            ("/xend/domain/vm1", "//form[@method='post']//button[@value='unpause']", "Unpause"),
            ("/xend/domain/vm1", "//form[@method='post']//button[@value='pause']", "Pause"),
            (
                "/xend/domain/vm1", "//form[.//button[@value='shutdown']]//input[@name='reason'][@checked]/@value",
                "poweroff"
            ),
            ("/xend/domain/vm1", "//form[.//button[@value='destroy']]//input[@name='reason'][@checked]/@value", "halt"),
            ("/xend/domain/vm1", "//form[.//button[@value='destroy']]/@method", "get"),
            ("/xend/domain/vm1", "//form[.//button[@value='save']]//input/@name", "file"),
            ("/xend/domain/vm1", "//form[.//button[@value='migrate']]//input[@type='text']/@name", "destination"),
            ("/xend/domain/vm1", "//form[.//button[@value='migrate']]//input[@type='checkbox']/@name", "live"),
            ("/xend/domain/vm1", "//form[.//button[@value='maxmem_set']]//input/@value", "128"),
            ("/xend/domain/vm1", "//form[.//button[@value='device_configure']]//input/@name", "idx"),
            ("/xend/domain/vm1", "//form[.//button[@value='sysrq']]//input/@name", "key"),
            ("/xend/domain/vm1", "substring-before(//pre[@class='sxp'],' ')", "(vm\n"),
            ("/xend/domain/vm1?op=destroy&reason=reboot", "//h1", "Destroy: vm1?"),
            ("/xend/domain/vm1?op=destroy&reason=reboot", "//form/@method", "post"),
            ("/xend/domain/vm1?op=destroy&reason=reboot", "//form//input[@checked]/@value", "reboot"),
            ("/xend/domain/vm1?op=device_destroy&type=vbd&idx=2", "//form/input[@name='idx']/@value", "2"),
            ("/xend/console/9601", "//main//form[@id='typing']//button/@value", "type"),
            ("/xend/console/9601", "//main//form[not(@id)]//button/@value", "disconnect"),
            (
                "/xend/console/9601", "//section/@data-socket",
                "/xend/domain/01010101-0101-0101-0101-010101010101/console"
            ),
            ("/xend/new", "//form[@class='making']//button[@class='good']/@value", "show"),
            ("/xend/saved", "//main/p[@class='empty']", "No domain is saved here."),
            ("/xend/node", "//pre[@class='log']", "0123456789\n<log>\n"),
            ("/xend/node/dmesg", "//pre", "(XEN) Xen version 4.17 <test>\n"),
            ("/xend/task/3", "//main//div[@role='img'][1]/@aria-label", "42 %"),
            ("/xend/node", "//section[@id='tasks']//li/strong", "migrate vm1"),
            ("/xend/node", "//section[@id='tasks']//form/@action", "/xend/task/3"),
            ("/xend/domain/vm1", "//title", "vm1: paused · xend on alpha"),
            ("/xend/domain", "//title", "Domains: 3 · xend on alpha"),
            ("/xend/task/3", "count(//h2[.='Rounds']/..//tbody/tr)", "2"),
            ("/xend/event", "//tbody/tr[1]/td[1]", "3"),
            ("/xend/device", "//tbody/tr[1]/td[2]", "vif 0"),
            ("/xend/domain/nope", "//div[@role='alert']/p", "invalid domain:nope"),
            ("/xend/domain/nope", "//p/a[starts-with(.,'Back')]/@href", "/xend/domain"),
        ])
    func content(path: String, xpath: String, expected: String) async throws {
        #expect(try HTMLDocument(try await Wire.browse(path).body).text(xpath) == expected)
    }

    @Test("A domain's page has what fits: a decision when it is in doubt, a configuration when it has none")
    func fitting() async throws {
        for (isInDoubt, config) in [(false, Sample.configuration), (true, Sample.configuration), (false, nil)] {
            var domain = Sample.domain(1, "vm1", config: config)
            domain.isInDoubt = isInDoubt
            let service = Sample.service
            service.change { $0.domains = [domain] }
            let page = try HTMLDocument(try await Wire.browse("/xend/domain/vm1", of: service).body)
            #expect(page.errors == [])
            #expect(page.count("//form[.//button[@value='resolve']]//input[@name='decision']") == (isInDoubt ? 2 : 0))
            #expect(page.count("//form[.//button[@value='configure']]//textarea") == (config == nil ? 1 : 0))
        }
    }

    @Test("Every operation that changes a domain has a form, but for those that Xen no longer has")
    func everyOperation() throws {
        let resource = try #require(RouteTable.resources.first { $0.matches(["xend", "domain", "x"]) })
        let old: Set = ["cpu_bvt_set", "bvt_set", "cpu_atropos_set", "atropos_set"]
        let changing = resource.operations.values.filter { $0.changes && !old.contains($0.name) }.map(\.name)
        #expect(changing.count > 15)
        for name in changing {
            #expect(OperationForms.form(at: "/xend/domain/:domain", for: name) != nil, "\(name)")
        }
    }

    static let html = "User-Agent: x\r\nAccept: text/html\r\n"

    /// Sends a form and follows where it leads, on connections of one server.
    private func follow(
        _ path: String, _ body: String, of service: FakeService = Sample.service, times: Int = 1
    ) async throws -> Followed {
        let pipeline = HTTPPipeline(
            service: service, tasks: FreeTasks(), clock: StillClock(), authenticator: .sample(.look),
            configuration: .browsed)
        var answers: [WireReply] = []
        for _ in 0..<times {
            let wire = try await Wire(pipeline)
            try await wire.send(
                "POST \(path) HTTP/1.1\r\nHost: alpha\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                    + "Content-Length: \(body.utf8.count)\r\n\(Self.html)\r\n\(body)")
            answers.append(try await wire.receive())
        }
        let place = try #require(answers.last?.header("Location"))
        let wire = try await Wire(pipeline)
        try await wire.send("GET \(place) HTTP/1.1\r\nHost: alpha\r\n\(Self.html)\r\n")
        return Followed(answers: answers, page: try HTMLDocument(try await wire.receive().body))
    }

    private struct Followed: ~Copyable {
        let answers: [WireReply]
        let page: HTMLDocument
    }

    @Test("After an operation a browser is sent on to the thing, which says what was done")
    func done() async throws {
        let led = try await follow("/xend/domain/vm1", "op=pause")
        #expect(led.answers[0].statusLine == "HTTP/1.1 303 See Other")
        #expect(led.answers[0].header("Location")?.hasPrefix("/xend/domain/vm1?done=") == true)
        #expect(led.page.text("//div[@id='notice']/p") == "pause: done.")
        #expect(led.page.text("//h1") == "vm1")
        let made = try await follow("/xend/domain", "op=create&config=\(OperationTests.config)")
        #expect(made.answers[0].header("Location")?.hasPrefix("/xend/domain/vm1?done=") == true)
        #expect(made.page.text("//div[@id='notice']//a") == "Domain vm1")
        let destroy = try await Wire.post("/xend/domain/gone", "op=destroy", headers: Self.html)
        #expect(destroy.status == 404)
        let disconnect = try await Wire.browse("/xend/console/9601?op=disconnect")
        #expect(disconnect.header("Location")?.hasPrefix("/xend/console/9601?done=") == true)
    }

    @Test("A form that is sent again does nothing again, and says so")
    func once() async throws {
        let service = Sample.service
        let led = try await follow("/xend/domain/vm1", "op=pause&once=7", of: service, times: 3)
        #expect(service.asked == ["vm1: pause"])
        #expect(led.answers.map { $0.header("Location") } == Array(repeating: "/xend/domain/vm1?done=7", count: 3))
        #expect(led.page.text("//div[@id='notice']/p").hasPrefix("Nothing has been done again"))
        // The same form, filled in with something else, is meant.
        _ = try await follow("/xend/domain/vm1", "op=maxmem_set&memory=70&once=8", of: service)
        _ = try await follow("/xend/domain/vm1", "op=maxmem_set&memory=80&once=8", of: service)
        #expect(service.asked.count == 3)
    }

    @Test("Every form that changes something has a key of its own")
    func keys() async throws {
        let page = try HTMLDocument(try await Wire.browse("/xend/domain/vm1").body)
        let keys = page.values("//form[@method='post']//input[@name='once']/@value")
        #expect(keys.count == page.count("//form[@method='post']") && Set(keys).count == keys.count && keys.count > 5)
        #expect(page.count("//form[@method='get']//input[@name='once' or @name='csrf']") == 0)
    }

    @Test("When the thing is gone after the operation, the page of its kind is where one is sent")
    func gone() async throws {
        let service = Sample.service
        service.change { $0.losesDomains = true }
        let led = try await follow("/xend/domain/vm1", "op=rename&name=vm9", of: service)
        #expect(led.answers[0].status == 303)
        #expect(led.page.text("//h1") == "Domains")
        #expect(led.page.text("//div[@id='notice']/p") == "rename: done.")
    }

    @Test("What would be refused is shown with the reason, and cannot be sent")
    func disabled() async throws {
        let service = Sample.service
        service.change { $0.refusals = ["migrate": "not <now>", "unpause": "it runs"] }
        let page = try HTMLDocument(try await Wire.browse("/xend/domain/vm1", of: service).body)
        #expect(page.errors == [])
        #expect(page.count("//button[@value='migrate'][@disabled][@aria-describedby='why-migrate']") == 1)
        #expect(page.text("//p[@id='why-migrate']") == "not <now>")
        #expect(page.count("//form[.//button[@value='migrate']]//input[@name='destination']") == 0)
        #expect(page.count("//button[@value='unpause'][@disabled]") == 1)
        #expect(page.count("//button[@value='pause'][@disabled]") == 0)
    }

    @Test(
        "The list is sorted by links and filtered by words",
        arguments: [
            ("", "3"), ("?q=vm", "1"), ("?q=state:paused", "1"), ("?q=name:*vm*%20state:idle", "0"), ("?q=id:2", "1"),
            ("?q=name:d*0", "1"), ("?q=odd:x", "0"),
        ])
    func list(query: String, count: String) async throws {
        let page = try HTMLDocument(try await Wire.browse("/xend/domain\(query)").body)
        #expect(page.errors == [])
        #expect(page.text("count(//tbody/tr)") == count)
    }

    @Test("Pages of a hundred, in any order; hostile words stay words")
    func pages() async throws {
        let service = Sample.service
        service.change { state in state.domains = (0..<250).map { Sample.domain($0, "d\($0)") } }
        let first = try HTMLDocument(try await Wire.browse("/xend/domain?sort=id&order=down", of: service).body)
        #expect(first.count("//tbody/tr") == 100)
        #expect(first.text("//tbody/tr[1]/td[@data-label='Name']") == "d249")
        #expect(first.text("//th[@aria-sort]") == "Id ▾")
        let last = try #require(first.values("//nav[@class='pager']/a/@href").last)
        #expect(last == "/xend/domain?sort=id&order=down&offset=100")
        let ticked = try HTMLDocument(try await Wire.browse("/xend/domain?tick=all&offset=200", of: service).body)
        #expect(ticked.count("//input[@type='checkbox'][@checked]") == 50)
        let odd = try HTMLDocument(try await Wire.browse("/xend/domain?q=%3Cb%3E%22%E2%80%AE", of: service).body)
        #expect(odd.count("//b") == 0 && odd.count("//tbody/tr") == 0)
    }

    @Test("One thing is done to several; what cannot be taken back asks first, naming them")
    func several() async throws {
        let service = Sample.service
        let pause = try await follow("/xend/domain", "op=each&do=pause&domain=vm1&domain=nope", of: service)
        #expect(service.asked == ["vm1: pause"])
        #expect(pause.page.text("//div[@id='notice']/p").hasPrefix("pause: 1 done (vm1), 1 not:"))
        #expect(pause.page.text("//div[@id='notice']//li") == "invalid domain:nope")
        let destroy = try await follow("/xend/domain", "op=each&do=destroy&domain=vm1", of: service)
        #expect(service.asked == ["vm1: pause"])
        #expect(destroy.page.text("//h1") == "Destroy: vm1?")
        _ = try await follow("/xend/domain", "op=each&do=destroy&domain=vm1&sure=1", of: service)
        #expect(service.asked.count == 2)
        let nothing = try await Wire.post("/xend/domain", "op=each&do=pause", headers: Self.html)
        #expect(nothing.status == 400 && nothing.body.contains("no domain is ticked"))
    }

    @Test(
        "A refused form comes back with its values and the reason",
        arguments: [
            ("/xend/domain", "op=create&config=(vm%20%3Cb%3E", "//textarea", "(vm <b>"),
            (
                "/xend/domain", "op=create&config=(vm)", "//div[@role='alert']/p",
                "Error creating domain: missing vm name"
            ),
            ("/xend/domain/vm1", "op=pincpu&cpu=two", "//input[@name='cpu']/@value", "two"),
            ("/xend/domain/vm1", "op=migrate&resource=7&destination=", "//input[@name='resource']/@value", "7"),
            (
                "/xend/domain/vm1", "op=migrate&resource=7&destination=", "//div[@role='alert']/p",
                "Missing parameter: destination"
            ),
            ("/xend/node", "op=notify", "//h1", "Notify: not done"),
            ("/xend/event", "op=inject&event=(a", "//textarea", "(a"),
        ])
    func refused(path: String, body: String, xpath: String, expected: String) async throws {
        let reply = try await Wire.post(path, body, headers: Self.html)
        #expect(reply.status == 400)
        let page = try HTMLDocument(reply.body)
        #expect(page.errors == [])
        #expect(page.text(xpath).drop { $0 == "\n" } == expected)
        #expect(page.values("//form[@class='operation']/@method") == ["post"])
    }

    @Test("An uploaded file that is refused comes back as text")
    func refusedFile() async throws {
        let body =
            "--B\r\nContent-Disposition: form-data; name=\"config\"; filename=\"a.sxp\"\r\n\r\n(vm (name 12))\n"
            + "--B\r\nContent-Disposition: form-data; name=\"op\"\r\n\r\ncreate\r\n--B--\r\n"
        let reply = try await Wire.ask(
            "POST /xend/domain HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=\"B\"\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\(Self.html)\r\n\(body)")
        #expect(reply.status == 400)
        let page = try HTMLDocument(reply.body)
        #expect(page.text("//div[@role='alert']/p").hasPrefix("Error creating domain: invalid vm name (name is \"12\""))
        #expect(page.text("//textarea").contains("(vm (name 12))"))
    }

    @Test("Style and script are served, and nothing in them is loaded from elsewhere")
    func assets() async throws {
        let style = try await Wire.browse("/xend/style.css")
        #expect(style.header("Content-Type") == "text/css; charset=utf-8")
        #expect(!style.body.contains("url("))
        #expect(style.body.contains("prefers-color-scheme: dark"))
        let script = try await Wire.browse("/xend/live.js")
        #expect(script.header("Content-Type") == "text/javascript; charset=utf-8")
        #expect(!script.body.contains("http:") && !script.body.contains("innerHTML"))
    }
}

/// A page as libxml2 understands it.
struct HTMLDocument: ~Copyable {
    private let document: htmlDocPtr
    /// What libxml2 objects to.
    let errors: [String]

    init(_ text: String) throws {
        let context = try #require(htmlNewParserCtxt())
        defer { htmlFreeParserCtxt(context) }
        let found = Objections()
        context.pointee._private = Unmanaged.passUnretained(found).toOpaque()
        context.pointee.sax.pointee.serror = { context, error in
            guard let context, let text = error?.pointee.message else { return }
            let parser = context.assumingMemoryBound(to: xmlParserCtxt.self)
            guard let place = parser.pointee._private else { return }
            Unmanaged<Objections>.fromOpaque(place).takeUnretainedValue().texts.append(String(cString: text))
        }
        let options = Int32(HTML_PARSE_NOERROR.rawValue | HTML_PARSE_NOWARNING.rawValue | HTML_PARSE_NONET.rawValue)
        let bytes = Array(text.utf8)
        let parsed = bytes.withUnsafeBytes { buffer in
            htmlCtxtReadMemory(
                context, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(buffer.count), nil, "UTF-8",
                options)
        }
        document = try #require(parsed)
        errors = found.texts.filter { text in !Self.newer.contains { text == "Tag \($0) invalid\n" } }
    }

    private final class Objections {
        var texts: [String] = []
    }

    /// Elements that libxml2, which knows HTML 4, does not know.
    private static let newer = [
        "aside", "main", "nav", "header", "section", "details", "summary", "time", "svg", "path", "rect", "line",
        "text", "g",
    ]

    deinit { xmlFreeDoc(document) }

    /// The text of what the expression finds first, or its value.
    func text(_ expression: String) -> String {
        evaluate(expression) { result in
            let string =
                result.pointee.type == XPATH_NODESET
                ? result.pointee.nodesetval.flatMap { set in
                    set.pointee.nodeNr > 0 ? xmlNodeGetContent(set.pointee.nodeTab[0]) : nil
                } : xmlXPathCastToString(result)
            defer { free(string) }  // xmlFree is a variable; this is its value
            return string.map { String(cString: $0) } ?? ""
        } ?? ""
    }

    func count(_ expression: String) -> Int { Int(text("count(\(expression))")) ?? -1 }

    func values(_ expression: String) -> [String] {
        evaluate(expression) { result in
            guard let set = result.pointee.nodesetval else { return [] }
            return (0..<Int(set.pointee.nodeNr)).map { index in
                let string = xmlNodeGetContent(set.pointee.nodeTab[index])
                defer { free(string) }  // xmlFree is a variable; this is its value
                return string.map { String(cString: $0) } ?? ""
            }
        } ?? []
    }

    private func evaluate<Value>(_ expression: String, _ read: (xmlXPathObjectPtr) -> Value) -> Value? {
        let context = xmlXPathNewContext(document)
        defer { xmlXPathFreeContext(context) }
        guard let result = xmlXPathEvalExpression(expression, context) else {
            Issue.record("XPath cannot be read: \(expression)")
            return nil
        }
        defer { xmlXPathFreeObject(result) }
        return read(result)
    }
}
