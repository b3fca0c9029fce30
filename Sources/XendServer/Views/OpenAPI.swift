import DomainLifecycle
import DomainManagement

/// `/xend/openapi.json`: the interface in the words of OpenAPI 3.1, made of the route table and the table of operations.
enum OpenAPI {
    static func document(_ exchange: Exchange) async throws(Failure) -> Answer {
        .reply(Reply(contentType: "application/json", body: bytes, headers: EntityTag.headers(of: bytes)))
    }

    private static let bytes: [UInt8] = {
        var writer = JSONWriter()
        writer.value(value)
        return writer.bytes + [UInt8(ascii: "\n")]
    }()

    private static let value = JSONValue.members(
        ("openapi", .string("3.1.0")),
        (
            "info",
            .members(
                ("title", .string("xend")), ("version", .string("1")),
                ("summary", .string("The control daemon of a machine that runs Xen.")))
        ),
        (
            "paths",
            // What leads browsers to the pages is for no program.
            .object(
                RouteTable.resources.filter { $0.path != "/" }.map { .init(name: template($0.path), value: item($0)) })
        ),
        (
            "components",
            .members(("schemas", .members(("Problem", problem))), ("responses", .members(("Problem", problemResponse))))
        ))

    /// `/xend/domain/:domain` as `/xend/domain/{domain}`.
    private static func template(_ path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false)
            .map { $0.hasPrefix(":") ? "{\($0.dropFirst())}" : String($0) }.joined(separator: "/")
    }

    private static func item(_ resource: Resource) -> JSONValue {
        var members: [JSONValue.Member] = []
        let names = resource.path.split(separator: "/").filter { $0.hasPrefix(":") }.map { String($0.dropFirst()) }
        if !names.isEmpty { members.append(.init(name: "parameters", value: .array(names.map(pathParameter)))) }
        if resource.get != nil { members.append(.init(name: "get", value: reading(resource))) }
        if !resource.operations.isEmpty { members.append(.init(name: "post", value: doing(resource))) }
        return .object(members)
    }

    private static func pathParameter(_ name: String) -> JSONValue {
        .members(
            ("name", .string(name)), ("in", .string("path")), ("required", .flag(true)),
            ("schema", .members(("type", .string("string")), ("minLength", .number("1")))))
    }

    // MARK: Reading

    /// What is answered by those that know no JSON.
    private static let otherTypes = [
        "/xend/node/log": "text/plain", "/healthz": "text/plain", "/readyz": "text/plain", "/metrics": "text/plain",
        "/xend/style.css": "text/css", "/xend/live.js": "text/javascript", "/xend/console.js": "text/javascript",
        "/xend/xterm.js": "text/javascript", "/xend/xterm.css": "text/css",
        "/xend/icon.svg": "image/svg+xml",
    ]

    private static func reading(_ resource: Resource) -> JSONValue {
        let queries = resource.operations.values.filter(\.alsoByGet).map(\.name).sorted()
        var parameters: [JSONValue] = otherTypes[resource.path] == nil ? [format] : []
        if !queries.isEmpty { parameters.append(query("op", words(queries))) }
        for (name, schema) in questions[resource.path] ?? [] { parameters.append(query(name, schema)) }
        if otherTypes[resource.path] == nil { parameters.append(header("If-None-Match")) }
        return .members(
            ("operationId", .string("get \(resource.path)")), ("parameters", .array(parameters)),
            ("responses", responses(type: otherTypes[resource.path] ?? "application/json")))
    }

    private static func query(_ name: String, _ schema: JSONValue) -> JSONValue {
        .members(("name", .string(name)), ("in", .string("query")), ("schema", schema))
    }

    /// Without it the headers decide, and a program without `Accept` gets s-expressions.
    private static let format = JSONValue.members(
        ("name", .string("format")), ("in", .string("query")), ("required", .flag(true)), ("schema", words(["json"])))

    // MARK: Doing

    private static func doing(_ resource: Resource) -> JSONValue {
        let names = resource.operations.keys.sorted()
        let body = JSONValue.members(("schema", .members(("oneOf", .array(names.map { operation($0, resource) })))))
        let parameters =
            resource.path == "/xend/domain/:domain"
            ? [format, header("If-Match"), header(key)] : [format, header(key)]
        return .members(
            ("operationId", .string("post \(resource.path)")), ("parameters", .array(parameters)),
            (
                "requestBody",
                .members(
                    ("required", .flag(true)),
                    ("content", .members(("application/json", body), ("application/x-www-form-urlencoded", body))))
            ),
            ("responses", responses(type: "application/json")))
    }

    private static let key = "Idempotency-Key"

    /// Of headers; others have a generation.
    private static let patterns = [key: "^[A-Za-z0-9-]{1,64}$", "If-None-Match": "^(W/)?\"[A-Za-z0-9]{1,64}\"$"]

    private static func header(_ name: String) -> JSONValue {
        .members(
            ("name", .string(name)), ("in", .string("header")),
            (
                "schema",
                .members(
                    ("type", .string("string")),
                    ("pattern", .string(patterns[name] ?? "^\"[0-9]{1,9}\"$")))
            ))
    }

    private static func operation(_ name: String, _ resource: Resource) -> JSONValue {
        let target: OperationRule.Target? =
            switch resource.path {
            case "/xend/node": .node
            case "/xend/domain": .domains
            case "/xend/domain/:domain": .domain
            default: nil
            }
        let rule = target.flatMap { target in
            OperationRule.all(of: target).first { $0.name == name || $0.otherNames.contains(name) }
        }
        let arguments = rule?.arguments ?? []
        var properties: [JSONValue.Member] = [.init(name: "op", value: .members(("const", .string(name))))]
        properties += arguments.map { .init(name: $0.name, value: schema($0.kind)) }
        let others = others[resource.path]?[name] ?? []
        properties += others.map { .init(name: $0.name, value: $0.schema) }
        let required =
            ["op"] + arguments.filter(\.isRequired).map(\.name) + others.filter(\.isRequired).map(\.name)
        var members: [JSONValue.Member] = [
            .init(name: "type", value: .string("object")), .init(name: "title", value: .string(name)),
        ]
        if let help = rule?.form?.help { members.append(.init(name: "description", value: .string(help))) }
        members += [
            .init(name: "properties", value: .object(properties)),
            .init(name: "required", value: .array(required.map(JSONValue.string))),
        ]
        return .object(members)
    }

    // MARK: Schemas

    static let string = JSONValue.members(("type", .string("string")))

    static func words(_ words: [String]) -> JSONValue {
        .members(("type", .string("string")), ("enum", .array(words.map(JSONValue.string))))
    }

    static func integer(_ range: ClosedRange<Int>) -> JSONValue {
        var members: [JSONValue.Member] = [.init(name: "type", value: .string("integer"))]
        if range.lowerBound > .min {
            members.append(.init(name: "minimum", value: .number(String(range.lowerBound))))
        }
        if range.upperBound < .max {
            members.append(.init(name: "maximum", value: .number(String(range.upperBound))))
        }
        return .object(members)
    }

    private static func schema(_ kind: ArgumentKind) -> JSONValue {
        switch kind {
        case .text, .name: string
        case .integer(let range): integer(range)
        case .flag: .members(("type", .string("boolean")))
        case .word(let words): self.words(words)
        case .cpus: .members(("type", .array([.string("string"), .string("integer")])))
        case .device: integer(0...Int(Int32.max))
        case .key: .members(("type", .string("string")), ("pattern", .string("^[a-zA-Z0-9]$")))
        case .expression: expression
        }
    }

    // MARK: Answers

    /// Every status that a request may be answered with, whatever it is. 500 is none: that would be a fault of xend's.
    private static let failures = [400, 401, 403, 404, 405, 406, 408, 409, 412, 413, 417, 422, 431, 501, 503]

    private static func responses(type: String) -> JSONValue {
        var members = [200, 201, 202, 206, 303, 304].map { status in
            JSONValue.Member(
                name: String(status),
                value: .members(
                    ("description", .string(Status.phrase(status))), ("content", .members((type, .object([])), page))))
        }
        members += failures.map {
            .init(name: String($0), value: .members(("$ref", .string("#/components/responses/Problem"))))
        }
        return .object(members)
    }

    /// What browsers get, who ask for no format.
    private static let page = ("text/html", JSONValue.object([]))

    private static let problemResponse = JSONValue.members(
        ("description", .string("Why not.")),
        (
            "content",
            .members(
                (
                    JSONView.problemType,
                    .members(("schema", .members(("$ref", .string("#/components/schemas/Problem")))))
                ),
                // What cannot be read, and what asks for no JSON.
                ("text/plain", .object([])), page)
        ))

    private static let problem = JSONValue.members(
        ("type", .string("object")), ("description", .string("As RFC 9457 has it.")),
        (
            "properties",
            .members(
                ("type", string), ("title", string), ("status", integer(400...599)), ("detail", string),
                ("error", string),
                ("kind", words(["invalid", "notFound", "forbidden", "refused", "failed", "notSupported", "stale"])))
        ), ("required", .array(["type", "title", "status", "detail", "kind"].map(JSONValue.string))))
}
