import DomainLifecycle
import SExpressions

/// `/xend/audit`: who did or tried what.
enum AuditResource {
    /// `(audit (record …)…)`, oldest first; of one domain with `domain`, of one user, token or certificate with `who`, from a time
    /// on with `since`, in seconds since 1970.
    static func read(_ exchange: Exchange) async throws(Failure) -> Answer {
        let form = exchange.request.form
        let since = try since(form)
        let domain = form.text("domain").map { Path.domain($0) }
        let who = form.text("who")
        let records = await (exchange.audit?.newest() ?? []).filter { record in
            (domain == nil || record.childText("on") == domain)
                && (who == nil
                    || ["who", "token", "token_name", "session", "name", "certificate"].contains {
                        record.childText($0) == who
                    })
                && (since == nil || record.childText("time").flatMap { Double($0) }.map { $0 >= since ?? 0 } ?? true)
        }
        return .value(SExpression.element("audit", records)).page { AuditPage(records: records).page() }
    }

    private static func since(_ form: Form) throws(Failure) -> Double? {
        guard let text = form.text("since"), !text.isEmpty else { return nil }
        guard let seconds = Double(text), seconds.isFinite else {
            throw Failure(OperationError(.invalid, "invalid since: \(text) (allowed: seconds since 1970)"))
        }
        return seconds
    }
}
