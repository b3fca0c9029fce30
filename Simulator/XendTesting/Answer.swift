import SExpressions
import XendClient

/// The answer to an HTTP request, received completely.
public typealias Answer = XendResponse

extension XendResponse {
    /// The body as text.
    public var text: String { SXPText.string(decoding: body) }
    /// By its `Content-Type`.
    public var isSXP: Bool { header("content-type")?.hasPrefix("application/sxp") ?? false }
    /// By its `Content-Type`.
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
