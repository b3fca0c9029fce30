import SExpressions
import XendClient

/// A request with every name replaced, as it goes over the wire.
package struct WireRequest {
    package var method: String
    package var path: String
    package var headers: [(name: String, value: String)] = []
    package var body: [UInt8] = []
    /// Where the client is; nil: on the host itself.
    package var origin: String?
    /// What a transcript shows of the body.
    package var summary: [(name: String, value: String)] = []

    package init(method: String, path: String) {
        self.method = method
        self.path = path
    }

    /// Nobody waits longer for an answer.
    package static let patience = Duration.seconds(3600)

    /// As the client library sends it. `Host` is added where the story does not give it.
    package func request(host: String) -> XendRequest {
        let isAddressed = headers.contains { $0.name.lowercased() == "host" }
        return XendRequest(
            method: XendRequest.Method(rawValue: method), target: path,
            headers: (isAddressed ? [] : [("Host", host)]) + headers,
            body: body, timeLimit: Self.patience)
    }

    package static func path(ofDomain name: String) -> String { "/xend/domain/" + FormEncoding.pathSegment(name) }

    /// A plain GET.
    package static func get(_ path: String) -> WireRequest { WireRequest(method: "GET", path: path) }

    /// A POST with url-encoded arguments, as xend's own client sends it.
    package static func post(_ path: String, _ fields: [(name: String, value: String)]) -> WireRequest {
        var request = WireRequest(method: "POST", path: path)
        request.headers = [("Content-Type", "application/x-www-form-urlencoded")]
        request.body = Array(FormEncoding.urlEncoded(fields).utf8)
        request.summary = fields
        return request
    }
}

extension FormEncoding {
    /// Fields of words alone.
    package static func urlEncoded(_ fields: [(name: String, value: String)]) -> String {
        urlEncoded(fields.map { ($0.name, XendCall.Argument.text($0.value)) })
    }
}
