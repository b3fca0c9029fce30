import DomainModel
import SExpressions

/// An event of a domain's life that a plan publishes at its place (reference/lifecycle-and-events.md §4).
public enum Announcement: Hashable, Sendable {
    /// `xend.domain.create` and so on, each with `(NAME ID)` (reference/lifecycle-and-events.md §4).
    case create, died, pause, unpause, suspended, destroy
    /// `xend.domain.define`, `xend.domain.undefine`, each with `(NAME UUID)`.
    case define, undefine
    /// As the user gave it: halt stays halt.
    case shutdown(ShutdownRequest)
    /// `xend.domain.exit`, which calls every reason it does not know a crash.
    case exit(ShutdownReason)
    /// `xend.domain.restart`.
    case restart(RestartPhase)

    /// What a restart comes to, in the words of the event.
    public enum RestartPhase: String, Hashable, Sendable { case schedule, cancel, begin, success, fail }

    /// The event, for the domain as it is now.
    ///
    /// - Parameters:
    ///   - name: of the domain.
    ///   - number: its id, or its uuid where the event has that.
    public func event(name: DomainName, _ number: String) -> Event {
        let domain: [SExpression] = [.atom(name.rawValue), .atom(number)]
        func event(_ topic: String, _ more: [SExpression] = []) -> Event {
            Event("xend.domain.\(topic)", .list(domain + more))
        }
        switch self {
        case .create: return event("create")
        case .died: return event("died")
        case .pause: return event("pause")
        case .unpause: return event("unpause")
        case .suspended: return event("suspended")
        case .destroy: return event("destroy")
        case .define: return event("define")
        case .undefine: return event("undefine")
        case .shutdown(let request): return event("shutdown", [.atom(request.rawValue)])
        case .exit(let reason):
            // The original knew three words; what it would have called `?` ends like a crash.
            let word = if case .other = reason { "crash" } else { reason.description }
            return event("exit", [.atom(word)])
        case .restart(let phase): return event("restart", [.atom(phase.rawValue)])
        }
    }
}

extension Announcement {
    /// The event, for the domain as it is now.
    public func event(name: DomainName, id: DomainID) -> Event { event(name: name, id.description) }

    /// Whether the event names the domain by its uuid: it may be none of Xen's.
    public var namesByUUID: Bool { self == .define || self == .undefine }
}

extension Announcement: CustomStringConvertible {
    public var description: String {
        switch self {
        case .create: "create"
        case .died: "died"
        case .pause: "pause"
        case .unpause: "unpause"
        case .suspended: "suspended"
        case .destroy: "destroy"
        case .define: "define"
        case .undefine: "undefine"
        case .shutdown(let request): "shutdown \(request.rawValue)"
        case .exit(let reason): "exit \(reason)"
        case .restart(let phase): "restart \(phase.rawValue)"
        }
    }
}
