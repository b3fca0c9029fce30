import AccessControl
import HTTPInterface
import HostInterface
import NIOCore
import NIOHTTP1

/// A request that is being received: its head, and its body as far as it has come.
struct RequestAssembly {
    private let head: HTTPRequestHead
    private let target: RequestTarget
    private var reader: BodyReader
    private var length = 0
    private let limits: HTTPLimits
    /// What its body takes of the memory for all of them.
    let share: BodyBudget.Share
    /// Who asks.
    private let caller: Caller

    /// Why a request is answered before anybody looks at what it wants. The connection ends with it.
    struct Rejection: Error {
        var status: Int
        var text: String
        /// Whom it refuses what, as it stands in the request's first line; nil: it is about the request itself.
        var refused: (caller: Caller, target: String)?
    }

    /// - Parameters:
    ///   - share: of the memory for bodies; held until the request is answered.
    ///   - caller: who asks: of whom may change nothing, what would need a long body is refused before it is read.
    init(
        _ head: HTTPRequestHead, limits: HTTPLimits, share: BodyBudget.Share, caller: Caller
    ) throws(Rejection) {
        self.head = head
        self.limits = limits
        self.share = share
        self.caller = caller
        try Self.checkHead(head)
        do {
            target = try RequestTarget(head.uri, maximumFields: limits.fields)
            reader = try BodyReader(
                contentType: head.headers.first(name: "content-type"), maximumFields: limits.fields)
        } catch {
            throw Rejection(status: Status.badRequest, text: "cannot read the request: \(error)")
        }
        try checkLength(head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0)
    }

    /// What RFC 9112 (§3.2) and RFC 9110 (§10.1.1) have a server refuse: another server in front of us might read it otherwise.
    private static func checkHead(_ head: HTTPRequestHead) throws(Rejection) {
        let hosts = head.headers["host"].count
        if hosts > 1 || (hosts == 0 && head.version.isOneOne) {
            let text = "cannot read the request: it has \(hosts == 0 ? "no Host" : "\(hosts) fields Host")"
            throw Rejection(status: Status.badRequest, text: text)
        }
        for expectation in head.headers[canonicalForm: "expect"]
        where !expectation.utf8Equals("100-continue", ignoringCase: true) {
            throw Rejection(
                status: Status.expectationFailed, text: "cannot do what the request expects: \(expectation.prefix(80))")
        }
    }

    private func checkLength(_ length: Int) throws(Rejection) {
        if length > limits.body { throw tooLong }
        if length > limits.strangersBody, !caller.may(.operator) {
            throw Rejection(
                status: Status.forbidden, text: caller.refusal(.operator, of: "so long a request"),
                refused: (caller, head.uri))
        }
    }

    /// Whether the client waits for a word before it sends the body.
    var expectsContinue: Bool {
        head.version.isOneOne
            && head.headers[canonicalForm: "expect"].contains { $0.utf8Equals("100-continue", ignoringCase: true) }
    }

    mutating func append(_ bytes: ByteBuffer) throws(Rejection) {
        length += bytes.readableBytes
        try checkLength(length)
        guard share.take(bytes.readableBytes) else { throw noMemory }
        do {
            try reader.feed(bytes.readableBytesView)
        } catch {
            throw unreadable(error)
        }
    }

    mutating func finish() throws(Rejection) -> Request {
        do {
            let (form, body) = try reader.finish()
            return Request(
                method: head.method, target: target, version: head.version, headers: head.headers, form: form,
                body: body, caller: caller)
        } catch {
            throw unreadable(error)
        }
    }

    private var tooLong: Rejection {
        Rejection(status: Status.contentTooLarge, text: "the request's body is longer than \(limits.body) bytes")
    }

    private var noMemory: Rejection {
        Rejection(
            status: Status.unavailable,
            text:
                "too much is being sent at once: all requests together may have \(limits.allBodies >> 20) MB; try again"
        )
    }

    private func unreadable(_ error: FormError) -> Rejection {
        Rejection(status: Status.badRequest, text: "cannot read the request's body: \(error)")
    }
}
