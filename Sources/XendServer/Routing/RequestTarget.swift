import HTTPInterface
import SExpressions

/// What a request addresses: the path, in segments, and the query.
public struct RequestTarget: Hashable, Sendable {
    /// Percent-decoded one by one, so that a `/` may stand within a segment. A trailing slash, or several, makes no
    /// difference; an empty segment elsewhere does.
    public private(set) var segments: [String]
    /// The path, as links write it.
    package var path: String { Path.joined(segments) }
    /// What stands behind the question mark.
    public private(set) var query: Form
    /// `host:port`, if the request names it in its first line (RFC 9112's absolute form).
    public private(set) var authority: String?

    /// - Parameters:
    ///   - uri: as it stands in the first line of a request.
    ///   - maximumFields: more than that in the query are refused.
    /// - Throws: what is wrong with the query.
    public init(_ uri: String, maximumFields: Int = HTTPLimits().fields) throws(FormError) {
        var rest = Array(uri.utf8)[...]
        authority = Self.takeAuthority(&rest)
        let mark = rest.firstIndex(of: UInt8(ascii: "?")) ?? rest.endIndex
        query = try Form(urlEncoded: rest[mark...].dropFirst(), maximumFields: maximumFields)
        var parts = rest[..<mark].split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst()
        while parts.last?.isEmpty == true { parts.removeLast() }
        segments = parts.map { SXPText.string(decoding: URLEncoding.decode($0, plusIsBlank: false)) }
    }

    private static func takeAuthority(_ uri: inout ArraySlice<UInt8>) -> String? {
        for scheme in ["http://", "https://"] where uri.starts(with: scheme.utf8, by: { $0 | 0x20 == $1 | 0x20 }) {
            let rest = uri.dropFirst(scheme.utf8.count)
            let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
            uri = rest[end...]
            return String(decoding: rest[..<end], as: UTF8.self)
        }
        return nil
    }
}
