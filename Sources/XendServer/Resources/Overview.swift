/// `/xend` and `/xend/device`: lists of links in xend 2.0.
enum Overview {
    static func list(_ exchange: Exchange) async throws(Failure) -> Answer {
        .value(["ls", "node", "domain", "console", "event", "device", "vnet"]).page { OverviewPage.page() }
    }

    /// Was always empty; the page shows the devices of all domains.
    static func devices(_ exchange: Exchange) async throws(Failure) -> Answer {
        guard exchange.representation == .html else { return .value(["ls"]) }
        let domains = await exchange.service.domains()
        return .none.page { DevicesPage.page(domains) }
    }
}
