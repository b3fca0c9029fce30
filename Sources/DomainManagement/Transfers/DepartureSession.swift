import DomainLifecycle
import DomainModel
import SExpressions

/// The words with which a save, a dump or a migration is told of.
struct DepartureSession: Sendable {
    /// `save`, `dump`, `migrate`.
    var kind: String
    var topic: String
    /// Of the domain's id here, and the one it has got elsewhere.
    var fields: @Sendable (DomainID, _ arrived: DomainID?) -> [SExpression]

    init(savingTo path: String) {
        kind = "save"
        topic = "xend.domain.save"
        fields = { id, _ in [.element("domain", id), .element("file", path)] }
    }

    init(dumpingTo path: String) {
        kind = "dump"
        topic = "xend.domain.dump"
        fields = { id, _ in [.element("domain", id), .element("file", path)] }
    }

    init(migratingTo route: MigrationRoute, from name: String) {
        kind = "migrate"
        topic = "xend.domain.migrate"
        fields = { id, arrived in
            [
                .element("live", route.isLive ? 1 : 0), .element("resource", route.rate),
                .element("src", .element("host", name), .element("domain", id)),
                .element("dst", [.element("host", route.host)] + (arrived.map { [.element("domain", $0)] } ?? [])),
            ]
        }
    }

    /// `(NAME ID begin|ok|error (save (id X) (state S) (domain ID) (file F)))`
    func event(
        _ record: DomainRecord, _ id: DomainID, _ task: TransferTask, _ state: String, arrived: DomainID? = nil
    ) -> Event {
        let session: SExpression = .element(
            kind, [.element("id", task.id), .element("state", state)] + fields(id, arrived))
        return Event(topic, .list([.atom(record.name.rawValue), .atom(id.description), .atom(state), session]))
    }
}
