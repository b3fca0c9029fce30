import SExpressions

/// Every path, method and operation of xend (reference/http-api.md §6).
enum RouteTable {
    static let resources: [Resource] = [
        Resource("/xend", get: { _ throws(Failure) in
            .value(["ls", "node", "domain", "console", "event", "device", "vnet"])
        })
    ]
}
