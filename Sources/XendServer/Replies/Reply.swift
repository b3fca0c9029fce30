/// What goes back on the wire.
public struct Reply: Sendable {
    /// What comes behind the headers.
    public enum Body: Sendable {
        /// All of it; its length is told in front.
        case bytes([UInt8])
        /// Written as it comes; the connection ends with it.
        case stream(@Sendable (EventWriter) async -> Void)
        /// No answer any more: the connection becomes a WebSocket.
        case socket(@Sendable (SocketSession) async -> Void)
    }

    /// Of HTTP: 200 and so on (reference/http-api.md §5).
    public var status: Int
    /// One line: for every status but those of success this is the message that clients of xend 2.0 show
    /// (reference/http-api.md §3). Made printable when it is written.
    public var reason: String
    /// Without `Date`, `Server`, `Content-Length` and `Connection`, which the connection adds.
    public var headers: [(name: String, value: String)]
    /// What comes behind the headers; left away for HEAD.
    public var body: Body
    /// The connection ends with this answer.
    public var closes: Bool

    /// - Parameters:
    ///   - status: of HTTP.
    ///   - reason: nil: the standard phrase of the status.
    ///   - contentType: with its character set, where it has one.
    ///   - body: all of it.
    ///   - headers: beside `Content-Type`.
    ///   - closes: whether the connection ends with this answer.
    public init(
        status: Int = 200, reason: String? = nil, contentType: String, body: [UInt8],
        headers: [(name: String, value: String)] = [], closes: Bool = false
    ) {
        self.status = status
        self.reason = reason ?? Status.phrase(status)
        self.headers = [("Content-Type", contentType)] + headers
        self.body = .bytes(body)
        self.closes = closes
    }

    init(stream: @escaping @Sendable (EventWriter) async -> Void, contentType: String) {
        status = 200
        reason = "OK"
        headers = [("Content-Type", contentType), ("Cache-Control", "no-store")]
        body = .stream(stream)
        closes = true
    }

    var isStream: Bool {
        switch body {
        case .bytes: false
        case .stream, .socket: true
        }
    }

    init(socket: @escaping @Sendable (SocketSession) async -> Void) {
        status = Status.switchingProtocols
        reason = Status.phrase(Status.switchingProtocols)
        headers = []
        body = .socket(socket)
        closes = false
    }

    /// Status, reason phrase and body say the same.
    static func plain(_ status: Int, _ text: String, closes: Bool = false) -> Reply {
        Reply(
            status: status, reason: text, contentType: "text/plain; charset=utf-8", body: Array((text + "\n").utf8),
            closes: closes)
    }
}

/// The statuses in use and their standard phrases (RFC 9110 §15).
enum Status {
    static let switchingProtocols = 101, upgradeRequired = 426
    static let ok = 200, created = 201, accepted = 202, partialContent = 206, seeOther = 303, notModified = 304
    static let badRequest = 400, unauthorized = 401, forbidden = 403, notFound = 404, methodNotAllowed = 405,
        notAcceptable = 406
    static let preconditionFailed = 412, unprocessable = 422
    static let timeout = 408, conflict = 409, contentTooLarge = 413, rangeNotSatisfiable = 416
    static let expectationFailed = 417, headersTooLarge = 431
    static let internalError = 500, notImplemented = 501, unavailable = 503

    static func phrase(_ status: Int) -> String {
        switch status {
        case switchingProtocols: "Switching Protocols"
        case upgradeRequired: "Upgrade Required"
        case ok: "OK"
        case created: "Created"
        case accepted: "Accepted"
        case partialContent: "Partial Content"
        case seeOther: "See Other"
        case notModified: "Not Modified"
        case badRequest: "Bad Request"
        case unauthorized: "Unauthorized"
        case forbidden: "Forbidden"
        case notFound: "Not Found"
        case methodNotAllowed: "Method Not Allowed"
        case notAcceptable: "Not Acceptable"
        case timeout: "Request Timeout"
        case conflict: "Conflict"
        case preconditionFailed: "Precondition Failed"
        case unprocessable: "Unprocessable Content"
        case contentTooLarge: "Content Too Large"
        case rangeNotSatisfiable: "Range Not Satisfiable"
        case headersTooLarge: "Request Header Fields Too Large"
        case internalError: "Internal Server Error"
        case notImplemented: "Not Implemented"
        case unavailable: "Service Unavailable"
        default: "Status \(status)"
        }
    }
}
