import SExpressions

/// Reads what is asked over HTTP: operations of the manual, and any request.
struct RequestReader {
    /// How the steps are written that are one operation each.
    static let shapes = [
        "(create CONFIG)", "(restore FILE)", "(pause D)", "(unpause D)", "(shutdown D REASON)", "(destroy D REASON)",
        "(save D FILE)", "(migrate D HOST (live yes|no) (resource MBIT))", "(cancel D)", "(pincpu D CPU)",
        "(maxmem D MB)", "(device-create D DEV)", "(device-destroy D TYPE IDX)", "(inject EVENT)",
        "(node shutdown | reboot)",
    ]

    /// The steps that are one HTTP operation of the manual each; nil when this is none of them.
    func operation(_ form: inout FormReader) throws(ScenarioError) -> RequestTemplate? {
        switch form.name {
        case "create":
            let config = try form.value("the configuration")
            return post("/xend/domain", "create", [field("config", config)], domain: config.nameInConfiguration)
        case "restore": return post("/xend/domain", "restore", [field("file", try form.template("the file"))])
        case "inject": return post("/xend/event", "inject", [field("event", try form.value("the event"))])
        case "node":
            enum Act: String, CaseIterable { case shutdown, reboot }
            return post("/xend/node", try form.word("what the node does", Act.self).rawValue, [])
        default: return try domainOperation(&form)
        }
    }

    private func domainOperation(_ form: inout FormReader) throws(ScenarioError) -> RequestTemplate? {
        let operations = [
            "pause": "pause", "unpause": "unpause", "shutdown": "shutdown", "destroy": "destroy", "save": "save",
            "migrate": "migrate", "pincpu": "pincpu", "maxmem": "maxmem_set", "device-create": "device_create",
            "device-destroy": "device_destroy", "cancel": "cancel",
        ]
        guard let op = operations[form.name] else { return nil }
        let domain = try form.template("the domain")
        var request = post("/xend/domain/", op, try domainArguments(&form), domain: domain)
        request.path.append(.segment(domain))
        return request
    }

    private func domainArguments(_ form: inout FormReader) throws(ScenarioError) -> [RequestTemplate.Field] {
        switch form.name {
        case "shutdown", "destroy":
            guard !form.arguments.isEmpty else { return [] }
            return [field("reason", try form.template("the reason"))]
        case "save": return [field("file", try form.template("the file"))]
        case "pincpu": return [field("cpu", try form.template("the cpu"))]
        case "maxmem": return [field("memory", try form.template("the memory in MB"))]
        case "device-create": return [field("config", try form.value("the device"))]
        case "device-destroy":
            let type = field("type", try form.template("the type of device"))
            return [type, field("idx", try form.template("the device's idx"))]
        case "migrate": return try migrationArguments(&form)
        default: return []
        }
    }

    private func migrationArguments(_ form: inout FormReader) throws(ScenarioError) -> [RequestTemplate.Field] {
        enum Answer: String, CaseIterable { case yes, no }
        let allowed = [
            Vocabulary.Form(name: "live", shape: "(live yes | no)"),
            Vocabulary.Form(name: "resource", shape: "(resource MBIT)"),
        ]
        let destination = try form.template("the host it goes to")
        var live = field("live", "0", at: form.source.position)
        var resource = field("resource", "0", at: form.source.position)
        for var part in try form.parts("migrate", allowed) {
            if part.name == "live" {
                let answer = try part.word("whether it runs on meanwhile", Answer.self)
                live = field("live", answer == .yes ? "1" : "0", at: part.source.position)
            } else {
                resource = field("resource", try part.template("the limit in Mbit/s"))
            }
            try part.end()
        }
        form.arguments = []
        return [field("destination", destination), live, resource]
    }

    private func post(
        _ path: String, _ op: String, _ fields: [RequestTemplate.Field], domain: Template? = nil
    ) -> RequestTemplate {
        let position = SXPPosition()
        return RequestTemplate(
            method: Template(literal: "POST", at: position), path: [.text(Template(literal: path, at: position))],
            body: .form([field("op", op, at: position)] + fields), isOperation: true, domain: domain)
    }

    private func field(_ name: String, _ value: Template) -> RequestTemplate.Field {
        RequestTemplate.Field(name: Template(literal: name, at: value.source.position), value: value)
    }

    private func field(_ name: String, _ value: String, at position: SXPPosition) -> RequestTemplate.Field {
        field(name, Template(literal: value, at: position))
    }

    // MARK: Any request

    func request(_ form: inout FormReader) throws(ScenarioError) -> RequestTemplate {
        let method = try form.template("the method")
        let path = try form.template("the path")
        var request = RequestTemplate(method: method, path: [.text(path)], isOperation: false)
        for var part in try form.parts("request", Vocabulary.requestParts) {
            switch part.name {
            case "header":
                let name = try part.template("the header's name")
                request.headers.append(.init(name: name, value: try part.value("the header's value")))
            case "token": request.token = try part.template("the token")
            case "from": request.origin = try part.word("the client's address")
            case "query": request.query += try fields(&part)
            case "body":
                try refuseSecondBody(request, part)
                request.body = .text(try part.value("the body"))
            default:
                try refuseSecondBody(request, part)
                let fields = try self.fields(&part)
                request.body = part.name == "form" ? .form(fields) : .multipart(fields)
            }
            try part.end()
        }
        form.arguments = []
        return request
    }

    private func refuseSecondBody(_ request: RequestTemplate, _ part: FormReader) throws(ScenarioError) {
        guard case .none = request.body else { throw part.error("a request has one body: form, multipart or body") }
    }

    /// `(K V)…`, in a multipart also `(K V (file NAME))`.
    private func fields(_ part: inout FormReader) throws(ScenarioError) -> [RequestTemplate.Field] {
        var fields: [RequestTemplate.Field] = []
        for argument in part.arguments {
            guard let members = argument.list, (1...3).contains(members.count), members[0].atom != nil else {
                throw part.misuse("each field is (KEY VALUE), not \(argument.value)", at: argument)
            }
            let value =
                members.count > 1
                ? Template(members[1]) : Template(literal: "", at: argument.position)
            var field = RequestTemplate.Field(name: Template(members[0]), value: value)
            if members.count == 3 {
                guard let file = members[2].list, file.count == 2, file[0].atom == "file", let name = file[1].atom,
                    part.name == "multipart"
                else { throw part.misuse("behind the value only (file NAME) of a multipart may stand", at: members[2]) }
                field.filename = name
            }
            fields.append(field)
        }
        part.arguments = []
        return fields
    }
}

extension Template {
    /// What stands in `(name …)` of a configuration, as far as it is written here.
    var nameInConfiguration: Template? {
        for member in source.list ?? [] {
            guard let inner = member.list, inner.count > 1, inner[0].atom == "name", inner[1].atom != nil else {
                continue
            }
            return Template(inner[1])
        }
        return nil
    }
}
