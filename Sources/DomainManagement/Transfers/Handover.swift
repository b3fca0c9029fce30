import DomainLifecycle
import DomainModel
import Migration
import SExpressions

/// A migration that this host takes part in, until nothing about it has to be remembered.
struct Handover: Sendable {
    enum Machine: Sendable {
        case source(SourceHandover)
        case destination(DestinationHandover)
    }

    enum Input: Sendable {
        case source(SourceHandover.Input)
        case destination(DestinationHandover.Input)
    }

    var record: HandoverRecord
    var machine: Machine
    /// The connection over which the domain travels, while there is one.
    var channel: MigrationChannel?
    /// Inputs that came while one was being worked on.
    var waiting: [(Input, Reply?)] = []
    var isBusy = false
    /// The configuration with which the domain was offered.
    var offered: SExpression?
    /// With `taken`: where the domain is now.
    var arrival: MigrationArrival?
    /// The connection that carried the domain has ended.
    var isCut = false
    /// The domain is, or was, at the destination for good.
    var wasTaken: Bool {
        switch machine {
        case .source(let machine): machine.wasTaken
        case .destination(let machine): machine.hasRun
        }
    }
    /// Why the other side gave up, in its words.
    var reason: String?

    var role: MigrationRole {
        switch machine {
        case .source: .source
        case .destination: .destination
        }
    }

    /// What a connection waits for that brought a message.
    final class Reply: Sendable {
        let give: @Sendable (HandoverNote) -> Void
        init(_ give: @escaping @Sendable (HandoverNote) -> Void) { self.give = give }
    }
}

/// How the texts begin that name what is done when a domain is handed over, among the checkpoints.
public enum HandoverDeed: String, CaseIterable, Sendable {
    /// What a source does, after its decision.
    case handOver = "hand over:"
    /// What a destination does, after the source's word.
    case takeOver = "take over:"
}
