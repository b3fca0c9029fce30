import NIOHTTP1

/// What a browser shows that wants a WebSocket (RFC 6455 §4.2.1).
struct SocketOpening: Sendable {
    /// The one version that there is.
    static let version = "13"

    /// Whether a request wants one, be it right or wrong.
    static func isAsked(_ request: Request) -> Bool {
        request.headers[canonicalForm: "upgrade"].contains { $0.utf8Equals("websocket", ignoringCase: true) }
    }

    /// - Throws: what is wrong with it.
    static func check(_ request: Request) throws(Failure) {
        let connection = request.headers[canonicalForm: "connection"]
        guard request.method == .GET, request.version.isOneOne,
            connection.contains(where: { $0.utf8Equals("upgrade", ignoringCase: true) })
        else {
            throw Failure(
                status: Status.badRequest, "cannot open a WebSocket: it is asked for by GET, with Connection: Upgrade")
        }
        guard request.headers.first(name: "sec-websocket-version") == version else {
            throw Failure(
                status: Status.upgradeRequired, "cannot open a WebSocket: only version \(version) is spoken",
                headers: [("Sec-WebSocket-Version", version)])
        }
        let key = request.headers["sec-websocket-key"]
        guard key.count == 1, isKey(key[0]) else {
            throw Failure(
                status: Status.badRequest, "cannot open a WebSocket: Sec-WebSocket-Key must be 16 bytes in base 64")
        }
    }

    private static func isKey(_ text: String) -> Bool {
        text.utf8.count == 24 && text.hasSuffix("==")
            && text.utf8.dropLast(2).allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
                    true
                default: false
                }
            }
    }
}
