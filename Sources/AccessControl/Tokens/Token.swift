import DomainLifecycle
import HostInterface
import SExpressions

/// A role that whoever shows a secret has, until a time. The secret itself is known to whom it was given and to nobody else: what is
/// kept is its digest.
public struct Token: Hashable, Sendable {
    /// Characters of an id: 48 bits.
    static let idLength = 12
    /// Characters of a secret: 256 bits, so that nobody finds it by trying.
    static let secretLength = 64
    /// With which a token begins, so that it is known for one wherever it turns up.
    static let mark = "xend"

    /// The part of it that is no secret.
    public var id: String
    /// What it is for, in the words of whoever made it.
    public var name: String
    /// What it allows.
    public var role: Role
    /// When it was made.
    public var created: WallTime
    /// From when on it allows nothing any more.
    public var expires: WallTime
    /// Who made it.
    public var creator: String
    /// SHA-256 of the secret, in hex.
    var digest: String

    /// `(token (id I) (name N) (role R) (created T) (expires T) (by WHO))`
    public var expression: SExpression { .element("token", fields) }

    private var fields: [SExpression] {
        [
            .element("id", id), .element("name", name), .element("role", role.rawValue),
            ["created", .number(created.seconds)], ["expires", .number(expires.seconds)],
            .element("by", creator),
        ]
    }

    /// The same with its digest, as it is kept.
    var record: SExpression { .element("token", fields + [.element("digest", digest)]) }
}

extension Token {
    /// - Returns: nil when it is no record of a token.
    init?(record: SExpression) {
        guard record.name == "token", let id = record.childText("id"), let name = record.childText("name"),
            let role = record.childText("role").flatMap(Role.init), let creator = record.childText("by"),
            let created = record.childText("created").flatMap(Double.init),
            let expires = record.childText("expires").flatMap(Double.init),
            let digest = record.childText("digest"), id.utf8.count == Self.idLength,
            digest.utf8.count == Self.secretLength, created.isPlausible, expires.isPlausible
        else { return nil }
        self.init(
            id: id, name: name, role: role, created: WallTime(seconds: created), expires: WallTime(seconds: expires),
            creator: creator, digest: digest)
    }
}

extension Double {
    /// Whether a time of so many seconds since 1970 can be told in nanoseconds.
    fileprivate var isPlausible: Bool { (0...9e9).contains(self) }
}
