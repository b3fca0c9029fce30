// The seam between the client and the wire.

import SExpressions

/// Carries one HTTP request to a daemon and brings its answer.
///
/// A protocol, so that the same client speaks over a socket (``SocketTransport``) and over anything else. Whatever carries bytes
/// makes one with ``XendRequest/bytes`` and ``ResponseParser``, as scenarios do to talk to a daemon in the same process.
public protocol XendTransport: Sendable {
    /// - Throws: `XendError.unreachable` where there is no complete answer.
    func perform(_ request: XendRequest) async throws(XendError) -> XendResponse
    /// Whether requests show who asks, other than by their connection.
    var hasCredentials: Bool { get }
}

extension XendTransport {
    /// Of whatever knows no credentials.
    public var hasCredentials: Bool { false }
}

/// An HTTP request, complete but for the framing.
public struct XendRequest: Equatable, Sendable {
    /// As it stands on the wire; xend's own client has `GET` and `POST`.
    public struct Method: RawRepresentable, Hashable, Sendable {
        /// In capitals.
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }

        /// Asks, and changes nothing.
        public static let get = Method(rawValue: "GET")
        /// As ``get``, for the head of the answer only.
        public static let head = Method(rawValue: "HEAD")
        /// May change something.
        public static let post = Method(rawValue: "POST")
    }

    /// Decides whether an empty body is announced.
    public var method: Method
    /// Path and query, percent-encoded: `/xend/domain/web?op=vifs`.
    public var target: String
    /// In order. `Content-Length` is added where it is needed and not among them.
    public var headers: [(name: String, value: String)]
    /// Its `Content-Length` is counted when the request is written.
    public var body: [UInt8]
    /// How long the answer may take from now on.
    public var timeLimit: Duration

    public init(
        method: Method, target: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
        timeLimit: Duration
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.timeLimit = timeLimit
    }

    public static func == (left: XendRequest, right: XendRequest) -> Bool {
        left.method == right.method && left.target == right.target && left.body == right.body
            && left.timeLimit == right.timeLimit
            && left.headers.elementsEqual(right.headers) { $0.name == $1.name && $0.value == $1.value }
    }
}

extension XendRequest {
    /// The request as it goes over the wire.
    public var bytes: [UInt8] {
        var head = "\(method.rawValue) \(target) HTTP/1.1\r\n"
        for header in headers { head += "\(header.name): \(header.value)\r\n" }
        if !has("content-length"), !has("transfer-encoding"), !body.isEmpty || ![.get, .head].contains(method) {
            head += "Content-Length: \(body.count)\r\n"
        }
        return SXPText.bytes(of: head + "\r\n") + body
    }

    private func has(_ name: String) -> Bool { headers.contains { $0.name.lowercased() == name } }
}

/// An HTTP answer.
public struct XendResponse: Sendable {
    /// From 100 to 599.
    public var status: Int
    /// The text after the status: where xend says why it refused.
    public var reason: String
    /// In the order of the answer; names as they were sent.
    public var headers: [(name: String, value: String)]
    /// Without the framing that brought it.
    public var body: [UInt8]

    public init(status: Int, reason: String, headers: [(name: String, value: String)], body: [UInt8]) {
        self.status = status
        self.reason = reason
        self.headers = headers
        self.body = body
    }

    /// The texts of all headers `Warning: 299 AGENT "TEXT"`.
    var warnings: [String] {
        headers.filter { $0.name.lowercased() == "warning" }.compactMap { header in
            guard let first = header.value.firstIndex(of: "\""), header.value.hasSuffix("\"") else { return nil }
            var text = ""
            var isEscaped = false
            for character in header.value[first...].dropFirst().dropLast() {
                isEscaped = character == "\\" && !isEscaped
                if !isEscaped { text.append(character) }
            }
            return text
        }
    }

    /// The first value of a header, whose name is compared without regard to case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}
