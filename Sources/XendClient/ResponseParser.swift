// HTTP answers from bytes.

import SExpressions

/// Reads one answer that arrives in pieces of any size.
///
/// A parser of our own, because xend says why it refuses in the reason phrase, and SwiftNIO's replaces the phrase of
/// every status it knows by its own.
public struct ResponseParser: Sendable {
    /// Bytes of the status line and the headers together.
    static let headLimit = 64 << 10
    /// Bytes of a body. The log is the longest, rotated at one megabyte; a list of thousands of domains has a few.
    static let bodyLimit = 64 << 20

    private enum State: Sendable {
        case head
        /// So many bytes of the body are missing.
        case counted(Int)
        case chunkSize
        case chunk(Int)
        case chunkEnd
        case trailers
        /// The body ends with the connection.
        case untilClose
        case complete
    }

    private var state = State.head
    /// Bytes that have not been understood yet.
    private var rest: [UInt8] = []
    private var response = XendResponse(status: 0, reason: "", headers: [], body: [])
    private var headSize = 0
    private let method: XendRequest.Method

    /// - Parameter method: the request's: the answer to a HEAD has no body, whatever its headers say.
    public init(to method: XendRequest.Method) { self.method = method }

    /// Takes the next piece. Returns the answer once it is complete.
    public mutating func feed(_ bytes: some Sequence<UInt8>) throws(XendError) -> XendResponse? {
        rest += bytes
        while try step() {}
        guard case .complete = state else { return nil }
        return response
    }

    /// The connection has ended. Returns the answer if that completes it, nil if none had begun.
    public mutating func finish() throws(XendError) -> XendResponse? {
        switch state {
        case .complete, .untilClose: return response
        case .head where rest.isEmpty && headSize == 0: return nil
        case .head, .counted, .chunkSize, .chunk, .chunkEnd, .trailers:
            throw .unreachable(
                "xend closed the connection in the middle of its answer; what was asked may have been done")
        }
    }

    /// Goes one step on; false if more bytes are needed or no more are wanted.
    private mutating func step() throws(XendError) -> Bool {
        switch state {
        case .head: return try readHeadLine()
        case .counted(let count):
            let missing = count - (try takeBody(count))
            state = missing == 0 ? .complete : .counted(missing)
            return false
        case .chunk(let count):
            let missing = count - (try takeBody(count))
            state = missing == 0 ? .chunkEnd : .chunk(missing)
            return missing == 0
        case .chunkSize: return try readChunkSize()
        case .chunkEnd:
            guard try line() != nil else { return false }
            state = .chunkSize
            return true
        case .trailers:
            guard let line = try line() else { return false }
            if line.isEmpty { state = .complete }
            return true
        case .untilClose:
            _ = try takeBody(.max)
            return false
        case .complete: return false
        }
    }

    // MARK: Head

    private mutating func readHeadLine() throws(XendError) -> Bool {
        guard let line = try line() else { return false }
        if response.status == 0 {
            try readStatus(line)
        } else if line.isEmpty {
            try beginBody()
        } else {
            try readHeader(line)
        }
        return true
    }

    /// `HTTP/1.1 404 invalid domain:web`.
    private mutating func readStatus(_ line: [UInt8]) throws(XendError) {
        let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count >= 2, parts[0].starts(with: "HTTP/".utf8), parts[1].count == 3,
            let status = Int(String(decoding: parts[1], as: UTF8.self)), status >= 100
        else { throw .unreadable("the answer is not HTTP: it begins with \"\(text(line.prefix(40)))\"") }
        response.status = status
        response.reason = parts.count > 2 ? text(parts[2]) : ""
    }

    private mutating func readHeader(_ line: [UInt8]) throws(XendError) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0 else {
            throw .unreadable("the answer is not HTTP: it has the header \"\(text(line.prefix(40)))\"")
        }
        response.headers.append((text(line[..<colon]), trimmed(line[(colon + 1)...])))
    }

    private mutating func beginBody() throws(XendError) {
        let status = response.status
        if status < 200 {
            // 100 Continue and its like come before the answer.
            response = XendResponse(status: 0, reason: "", headers: [], body: [])
        } else if method == .head || status == 204 || status == 304 {
            state = .complete
        } else if response.header("Transfer-Encoding")?.lowercased().hasSuffix("chunked") == true {
            state = .chunkSize
        } else if let length = response.header("Content-Length") {
            guard let count = Int(length), count >= 0, length.first != "+" else {
                throw .unreadable("the answer is not HTTP: its Content-Length is \"\(length)\"")
            }
            state = count == 0 ? .complete : .counted(count)
        } else {
            state = .untilClose
        }
    }

    // MARK: Body

    /// Moves up to `count` bytes to the body and tells how many there were.
    private mutating func takeBody(_ count: Int) throws(XendError) -> Int {
        let available = min(count, rest.count)
        guard response.body.count + available <= ResponseParser.bodyLimit else {
            throw .unreadable("the answer of xend is longer than \(ResponseParser.bodyLimit) bytes")
        }
        response.body += rest.prefix(available)
        rest.removeFirst(available)
        return available
    }

    private mutating func readChunkSize() throws(XendError) -> Bool {
        guard let line = try line() else { return false }
        let digits = line.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") }
        guard let size = Int(text(digits), radix: 16), size >= 0 else {
            throw .unreadable("the answer is not HTTP: a chunk has the size \"\(text(line.prefix(40)))\"")
        }
        state = size == 0 ? .trailers : .chunk(size)
        return true
    }

    // MARK: Lines

    /// The next line without its end (CRLF, or LF alone), if it is there as a whole.
    private mutating func line() throws(XendError) -> [UInt8]? {
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else {
            guard headSize + rest.count <= ResponseParser.headLimit else {
                throw .unreadable("the answer is not HTTP: a line is longer than \(ResponseParser.headLimit) bytes")
            }
            return nil
        }
        if case .head = state { headSize += end + 1 }
        guard headSize <= ResponseParser.headLimit else {
            throw .unreadable("the headers of the answer are longer than \(ResponseParser.headLimit) bytes")
        }
        var line = Array(rest[..<end])
        rest.removeFirst(end + 1)
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        return line
    }

    private func text(_ bytes: some Sequence<UInt8>) -> String { SXPText.string(decoding: bytes) }

    private func trimmed(_ bytes: ArraySlice<UInt8>) -> String {
        var bytes = bytes
        let blanks: [UInt8] = [UInt8(ascii: " "), UInt8(ascii: "\t")]
        while let first = bytes.first, blanks.contains(first) { bytes.removeFirst() }
        while let last = bytes.last, blanks.contains(last) { bytes.removeLast() }
        return text(bytes)
    }
}
