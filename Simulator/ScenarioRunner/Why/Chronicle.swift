import DomainManagement
import HostInterface
import ScenarioLanguage

/// What happened in a run, in order: the steps of the story, what went wrong by order, and what each daemon did and why.
public struct Chronicle: Sendable {
    /// Something that happened, and when.
    public struct Entry: Sendable {
        /// What sort of thing happened.
        public enum Kind: Sendable {
            /// A step of the story, as it is written, and where.
            case step(String, ScenarioPlace)
            /// A fault that happened.
            case fault(String)
            /// What a daemon did. `life` counts the daemons of a host.
            case deed(Deed, life: Int)
        }
        /// Since the start of the scenario.
        public var time: Duration
        /// Empty for what is no host's own.
        public var host: String
        /// What happened.
        public var kind: Kind

        package var deed: Deed? {
            if case .deed(let deed, _) = kind { return deed }
            return nil
        }
    }

    /// A chronicle that is longer is not read by anybody; what comes later is left out.
    package static let limit = 200_000
    /// In the order in which they happened.
    public private(set) var entries: [Entry] = []

    public init() {}

    /// Puts something behind what has happened so far.
    public mutating func add(_ kind: Entry.Kind, host: String = "", at time: Duration) {
        guard entries.count < Self.limit else { return }
        entries.append(Entry(time: time, host: host, kind: kind))
    }

    /// The domains that something was done to, by host, in the order of their first appearance. Domain 0 is not among them.
    public var domains: [(host: String, name: String)] {
        var found: [(host: String, name: String)] = []
        for entry in entries {
            guard let name = entry.deed?.domain, name != "Domain-0",
                !found.contains(where: { $0 == (entry.host, name) })
            else { continue }
            found.append((entry.host, name))
        }
        return found
    }
}
