import DomainLifecycle
import SExpressions

/// `/xend/domain`
enum DomainDirectory {
    /// Names; with `?detail=1`, as clients of xend 3.0 ask, everything about each.
    static func list(_ exchange: Exchange) async throws(Failure) -> Answer {
        if exchange.representation != .html, !exchange.wantsDetail {
            return .list(await exchange.service.domainNames().map { SExpression.atom($0) })
        }
        let domains = await exchange.service.domains()
        if exchange.representation == .html {
            let node = try? await exchange.service.node()
            return .none.page { DomainListPage(domains: domains, node: node).page() }
        }
        return .list(DomainList(domains: domains, texts: exchange.domainTexts))
    }
}
