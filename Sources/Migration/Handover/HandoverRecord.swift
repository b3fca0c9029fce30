import DomainModel
import SExpressions

/// What a host durably knows about a migration it takes part in. Outlives reboots.
public struct HandoverRecord: Hashable, Sendable {
    /// Which part this host has, and how far it is.
    public enum State: Hashable, Sendable {
        /// It sends the domain.
        case source(SourceHandover.State)
        /// It takes the domain.
        case destination(DestinationHandover.State)
    }
    /// Of the migration, the same on both hosts: 32 hexadecimal digits.
    public var id: String
    /// What this host knows.
    public var state: State
    /// The same on both hosts.
    public var domain: DomainUUID
    /// For people.
    public var name: String
    /// The other host and the port of its xend.
    public var host: String
    /// Where the other host's xend takes migrations.
    public var port: UInt16
    /// The domain was paused by its operator, and stays so.
    public var isPaused: Bool

    public init(
        id: String, state: State, domain: DomainUUID, name: String, host: String, port: UInt16, isPaused: Bool
    ) {
        self.id = id
        self.state = state
        self.domain = domain
        self.name = name
        self.host = host
        self.port = port
        self.isPaused = isPaused
    }

    /// `(migration (id …) (source handed-over) (domain UUID) (name …) (host H PORT) [(paused)])`
    public var expression: SExpression {
        let word: SExpression =
            switch state {
            case .source(let state): .element("source", state.rawValue)
            case .destination(let state): .element("destination", state.rawValue)
            }
        var fields: [SExpression] = [
            .element("id", id), word, .element("domain", domain), .element("name", name),
            ["host", .atom(host), .atom(String(port))],
        ]
        if isPaused { fields.append(["paused"]) }
        return .element("migration", fields)
    }

    /// Reads what ``expression`` writes.
    ///
    /// - Returns: nil when something is missing or cannot be.
    public init?(_ expression: SExpression) {
        let place = expression.child("host")?.children() ?? []
        guard expression.isElement("migration"), let id = expression.childText("id"),
            let domain = expression.childText("domain").flatMap({ DomainUUID(text: $0) }), place.count == 2,
            let host = place[0].atom, let port = place[1].atom.flatMap({ UInt16($0) })
        else { return nil }
        let state: State
        if let word = expression.childText("source").flatMap(SourceHandover.State.init) {
            state = .source(word)
        } else if let word = expression.childText("destination").flatMap(DestinationHandover.State.init) {
            state = .destination(word)
        } else {
            return nil
        }
        self.init(
            id: id, state: state, domain: domain, name: expression.childText("name") ?? "", host: host, port: port,
            isPaused: expression.child("paused") != nil)
    }
}
