import SExpressions

/// A scenario: machines, what is on them, and a story of steps. Read by `ScenarioReader`.
public struct Scenario: Sendable {
    public var name: String
    public var place: ScenarioPlace
    public var setup: ScenarioSetup
    public var steps: [ScenarioStep]
    /// The form it was read from.
    public var source: LocatedSExpression
}

/// What is there before the first step.
public struct ScenarioSetup: Sendable {
    /// At least one; the first is meant where no host is named.
    public var hosts: [HostSetup]
    public var items: [SetupItem] = []
    /// Whether the hosts share a secret, so that domains can migrate between them.
    public var poolIsShared = true
    public var seed: UInt64?
    public var needs: Set<ScenarioNeed> = []
    /// Whether steps may fail: whoever is down is started again after each, and at the end the faults stop and what must hold is looked
    /// at.
    public var toleratesFailures = false
    /// Whether the seed chooses which of several tasks that are ready goes on.
    public var isShuffled = false
}

/// What a scenario asks of its target.
public enum ScenarioNeed: String, CaseIterable, Sendable, Comparable {
    case simulator, xen

    public static func < (a: ScenarioNeed, b: ScenarioNeed) -> Bool { a.rawValue < b.rawValue }
}

/// A machine with its own xend.
public struct HostSetup: Sendable {
    public var name: String
    /// MiB in all, MiB that Domain-0 holds of it.
    public var memory = 4096
    public var domainZeroMemory = 128
    public var cpus = 2
    /// `(KEY VALUE)` of its xend-config.sxp.
    public var config: [Template] = []
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
        return "(host \(name) (memory \(memory)) (dom0-memory \(domainZeroMemory)) (cpus \(cpus))\(config))"
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
    public enum Kind: Sendable {
        case kernel(path: String, [Behaviour])
        case file(path: String, FileContents)
        /// Size in bytes.
        case blockDevice(path: String, size: UInt64)
        case bridge(String)
        /// A hotplug script of one's own.
        case script(path: String, ScriptBehaviour)
        case missing(path: String)
        case receiver(name: String, ReceiverBehaviour)
        case binding(name: String, Template)
    }
    public var kind: Kind
    /// nil: on every host.
    public var host: String?
    public var position: SXPPosition
    public var source: LocatedSExpression
}

public enum FileContents: Hashable, Sendable {
    /// So many bytes that nobody looks at.
    case size(UInt64)
    case text(String)
}

/// What a hotplug script of one's own does.
public struct ScriptBehaviour: Hashable, Sendable {
    /// It does first what this script does, which every host has.
    public var like: String?
    public var prints = ""
    /// Its status at the end.
    public var exits = 0
    public var takes: Duration?
}

/// How an HTTP receiver of notifications behaves.
public enum ReceiverBehaviour: String, CaseIterable, Sendable { case answers, hangs, refuses }

/// What a guest does that boots a certain kernel. Times with `after` count from the end of boot.
public enum Behaviour: Hashable, Sendable {
    case bootsIn(Duration)
    case prints(String)
    case echoes
    case shell
    case shutsDownIn(Duration)
    case ignoresShutdown
    case refusesSuspend
    case exitsAfter(Duration, reason: String)
    case crashesAfter(Duration)
    case hangsAfter(Duration)
    /// Bytes a second, over and over within so many bytes.
    case dirties(rate: UInt64, within: UInt64?)
    case usesCPU(percent: Int)
    case balloonsIn(Duration)
    case neverConnects(String)
}

/// What a guest is made to do by a step.
public enum GuestAct: Hashable, Sendable {
    case shutdown(String)
    case crash
    case hang
    case prints(String)
    case dirties(rate: UInt64, within: UInt64?)
}
