import DomainModel
import SExpressions

/// Which part a host has in a migration.
public enum MigrationRole: String, Hashable, Sendable { case source, destination }

/// A word about who owns a domain, on its way to the host that has this role.
public struct HandoverNote: Hashable, Sendable {
    /// Its id: 32 hexadecimal digits.
    public var migration: String
    /// The same on both hosts.
    public var domain: DomainUUID
    /// A host can have both parts, in two migrations.
    public var to: MigrationRole
    /// The word itself.
    public var message: HandoverMessage
    /// With `taken`: the id of the domain there and the HTTP port of its xend.
    public var arrival: MigrationArrival?
    /// With `go`: its configuration, when something has been decided since it was offered.
    public var config: SExpression?

    public init(
        migration: String, domain: DomainUUID, to: MigrationRole, message: HandoverMessage,
        arrival: MigrationArrival? = nil, config: SExpression? = nil
    ) {
        self.config = config
        self.migration = migration
        self.domain = domain
        self.to = to
        self.message = message
        self.arrival = arrival
    }
}

/// Where a domain is after a migration.
public struct MigrationArrival: Hashable, Sendable {
    /// At the destination.
    public var id: DomainID
    /// Of the destination's xend, for the url that a migration answers.
    public var httpPort: UInt16

    public init(id: DomainID, httpPort: UInt16) {
        self.id = id
        self.httpPort = httpPort
    }
}

/// What two xends say to each other once they trust each other.
public enum MigrationMessage: Hashable, Sendable {
    /// The caller's first: would you take this domain?
    case offer(MigrationOffer)
    /// Room has been made: send the image.
    case accept
    /// Not begun: why not.
    case refused(String)
    /// It went wrong in the middle.
    case failed(String)
    /// All of the image has been sent.
    case imageEnd
    /// A word about who owns the domain.
    case handover(HandoverNote)
    /// An answer that says nothing.
    case nothing

    /// As it goes over the wire, in a frame.
    public var expression: SExpression {
        switch self {
        case .offer(let offer): offer.expression
        case .accept: ["accept"]
        case .refused(let why): .element("refused", why)
        case .failed(let why): .element("failed", why)
        case .imageEnd: ["image-end"]
        case .handover(let note): note.expression
        case .nothing: ["nothing"]
        }
    }

    /// Reads what ``expression`` writes.
    ///
    /// - Returns: nil for a message that is none, or lacks something.
    public init?(_ expression: SExpression) {
        let text = expression.children().first?.atom ?? "no reason given"
        switch expression.name {
        case "offer":
            guard let offer = MigrationOffer(expression) else { return nil }
            self = .offer(offer)
        case "accept": self = .accept
        case "refused": self = .refused(text)
        case "failed": self = .failed(text)
        case "image-end": self = .imageEnd
        case "handover":
            guard let note = HandoverNote(expression) else { return nil }
            self = .handover(note)
        case "nothing": self = .nothing
        default: return nil
        }
    }
}

extension HandoverNote {
    /// `(handover ID UUID source|destination MESSAGE [(arrival DOMID PORT)] [(config (vm …))])`
    fileprivate var expression: SExpression {
        var fields: [SExpression] = [
            .atom(migration), .atom(domain.description), .atom(to.rawValue), .atom(message.rawValue),
        ]
        if let arrival { fields.append(["arrival", .atom(arrival.id.description), .atom(String(arrival.httpPort))]) }
        if let config { fields.append(.element("config", config)) }
        return .element("handover", fields)
    }

    fileprivate init?(_ expression: SExpression) {
        let fields = expression.children()
        guard fields.count >= 4, let migration = fields[0].atom, migration.utf8.count == 32,
            let domain = fields[1].atom.flatMap({ DomainUUID(text: $0) }),
            let to = fields[2].atom.flatMap(MigrationRole.init),
            let message = fields[3].atom.flatMap(HandoverMessage.init)
        else { return nil }
        self.init(
            migration: migration, domain: domain, to: to, message: message, config: expression.childValue("config"))
        guard let place = expression.child("arrival")?.children(), place.count == 2,
            let id = place[0].atom.flatMap({ DomainID(text: $0) }), let port = place[1].atom.flatMap({ UInt16($0) })
        else { return }
        arrival = MigrationArrival(id: id, httpPort: port)
    }
}
