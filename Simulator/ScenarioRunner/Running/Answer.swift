import SExpressions

/// The answer to an HTTP request, received completely.
public struct Answer: Sendable {
    public var status: Int
    public var reason: String
    /// In the order in which they came.
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]

    /// The value of a header; names in any case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    public var text: String { SXPText.string(decoding: body) }
    public var isSXP: Bool { header("content-type")?.hasPrefix("application/sxp") ?? false }
    public var isHTML: Bool { header("content-type")?.hasPrefix("text/html") ?? false }

    /// The first value of an SXP body.
    public var expression: SExpression? { isSXP ? try? SExpression.parseFirst(body) : nil }

    /// What went wrong, in the words of the daemon; nil when it was a success.
    public var error: String? {
        if let expression, expression.isElement("xend.err") {
            return expression.child(at: 0).map { $0.atom ?? $0.description } ?? ""
        }
        return status >= 400 ? reason : nil
    }
}

/// Reads one answer from bytes as they come.
struct AnswerParser {
    private var bytes: [UInt8] = []
    private(set) var answer: Answer?
    /// What is wrong with what came.
    private(set) var problem: String?
    private var isHead: Bool

    /// More is not read of any answer.
    private static let limit = 64 << 20

    /// - Parameter isHead: whether the request was a HEAD, whose answer has no body.
    init(isHead: Bool) { self.isHead = isHead }

    /// Takes what came next.
    mutating func feed(_ more: [UInt8]) {
        guard answer == nil, problem == nil else { return }
        bytes += more
        guard bytes.count <= Self.limit else {
            problem = "the answer is longer than \(Self.limit) bytes"
            return
        }
        parse(isEnd: false)
    }

    /// The connection has ended.
    mutating func end() {
        guard answer == nil, problem == nil else { return }
        parse(isEnd: true)
        if answer == nil, problem == nil {
            problem = bytes.isEmpty ? "the connection was closed without an answer" : "the answer broke off"
        }
    }

    private mutating func parse(isEnd: Bool) {
        guard let head = headEnd else { return }
        let lines = String(decoding: bytes[..<head], as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)
        let parts = (lines.first ?? "").split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count >= 2, parts[0].hasPrefix("HTTP/1."), let status = Int(parts[1]) else {
            problem = "no HTTP answer: \(lines.first ?? "")"
            return
        }
        if status == 100 {
            bytes.removeFirst(head + 4)
            return parse(isEnd: isEnd)
        }
        var headers: [(name: String, value: String)] = []
        for line in lines.dropFirst() where !line.isEmpty {
            let fields = line.split(separator: ":", maxSplits: 1)
            let value = fields.count > 1 ? fields[1].drop { $0 == " " } : ""
            headers.append((String(fields.first ?? ""), String(value)))
        }
        var found = Answer(status: status, reason: parts.count > 2 ? String(parts[2]) : "", headers: headers, body: [])
        if let body = body(of: found, from: head + 4, isEnd: isEnd) {
            found.body = body
            answer = found
        }
    }

    /// The offset of the empty line.
    private var headEnd: Int? {
        var index = 0
        while index + 3 < bytes.count {
            if bytes[index] == 13, bytes[index + 1] == 10, bytes[index + 2] == 13, bytes[index + 3] == 10 { return index }
            index += 1
        }
        return nil
    }

    private func body(of answer: Answer, from start: Int, isEnd: Bool) -> [UInt8]? {
        if isHead || answer.status == 204 || answer.status == 304 { return [] }
        let rest = Array(bytes[start...])
        if answer.header("transfer-encoding")?.lowercased() == "chunked" { return Self.unchunked(rest) }
        if let length = answer.header("content-length").flatMap({ Int($0) }) {
            return rest.count >= length ? Array(rest.prefix(length)) : nil
        }
        return isEnd ? rest : nil
    }

    /// The contents of a chunked body; nil while it is not complete.
    private static func unchunked(_ bytes: [UInt8]) -> [UInt8]? {
        var body: [UInt8] = []
        var index = 0
        while let end = bytes[index...].firstIndex(of: 10) {
            let line = String(decoding: bytes[index..<end], as: UTF8.self).filter { $0 != "\r" }
            guard let size = Int(line.prefix { $0 != ";" }, radix: 16), size >= 0 else { return nil }
            if size == 0 { return body }
            guard bytes.count >= end + 1 + size + 2 else { return nil }
            body += bytes[(end + 1)..<(end + 1 + size)]
            index = end + 1 + size + 2
        }
        return nil
    }
}
