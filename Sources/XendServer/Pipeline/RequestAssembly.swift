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

    /// Why a request is answered before anybody looks at what it wants. The connection ends with it.
    struct Rejection: Error {
        var status: Int
        var text: String
    }

    init(_ head: HTTPRequestHead, limits: HTTPLimits) throws(Rejection) {
        self.head = head
        self.limits = limits
        do {
            target = try RequestTarget(head.uri, maximumFields: limits.fields)
            reader = try BodyReader(
                contentType: head.headers.first(name: "content-type"), maximumFields: limits.fields)
        } catch {
            throw Rejection(status: Status.badRequest, text: "cannot read the request: \(error)")
        }
        let announced = head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
        if announced > limits.body { throw tooLong }
    }

    /// Whether the client waits for a word before it sends the body.
    var expectsContinue: Bool {
        head.version.isOneOne
            && head.headers[canonicalForm: "expect"].contains { $0.utf8Equals("100-continue", ignoringCase: true) }
    }

    mutating func append(_ bytes: ByteBuffer) throws(Rejection) {
        length += bytes.readableBytes
        guard length <= limits.body else { throw tooLong }
        do {
            try reader.feed(bytes.readableBytesView)
        } catch {
            throw unreadable(error)
        }
    }

    mutating func finish(peer: NetworkAddress?, isLocal: Bool) throws(Rejection) -> Request {
        do {
            let (form, body) = try reader.finish()
            return Request(
                method: head.method, target: target, version: head.version, headers: head.headers, form: form,
                body: body, peer: peer, isLocal: isLocal)
        } catch {
            throw unreadable(error)
        }
    }

    private var tooLong: Rejection {
        Rejection(status: Status.contentTooLarge, text: "the request's body is longer than \(limits.body) bytes")
    }

    private func unreadable(_ error: FormError) -> Rejection {
        Rejection(status: Status.badRequest, text: "cannot read the request's body: \(error)")
    }
}
