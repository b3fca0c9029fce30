import DomainLifecycle
import SExpressions

/// Shows answers and failures in the representation that was asked for.
struct Rendering: Sendable {
    let exchange: Exchange

    func reply(_ answer: Answer) -> Reply {
        switch (answer.content, exchange.representation) {
        case (.reply(let reply), _): reply
        case (_, .html): html(page(of: answer), answer)
        case (.nothing, .sxp): reply(answer, SXPReply.contentType, Array("'None'".utf8), [])
        case (.nothing, .json): reply(answer, "application/json", Array("null\n".utf8), [])
        case (.text(let bytes), .sxp): reply(answer, "text/plain", bytes, [])
        case (.text(let bytes), .json):
            json(.atom(SXPText.string(decoding: bytes)), isPlainList: false, answer)
        case (.value(let value, _), .sxp): sxp(value, answer)
        case (.value(let value, let isPlainList), .json): json(value.expression, isPlainList: isPlainList, answer)
        }
    }

    // MARK: SXP and JSON

    private func sxp(_ value: any SExpressible, _ answer: Answer) -> Reply {
        var writer = SXPWriter()
        value.write(to: &writer)
        return reply(answer, SXPReply.contentType, writer.bytes, [])
    }

    private func json(_ value: SExpression, isPlainList: Bool, _ answer: Answer) -> Reply {
        reply(answer, "application/json", JSONView.bytes(of: value, isPlainList: isPlainList), [])
    }

    private func reply(
        _ answer: Answer, _ contentType: String, _ body: [UInt8], _ headers: [(name: String, value: String)]
    ) -> Reply {
        let location = answer.location.map { [(name: "Location", value: $0)] } ?? []
        let next = answer.next.map { [(name: "Link", value: $0)] } ?? []
        // More of them would not be read, and clients bound what they take.
        let warnings = answer.warnings.prefix(20).map { (name: "Warning", value: Self.warning($0)) }
        return Reply(
            status: answer.status, reason: answer.reason, contentType: contentType, body: body,
            headers: location + warnings + next + answer.headers + headers + tag(answer, body))
    }

    /// Of what may be asked again.
    private func tag(_ answer: Answer, _ body: [UInt8]) -> [(name: String, value: String)] {
        guard exchange.request.isGet, answer.status == Status.ok, exchange.representation != .html else { return [] }
        return EntityTag.headers(of: body)
    }

    /// `299 xend "TEXT"`, of at most 400 characters (RFC 7234 §5.5: a miscellaneous warning that lasts).
    private static func warning(_ text: String) -> String {
        var quoted = ""
        for character in text.prefix(400) {
            if character == "\"" || character == "\\" { quoted.append("\\") }
            quoted.append(character)
        }
        return "299 xend \"\(quoted)\""
    }

    // MARK: HTML

    private func page(of answer: Answer) -> Page {
        if let page = answer.page { return page() }
        let title = exchange.request.target.segments.last ?? ""
        return switch answer.content {
        case .value(let value, _): ValuePage.page(title, value.expression)
        case .text(let bytes): ValuePage.page(title, .atom(SXPText.string(decoding: bytes)))
        case .nothing: ValuePage.page(title, "None")
        case .reply: ValuePage.page(title, [])
        }
    }

    private func html(_ page: Page, _ answer: Answer) -> Reply {
        reply(
            answer, "text/html; charset=utf-8", PageFrame(exchange: exchange).document(page, notice: answer.notice),
            PageHeaders.all)
    }

    // MARK: Failures

    /// - Parameter resource: what the request was about, if there is such a thing.
    func reply(_ failure: Failure, at resource: Resource?) -> Reply {
        let status = failure.status(for: exchange.representation)
        let text = failure.error.message
        let reason = status == Status.ok ? nil : text
        switch exchange.representation {
        case .sxp:
            // What JSON has in its object: the status is 200 for most of them.
            let kind = (name: "Xend-Error", value: failure.error.kind.word)
            return Reply(
                status: status, reason: reason, contentType: SXPReply.contentType, body: SXPReply.error(text),
                headers: failure.headers + [kind])
        case .json:
            return Reply(
                status: status, reason: reason, contentType: JSONView.problemType,
                body: JSONView.problem(text, kind: failure.error.kind.word, status: status), headers: failure.headers)
        case .html:
            let page = failure.page?() ?? errorPage(failure, status, resource)
            return Reply(
                status: status, reason: reason, contentType: "text/html; charset=utf-8",
                body: PageFrame(exchange: exchange).document(page, notice: failure.notice),
                headers: failure.headers + PageHeaders.all)
        }
    }

    /// The form that was refused, to try again; where the thing itself is unknown, the way back to its kind.
    private func errorPage(_ failure: Failure, _ status: Int, _ resource: Resource?) -> Page {
        let values = exchange.request.form
        let form = resource.flatMap { resource in
            values.text("op").flatMap { OperationForms.form(at: resource.path, for: $0) }
        }
        let isThere = status != Status.notFound && resource != nil
        let segments = exchange.request.target.segments
        let place = isThere ? segments : segments.first == "xend" ? segments.dropLast() : []
        return ErrorPage.page(
            failure.error.message, status: status, form: isThere && exchange.request.isPost ? form : nil,
            trail: Trail(to: place), values: values)
    }
}

/// SXP on the wire.
enum SXPReply {
    /// Exactly this: clients of xend 2.0 take `application/sxp; charset=utf-8` for plain text.
    static let contentType = "application/sxp"

    /// `(xend.err 'TEXT')`
    static func error(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        SExpression.element("xend.err", .atom(text)).write(into: &bytes)
        return bytes
    }
}

extension OperationError.Kind {
    /// The word for it in JSON, and in the header of an SXP answer.
    var word: String {
        switch self {
        case .invalid: "invalid"
        case .notFound: "notFound"
        case .forbidden: "forbidden"
        case .refused: "refused"
        case .failed: "failed"
        case .notSupported: "notSupported"
        case .stale: "stale"
        }
    }
}
