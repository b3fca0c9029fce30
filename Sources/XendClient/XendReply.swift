// What a daemon's answer means.

import SExpressions

/// The result of a successful call.
public enum XendReply: Equatable, Sendable {
    /// Success without a body (204).
    case nothing
    /// An answer of type `application/sxp`: its first expression, the rest does not count.
    case expression(SExpression)
    /// Any other answer, such as a log.
    case text(String)
}

extension XendReply {
    /// The type of an SXP answer.
    static let mimeType = "application/sxp"

    /// Reads an answer by the rules of the original client.
    /// - Throws: `XendError.refused` with the daemon's text, `.unreadable` for a broken body.
    init(_ response: XendResponse) throws(XendError) {
        switch response.status {
        case 204:
            self = .nothing
            return
        case 200, 201, 202: break
        default: throw .refused(XendReply.text(of: response), status: response.status)
        }
        let type = response.header("Content-Type") ?? ""
        guard type == XendReply.mimeType || type.hasPrefix(XendReply.mimeType + ";") else {
            self = .text(SXPText.string(decoding: response.body))
            return
        }
        let value = try XendReply.firstExpression(response.body)
        if value.list?.first == .atom("xend.err") {
            throw .refused(value.child(at: 0)?.atom ?? value.description, status: response.status)
        }
        self = .expression(value)
    }

    /// The reason phrase is the message; where a proxy ate it, the body or the number must do.
    private static func text(of response: XendResponse) -> String {
        if !response.reason.isEmpty { return response.reason }
        if let error = try? firstExpression(response.body), error.name == "xend.err",
            let text = error.child(at: 0)?.atom
        {
            return text
        }
        return "status \(response.status) without a reason"
    }

    private static func firstExpression(_ body: [UInt8]) throws(XendError) -> SExpression {
        var reader = SXPReader()
        do {
            try reader.feed(body)
            if let value = reader.next() { return value }
            try reader.finish()
            if let value = reader.next() { return value }
        } catch {
            if let value = reader.next() { return value }
            throw .unreadable("the answer of xend is not SXP: \(error)")
        }
        throw .unreadable("the answer of xend is empty")
    }

    /// The expression, where there must be one.
    func expression(_ what: String) throws(XendError) -> SExpression {
        switch self {
        case .expression(let value): return value
        case .nothing: throw .unreadable("xend answered nothing instead of \(what)")
        case .text(let text):
            throw .unreadable("xend answered text instead of \(what): \(text.prefix(80))")
        }
    }
}
