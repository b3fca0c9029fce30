import DomainLifecycle
import SExpressions

/// `/xend/node`
enum NodeResource {
    static func information(_ exchange: Exchange) async throws(Failure) -> Answer {
        let node = try await exchange.ask { service throws(OperationError) in try await service.node() }
        guard exchange.representation == .html else { return .value(node.expression) }
        let log = try? await exchange.service.log()
        let pool = PoolView(hosts: await exchange.service.poolHosts(), exchange)
        let measures = await exchange.service.measures().map { ($0.node, exchange.clock.wallTime.seconds) }
        return .none.page {
            NodePage(node: node, log: log.map { NodePage.tail($0.bytes) }, pool: pool, measures: measures).page()
        }
    }

    /// The other hosts of the pool.
    static func pool(_ exchange: Exchange) async throws(Failure) -> Answer {
        let view = PoolView(hosts: await exchange.service.poolHosts(), exchange)
        return .value(view.expression).page { view.page() }
    }

    static func dmesg(_ exchange: Exchange) async throws(Failure) -> Answer {
        let ring = try await exchange.ask { service throws(OperationError) in try await service.dmesg(clear: false) }
        return .text(ring).page { MessagesPage.page(ring) }
    }

    static func clearDmesg(_ exchange: Exchange) async throws(Failure) -> Answer {
        _ = try await exchange.ask { service throws(OperationError) in try await service.dmesg(clear: true) }
        return .zero
    }

    static func log(_ exchange: Exchange) async throws(Failure) -> Answer {
        let log = try await exchange.ask { service throws(OperationError) in try await service.log() }
        return .reply(
            FileReply.reply(
                bytes: log.bytes, modified: Int(log.modified), contentType: "text/plain; charset=utf-8",
                to: exchange.request.headers))
    }
}
