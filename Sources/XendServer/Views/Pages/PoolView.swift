import DomainManagement
import SExpressions

/// The other hosts of the pool: the way to their pages, and whether xend answers there.
struct PoolView: Sendable {
    let hosts: [PoolHost]
    /// How this host's own pages begin behind the name: `:8000`, and by which protocol.
    private let scheme: String
    private let port: String

    init(hosts: [PoolHost], _ exchange: Exchange) {
        self.hosts = hosts
        scheme = exchange.request.isEncrypted ? "https" : "http"
        let own = exchange.request.authority ?? ""
        let digits = own.reversed().prefix { $0.isASCII && $0.isNumber }
        port = own.hasSuffix(":" + String(digits.reversed())) && !digits.isEmpty ? ":" + String(digits.reversed()) : ""
    }

    /// `(pool (host (name N) (url U) (state up | down | unknown) (reason R) (asked T))…)`
    var expression: SExpression {
        .element(
            "pool",
            hosts.map { host in
                var fields: [SExpression] = [
                    .element("name", .atom(host.name)), .element("state", .atom(host.state.word)),
                ]
                if let url = url(host) { fields.insert(.element("url", .atom(url)), at: 1) }
                if case .down(let why) = host.state { fields.append(.element("reason", .atom(why))) }
                if let asked = host.asked { fields.append(["asked", .number(asked)]) }
                return .element("host", fields)
            })
    }

    /// Its pages, as this host's are reached; nil: what is configured is no name of a host.
    private func url(_ host: PoolHost) -> String? {
        guard !host.name.isEmpty, host.name.utf8.allSatisfy(\.isOfHostName) else { return nil }
        return "\(scheme)://\(host.name)\(port)/xend"
    }

    var list: HTML {
        Parts.list(
            ["Host", "xend", "Asked"], empty: "No other host is configured (xend-pool-hosts).",
            hosts.map { host in
                [
                    url(host).map { Parts.link(host.name, $0) } ?? .text(host.name), badge(host),
                    .text(host.asked.map { Wording.time($0) } ?? "just now"),
                ]
            })
    }

    private func badge(_ host: PoolHost) -> HTML {
        switch host.state {
        case .unknown: Parts.badge("being asked", "busy")
        case .up: Parts.badge("up", "good")
        case .down(let why): .group([Parts.badge("down", "bad"), span(.class("help")) { " \(why)" }])
        }
    }

    func page() -> Page { Page("Pool", trail: [("Node", Path.node)], isLive: true) { list } }
}

extension UInt8 {
    fileprivate var isOfHostName: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
