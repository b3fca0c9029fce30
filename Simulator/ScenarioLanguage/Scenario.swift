import SExpressions

/// A scenario: machines, what is on them, and a story of steps. Read by `ScenarioReader`.
public struct Scenario: Sendable {
    /// As in `(scenario NAME ...)`.
    public var name: String
    /// Where it stands.
    public var place: ScenarioPlace
    /// What there is before the first step.
    public var setup: ScenarioSetup
    /// In order.
    public var steps: [ScenarioStep]
    /// The form it was read from.
    public var source: LocatedSExpression
}

/// What is there before the first step.
public struct ScenarioSetup: Sendable {
    /// At least one; the first is meant where no host is named.
    public var hosts: [HostSetup]
    /// In the order in which they take effect.
    public var items: [SetupItem] = []
    /// Whether the hosts share a secret, so that domains can migrate between them.
    public var poolIsShared = true
    /// Of all chance; nil: that of whoever runs it.
    public var seed: UInt64?
    /// Where it can run at all; empty: anywhere.
    public var needs: Set<ScenarioNeed> = []
    /// Whether steps may fail: whoever is down is started again after each, and at the end the faults stop and what must hold is looked
    /// at.
    public var toleratesFailures = false
    /// Whether the seed chooses which of several tasks that are ready goes on.
    public var isShuffled = false
}

/// What a scenario asks of its target.
public enum ScenarioNeed: String, CaseIterable, Sendable, Comparable {
    /// On simulated machines only; on a real Xen only.
    case simulator, xen

    public static func < (a: ScenarioNeed, b: ScenarioNeed) -> Bool { a.rawValue < b.rawValue }
}

/// A machine with its own xend.
public struct HostSetup: Sendable {
    /// By which steps and other hosts call it.
    public var name: String
    /// MiB in all, MiB that Domain-0 holds of it.
    public var memory = 4096
    /// Megabytes of the host's that domain 0 holds.
    public var domainZeroMemory = 128
    /// Physical ones.
    public var cpus = 2
    /// Whether its Xen can run PVH guests, for which a processor needs nested paging.
    public var hasPVH = true
    /// `(KEY VALUE)` of its xend-config.sxp.
    public var config: [Template] = []
    /// Where it stands in its file.
    public var position: SXPPosition

    public init(name: String, position: SXPPosition = SXPPosition()) {
        self.name = name
        self.position = position
    }

    /// The text of its xend-config.sxp; nil when it says nothing of it.
    package var configurationText: String? {
        config.isEmpty ? nil : config.map { "\($0.source.value)\n" }.joined()
    }

    /// The setup form that makes it.
    package var form: String {
        let config = config.isEmpty ? "" : " (config \(config.map(\.source.literalText).joined(separator: " ")))"
        let kinds = hasPVH ? "" : " (no-pvh)"
        return "(host \(name) (memory \(memory)) (dom0-memory \(domainZeroMemory)) (cpus \(cpus))\(kinds)\(config))"
    }

    /// From a setup form: `(host alpha (memory 8192) (config (vif-bridge br7)))`.
    /// - Throws: what is wrong with it, and what is allowed.
    public init(_ text: String) throws(ScenarioError) {
        let forms: [LocatedSExpression]
        do {
            forms = try LocatedSExpression.parseAll(text)
        } catch {
            throw ScenarioError(error, file: "host")
        }
        guard forms.count == 1, case .host(let host)? = try ScenarioReader.setup(forms[0], file: "host") else {
            throw ScenarioError(ScenarioPlace(file: "host"), "\(text) is not one (host NAME …)")
        }
        self = host
    }
}

/// Something on the hosts.
public struct SetupItem: Sendable {
    /// What a setup form makes.
    public enum Kind: Sendable {
        /// `(kernel PATH BEHAVIOUR...)`: what guests do that boot it.
        case kernel(path: String, [Behaviour])
        /// `(file PATH ...)`
        case file(path: String, FileContents)
        /// Size in bytes.
        case blockDevice(path: String, size: UInt64)
        /// `(bridge NAME)`
        case bridge(String)
        /// A hotplug script of one's own.
        case script(path: String, ScriptBehaviour)
        /// `(missing PATH)`: nothing is there, not even a kernel.
        case missing(path: String)
        /// `(receiver NAME ...)`: takes notifications; `$NAME` is its url.
        case receiver(name: String, ReceiverBehaviour)
        /// `(let NAME SXP)`
        case binding(name: String, Template)
    }
    /// What it makes.
    public var kind: Kind
    /// nil: on every host.
    public var host: String?
    /// Where it stands in its file.
    public var position: SXPPosition
    /// As it was written, for reports.
    public var source: LocatedSExpression
}

/// What a file of a scenario has in it.
public enum FileContents: Hashable, Sendable {
    /// So many bytes that nobody looks at.
    case size(UInt64)
    /// Exactly this.
    case text(String)
    /// Nothing of its own: a symbolic link leads to another path.
    case link(String)
    /// What another file has, which this is a further name of.
    case hardLink(String)
}

/// What a hotplug script of one's own does.
public struct ScriptBehaviour: Hashable, Sendable {
    /// It does first what this script does, which every host has.
    public var like: String?
    /// On its standard output.
    public var prints = ""
    /// Its status at the end.
    public var exits = 0
    /// How long it runs; nil: as long as other scripts of its host.
    public var takes: Duration?
}

/// How an HTTP receiver of notifications behaves.
public enum ReceiverBehaviour: String, CaseIterable, Sendable { case answers, hangs, refuses }
