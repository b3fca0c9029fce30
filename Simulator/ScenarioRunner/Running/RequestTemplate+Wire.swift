import SExpressions
import ScenarioLanguage
import XendClient
import XendTesting

extension RequestTemplate {
    /// The request, its names replaced by what they are bound to.
    func wire(_ bindings: Bindings) throws(ScenarioFailure) -> WireRequest {
        var path = ""
        for piece in self.path {
            switch piece {
            case .text(let template): path += try template.text(bindings)
            case .segment(let template): path += FormEncoding.pathSegment(try template.text(bindings))
            }
        }
        let query = try values(self.query, bindings)
        if !query.isEmpty {
            path += (path.contains("?") ? "&" : "?") + FormEncoding.urlEncoded(query.map { ($0.name, $0.value) })
        }
        var wire = WireRequest(method: try method.text(bindings), path: path)
        wire.origin = origin
        wire.summary = query.map { ($0.name, $0.value) }
        for header in try values(headers, bindings) { wire.headers.append((header.name, header.value)) }
        if let token { wire.headers.append(("Authorization", "Bearer \(try token.text(bindings))")) }
        try fill(&wire, bindings)
        return wire
    }

    private func fill(_ wire: inout WireRequest, _ bindings: Bindings) throws(ScenarioFailure) {
        switch body {
        case .none: break
        case .text(let template): wire.body = SXPText.bytes(of: try template.text(bindings))
        case .form(let fields):
            let values = try values(fields, bindings)
            wire.body = Array(FormEncoding.urlEncoded(values.map { ($0.name, $0.value) }).utf8)
            addContentType("application/x-www-form-urlencoded", to: &wire)
            wire.summary += values.map { ($0.name, $0.value) }
        case .multipart(let fields):
            let values = try values(fields, bindings)
            let arguments = values.map { ($0.name, Self.argument($0)) }
            let boundary = FormEncoding.boundary(avoiding: arguments)
            wire.body = FormEncoding.multipart(arguments, boundary: boundary)
            addContentType("multipart/form-data; boundary=\(boundary)", to: &wire)
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

    private static func argument(_ field: (name: String, value: String, filename: String?)) -> XendCall.Argument {
        field.filename.map { .file(name: $0, content: SXPText.bytes(of: field.value)) } ?? .text(field.value)
    }
}
