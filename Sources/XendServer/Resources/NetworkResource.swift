import DomainLifecycle
import SExpressions

/// `/xend/vnet` and `/xend/vnet/ID`: virtual networks (reference/http-api.md §6.8).
enum NetworkResource {
    static func list(_ exchange: Exchange) async throws(Failure) -> Answer {
        let ids = await exchange.service.virtualNetworks()
        return .list(ids.map(SExpression.atom)).page { NetworkPages.list(ids) }
    }

    static func information(_ exchange: Exchange) async throws(Failure) -> Answer {
        let config = try await exchange.askForResource { service throws(OperationError) in
            try await service.virtualNetwork(exchange.lastSegment)
        }
        return .value(config).page { NetworkPages.one(exchange.lastSegment, config) }
    }

    static func create(_ exchange: Exchange) async throws(Failure) -> Answer {
        let config = try exchange.read(.expression("config"))
        try await exchange.ask { service throws(OperationError) in try await service.createVirtualNetwork(config) }
        return .none
    }

    static func delete(_ exchange: Exchange) async throws(Failure) -> Answer {
        try await exchange.askForResource { service throws(OperationError) in
            try await service.deleteVirtualNetwork(exchange.lastSegment)
        }
        return .none
    }
}
