import DomainLifecycle
import DomainModel
import SExpressions

/// `/xend/domain`
enum DomainDirectory {
    /// Names; with `?detail=1`, as clients of xend 3.0 ask, everything about each. Of what is in Xen; with `?all=1` of what is
    /// defined and does not run, too; with `?state=`, as clients of Xen 3 ask, of those of one state.
    static func list(_ exchange: Exchange) async throws(Failure) -> Answer {
        if exchange.representation == .html { return await page(exchange) }
        let selection = try Selection(exchange)
        let defined = selection.hasDefined ? await exchange.service.definedDomains(nil).filter(selection.contains) : []
        guard exchange.wantsDetail || selection == .paused else {
            let names = selection.hasRunning ? await exchange.service.domainNames() : []
            return .list((names + defined.map(\.name)).map { SExpression.atom($0) })
        }
        let domains = selection.hasRunning ? await exchange.service.listedDomains().filter(selection.contains) : []
        guard exchange.wantsDetail else { return .list(domains.map { SExpression.atom($0.information.name) }) }
        guard selection.hasDefined else { return .list(DomainList(domains: domains, texts: exchange.domainTexts)) }
        return .list(domains.map(\.information.expression) + defined.map(\.expression))
    }

    private static func page(_ exchange: Exchange) async -> Answer {
        let domains = await exchange.service.domains()
        let defined = await exchange.service.definedDomains(nil)
        if let page = EachDomain.question(exchange, domains, defined) { return .none.page { page } }
        let node = try? await exchange.service.node()
        let view = DomainListPage.View(exchange.request.form)
        let measures = await exchange.service.measures().map { ($0, exchange.clock.wallTime.seconds) }
        return .none.page {
            DomainListPage(domains: domains, defined: defined, node: node, view: view, measures: measures).page()
        }
    }

    /// Which domains are listed.
    private enum Selection: String, CaseIterable {
        case all, running, paused, halted, suspended

        init(_ exchange: Exchange) throws(Failure) {
            let words = Self.allCases.map(\.rawValue)
            let (state, all) = try exchange.read(
                Argument<String>.word("state", of: words).or("running"), Argument<Bool>.flag("all").or(false))
            self = all ? .all : Self(rawValue: state) ?? .running
        }

        var hasRunning: Bool { self == .all || self == .running || self == .paused }
        var hasDefined: Bool { self == .all || self == .halted || self == .suspended }

        func contains(_ domain: ListedDomain) -> Bool { self != .paused || domain.isPaused }

        func contains(_ domain: DefinedDomain) -> Bool { self == .all || domain.word == rawValue }
    }
}
