import NIOHTTP1

/// Answers that are files: with their time of change, and in ranges (RFC 9110 §13, §14).
enum FileReply {
    /// - Parameter modified: seconds since 1970.
    static func reply(bytes: [UInt8], modified: Int, contentType: String, to headers: HTTPHeaders) -> Reply {
        let dated = [("Last-Modified", HTTPDate.text(modified)), ("Accept-Ranges", "bytes")]
        if let since = headers.first(name: "if-modified-since").flatMap(HTTPDate.seconds), modified <= since {
            return Reply(status: Status.notModified, contentType: contentType, body: [], headers: dated)
        }
        switch range(headers, modified: modified, count: bytes.count) {
        case .whole:
            return Reply(contentType: contentType, body: bytes, headers: dated)
        case .part(let range):
            let place = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(bytes.count)"
            return Reply(
                status: Status.partialContent, contentType: contentType, body: Array(bytes[range]),
                headers: dated + [("Content-Range", place)])
        case .unsatisfiable:
            return Reply(
                status: Status.rangeNotSatisfiable, contentType: contentType, body: [],
                headers: dated + [("Content-Range", "bytes */\(bytes.count)")])
        }
    }

    private enum Selection {
        case whole
        case part(Range<Int>)
        case unsatisfiable
    }

    /// One range is honoured; several, or a unit other than bytes, are not: the whole is sent.
    private static func range(_ headers: HTTPHeaders, modified: Int, count: Int) -> Selection {
        guard let text = headers.first(name: "range"), text.hasPrefix("bytes="), !text.contains(",") else {
            return .whole
        }
        if let condition = headers.first(name: "if-range"), HTTPDate.seconds(condition) != modified { return .whole }
        let ends = text.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2 else { return .whole }
        switch (natural(ends[0]), natural(ends[1])) {
        case (let first?, let last?):
            guard first <= last else { return .whole }
            return first < count ? .part(first..<min(last, count - 1) + 1) : .unsatisfiable
        case (let first?, nil) where ends[1].isEmpty:
            return first < count ? .part(first..<count) : .unsatisfiable
        case (nil, let length?) where ends[0].isEmpty:
            return length > 0 && count > 0 ? .part(max(0, count - length)..<count) : .unsatisfiable
        default:
            return .whole
        }
    }

    private static func natural(_ text: Substring) -> Int? {
        text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(text) : nil
    }
}
