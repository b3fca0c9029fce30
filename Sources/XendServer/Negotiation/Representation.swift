import NIOHTTP1

/// The form in which an answer is shown.
public enum Representation: String, CaseIterable, Sendable {
    /// For programs of 2004, for people, for programs of today.
    case sxp, html, json

    /// `?format=sxp`, `html` or `json` decides; any other word is no format, and the headers decide.
    static func chosen(for request: Request) -> Representation {
        request.target.query.text("format").flatMap(Representation.init) ?? negotiated(from: request.headers)
    }

    /// The manual's rule (H2; reference/http-api.md §2): SXP without a `User-Agent` or without an `Accept`, or when
    /// `Accept` contains `application/sxp`; else HTML. Ours: a client that says `application/json`, and does not like
    /// HTML better, gets JSON.
    public static func negotiated(from headers: HTTPHeaders) -> Representation {
        guard headers.contains(name: "accept") else { return .sxp }
        let accept = headers["accept"].joined(separator: ",")
        if accept.contains("application/sxp") { return .sxp }
        let media = MediaRanges(accept)
        if let json = media.quality("application/json"), json > 0, json >= media.quality("text/html") ?? 0 {
            return .json
        }
        let agent = headers.first(name: "user-agent") ?? ""
        return agent.isEmpty || accept.isEmpty ? .sxp : .html
    }
}

/// The media types that an `Accept` header names, each with its quality.
struct MediaRanges {
    private var ranges: [(type: [UInt8], quality: Double)] = []

    init(_ accept: String) {
        for range in accept.utf8.split(separator: UInt8(ascii: ",")) {
            let value = HeaderValue(range)
            let quality = value.parameter("q").flatMap { Double(String(decoding: $0, as: UTF8.self)) }
            ranges.append((value.text, quality ?? 1))
        }
    }

    /// nil if the type is not named itself; wildcards do not count.
    func quality(_ type: String) -> Double? {
        ranges.first { $0.type.elementsEqual(type.utf8) }?.quality
    }
}
