import SExpressions

/// A request with every name replaced, as it goes over the wire.
struct WireRequest {
    var method: String
    var path: String
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []
    /// Where the client is; nil: on the host itself.
    var origin: String?
    /// What a transcript shows of the body.
    var summary: [(name: String, value: String)] = []

    /// The whole request. `Host` and `Content-Length` are added where the story does not give them.
    func bytes(host: String) -> [UInt8] {
        var lines = "\(method) \(path) HTTP/1.1\r\n"
        if !has("host") { lines += "Host: \(host)\r\n" }
        for header in headers { lines += "\(header.name): \(header.value)\r\n" }
        if !has("content-length"), !has("transfer-encoding"), !body.isEmpty || !["GET", "HEAD"].contains(method) {
            lines += "Content-Length: \(body.count)\r\n"
        }
        return SXPText.bytes(of: lines + "\r\n") + body
    }

    private func has(_ name: String) -> Bool { headers.contains { $0.name.lowercased() == name } }

    /// A plain GET.
    static func get(_ path: String) -> WireRequest { WireRequest(method: "GET", path: path) }

    /// A POST with url-encoded arguments, as xend's own client sends it.
    static func post(_ path: String, _ fields: [(name: String, value: String)]) -> WireRequest {
        WireRequest(
            method: "POST", path: path, headers: [("Content-Type", "application/x-www-form-urlencoded")],
            body: Array(URLText.form(fields).utf8), summary: fields)
    }
}

extension RequestTemplate {
    /// The request, its names replaced by what they are bound to.
    func wire(_ bindings: Bindings) throws(ScenarioFailure) -> WireRequest {
        var path = ""
        for piece in self.path {
            switch piece {
            case .text(let template): path += try template.text(bindings)
            case .segment(let template): path += URLText.encode(try template.text(bindings))
            }
        }
        let query = try values(self.query, bindings)
        if !query.isEmpty { path += (path.contains("?") ? "&" : "?") + URLText.form(query.map { ($0.name, $0.value) }) }
        var wire = WireRequest(method: try method.text(bindings), path: path)
        wire.origin = origin
        wire.summary = query.map { ($0.name, $0.value) }
        for header in try values(headers, bindings) { wire.headers.append((header.name, header.value)) }
        try fill(&wire, bindings)
        return wire
    }

    private func fill(_ wire: inout WireRequest, _ bindings: Bindings) throws(ScenarioFailure) {
        switch body {
        case .none: break
        case .text(let template): wire.body = SXPText.bytes(of: try template.text(bindings))
        case .form(let fields):
            let values = try values(fields, bindings)
            wire.body = Array(URLText.form(values.map { ($0.name, $0.value) }).utf8)
            addContentType("application/x-www-form-urlencoded", to: &wire)
            wire.summary += values.map { ($0.name, $0.value) }
        case .multipart(let fields):
            let values = try values(fields, bindings)
            wire.body = Self.multipart(values)
            addContentType("multipart/form-data; boundary=\(Self.boundary)", to: &wire)
            wire.summary += values.map { ($0.name, $0.value) }
        }
    }

    private func addContentType(_ type: String, to wire: inout WireRequest) {
        guard !wire.headers.contains(where: { $0.name.lowercased() == "content-type" }) else { return }
        wire.headers.append(("Content-Type", type))
    }

    private func values(
        _ fields: [Field], _ bindings: Bindings
    ) throws(ScenarioFailure) -> [(name: String, value: String, filename: String?)] {
        var values: [(name: String, value: String, filename: String?)] = []
        for field in fields {
            values.append((try field.name.text(bindings), try field.value.text(bindings), field.filename))
        }
        return values
    }

    /// Sixteen hex digits, as the 2.0 client chose them; the same in every run.
    private static let boundary = "6aadf8967f4727b6"

    private static func multipart(_ fields: [(name: String, value: String, filename: String?)]) -> [UInt8] {
        var bytes: [UInt8] = []
        for field in fields {
            let file = field.filename.map { "; filename=\"\($0)\"\r\nContent-Type: application/octet-stream" } ?? ""
            bytes += Array("--\(boundary)\r\nContent-Disposition: form-data; name=\"\(field.name)\"\(file)\r\n\r\n".utf8)
            bytes += SXPText.bytes(of: field.value) + [13, 10]
        }
        return bytes + Array("--\(boundary)--\r\n".utf8)
    }
}

/// Percent-encoding.
enum URLText {
    /// Everything but letters, digits and `-._~` is encoded, byte by byte.
    static func encode(_ text: String) -> String {
        var result = ""
        for byte in SXPText.bytes(of: text) {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: result.append(Character(Unicode.Scalar(byte)))
            default: result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return result
    }

    static func form(_ fields: [(name: String, value: String)]) -> String {
        fields.map { "\(encode($0.name))=\(encode($0.value))" }.joined(separator: "&")
    }
}
