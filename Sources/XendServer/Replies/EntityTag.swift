import Digests
import NIOHTTP1

/// `ETag`: tells whoever asks again that the answer is still the same, and spares the bytes (RFC 9110 §8.8.3; manual, decision 18).
///
/// It is a digest of the answer, and of nothing that is kept: cpu time and states change without xend. So it belongs to what was
/// asked, by which role, in which form.
enum EntityTag {
    /// Of answers in SXP, JSON and text; a page has in its forms what is its reader's alone.
    static func headers(of body: [UInt8]) -> [(name: String, value: String)] {
        [("ETag", text(of: body)), ("Vary", "Accept, Authorization, Cookie")]
    }

    private static func text(of body: [UInt8]) -> String {
        let digits = String(XXHash64.hash(body[...]), radix: 16)
        return "\"\(String(repeating: "0", count: 16 - digits.count))\(digits)\""
    }
}

extension Reply {
    /// What is sent to a request: that nothing has changed, if that is so.
    func unlessKnown(to request: Request?) -> Reply {
        guard status == Status.ok, let request, request.isGet,
            let known = request.headers.first(name: "if-none-match"),
            let tag = headers.first(where: { $0.name == "ETag" })?.value, known.names(tag)
        else { return self }
        var reply = self
        reply.status = Status.notModified
        reply.reason = Status.phrase(Status.notModified)
        reply.body = .bytes([])
        return reply
    }
}

extension String {
    /// Whether a list as of `If-None-Match` has a tag: `"a", W/"b"` or `*`.
    fileprivate func names(_ tag: String) -> Bool {
        split(separator: ",").contains { member in
            let member = member.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" }
            return member == "*" || (member.hasPrefix("W/") ? member.dropFirst(2) : member) == tag
        }
    }
}
