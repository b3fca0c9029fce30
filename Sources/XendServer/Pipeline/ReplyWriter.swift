import NIOCore
import NIOHTTP1

/// Puts a reply into bytes: status line, headers, body, at once.
struct ReplyWriter {
    /// The `Date` header of the second it was made for.
    private var date = (second: Int.min, text: "")

    /// - Parameters:
    ///   - second: now, in seconds since 1970.
    ///   - closes: the connection ends with this reply.
    mutating func bytes(
        of reply: Reply, to request: Request?, second: Int, closes: Bool, allocator: ByteBufferAllocator
    ) -> ByteBuffer {
        if date.second != second { date = (second, HTTPDate.text(second)) }
        let content: [UInt8]? = if case .bytes(let bytes) = reply.body { bytes } else { nil }
        var buffer = allocator.buffer(capacity: 400 + (content?.count ?? 0))
        buffer.writeString(request?.version.isOneOne == false ? "HTTP/1.0 " : "HTTP/1.1 ")
        // Piece by piece: no text is made of them first.
        Self.write([String(reply.status), " ", Self.printable(reply.reason), "\r\nDate: ", date.text], to: &buffer)
        buffer.writeString("\r\nServer: xend\r\n")
        for (name, value) in reply.headers { Self.write([name, ": ", Self.printable(value), "\r\n"], to: &buffer) }
        // Of what is not sent because it is known no length is told: it would be the other's (RFC 9110 §8.6).
        if let content, reply.status != Status.notModified {
            Self.write(["Content-Length: ", String(content.count), "\r\n"], to: &buffer)
        }
        buffer.writeString(closes ? "Connection: close\r\n\r\n" : "\r\n")
        if let content, request?.method != .HEAD, Self.mayHaveBody(reply.status) { buffer.writeBytes(content) }
        return buffer
    }

    private static func write(_ pieces: [String], to buffer: inout ByteBuffer) {
        for piece in pieces { buffer.writeString(piece) }
    }

    private static func mayHaveBody(_ status: Int) -> Bool { status != Status.notModified && status >= 200 }

    /// Bytes of a status line or header: longer than any message of ours, shorter than what clients accept.
    private static let maximumLine = 2000

    /// The text in printable ASCII on one line: it may carry what a client sent, line breaks included.
    static func printable(_ text: String) -> String {
        if text.hasOnly({ (0x20..<0x7F).contains($0) }), text.utf8.count <= maximumLine { return text }
        var result = ""
        for scalar in text.unicodeScalars.prefix(maximumLine) {
            let isPrintable = (0x20..<0x7F).contains(scalar.value)
            result.unicodeScalars.append(isPrintable ? scalar : scalar.value < 0x20 ? " " : "?")
        }
        return result
    }
}
