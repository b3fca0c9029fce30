import DomainLifecycle

/// `/xend` and `/xend/device`: lists of links in xend 2.0.
enum Overview {
    /// Who types nothing but the node's name wants its pages. Programs are told that there is nothing, as ever.
    static func entrance(_ exchange: Exchange) async throws(Failure) -> Answer {
        guard exchange.representation == .html else {
            throw Failure(status: Status.notFound, OperationError(.notFound, "Not found /"))
        }
        return .sentOn(to: Path.root)
    }

    static func list(_ exchange: Exchange) async throws(Failure) -> Answer {
        let answer = Answer.value(["ls", "node", "domain", "console", "event", "device", "vnet"])
        // Whoever may not look sees where he could.
        guard exchange.representation == .html, exchange.request.caller.may(.viewer) else {
            return answer.page { OverviewPage(summary: nil).page() }
        }
        let summary = OverviewPage.Summary(
            domains: await exchange.service.domains(), defined: await exchange.service.definedDomains(nil),
            node: try? await exchange.service.node())
        return answer.page { OverviewPage(summary: summary).page() }
    }

    /// Was always empty; the page shows the devices of all domains.
    static func devices(_ exchange: Exchange) async throws(Failure) -> Answer {
        guard exchange.representation == .html else { return .value(["ls"]) }
        let domains = await exchange.service.domains()
        return .none.page { DevicesPage.page(domains, bridge: exchange.configuration.usualBridge) }
    }
}
