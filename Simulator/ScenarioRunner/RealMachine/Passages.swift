import SExpressions
import ScenarioLanguage
import SimulatedHypervisor

/// What a story asks for while something goes wrong: each operation with each kind of fault that it meets, for the table of what a real
/// machine shows (CI/lab/fidelity.md).
struct Passages {
    /// An operation, and what goes wrong meanwhile.
    struct Passage: Hashable, Comparable {
        var operation: String
        var fault: String

        static func < (a: Passage, b: Passage) -> Bool { (a.operation, a.fault) < (b.operation, b.fault) }
    }

    private static let none = "none"

    private(set) var all: Set<Passage> = []
    /// From the first step to the last.
    private var always: Set<String> = []
    /// Until `(heal)`.
    private var faults: Set<String> = []
    /// What has been asked last, or is under way: it meets what is done next.
    private var last: Set<String> = []
    /// In the background, until somebody waits for it.
    private var underWay: [String: String] = [:]

    init(_ scenario: Scenario) {
        for item in scenario.setup.items { look(item.kind) }
        for step in scenario.steps { look(step) }
    }

    private mutating func look(_ kind: SetupItem.Kind) {
        switch kind {
        case .kernel(_, let behaviours): if behaviours.contains(where: \.isMisbehaviour) { always.insert("guest") }
        case .script(_, let behaviour): if behaviour.exits != 0 { always.insert("script") }
        case .missing: always.insert("file missing")
        case .receiver(_, let behaviour): if behaviour != .answers { always.insert("network") }
        case .file, .blockDevice, .bridge, .binding: break
        }
    }

    private mutating func look(_ step: ScenarioStep) {
        switch step.action {
        case .request(let request): ask(Self.operation(step, request))
        case .console, .debug: ask("console")
        case .machine(let act): look(act)
        case .background(let name, let inner):
            look(inner)
            if case .request(let request) = inner.action { underWay[name] = Self.operation(inner, request) }
        case .finish(let name, _): underWay[name] = nil
        case .when, .parallel, .repeat: for inner in step.action.inner { look(inner) }
        case .expect, .advance, .settle, .wait: break
        }
    }

    private mutating func ask(_ operation: String) {
        last = [operation]
        let met = faults.union(always)
        for fault in met.isEmpty ? [Self.none] : met { all.insert(Passage(operation: operation, fault: fault)) }
    }

    /// What happens at once, to whatever is asked for at that moment.
    private mutating func strike(_ fault: String) {
        for operation in underWay.isEmpty ? last : Set(underWay.values) {
            all.insert(Passage(operation: operation, fault: fault))
        }
    }

    private mutating func look(_ act: MachineAct) {
        switch act {
        case .fault(let rule): faults.insert(Optional(rule.action).end?.of.label ?? rule.pattern.kind.rawValue)
        case .heal: faults = []
        case .healAt(let pattern): faults.remove(pattern.kind.rawValue)
        case .guest(_, let acts): guest(acts)
        case .xl: strike("other toolstack")
        case .clock: strike("clock set")
        case .corrupt: strike("file damaged")
        case .change(let item): look(item.kind)
        case .life(.daemon(.kill)): strike(FaultEnd.daemon.label)
        case .life(.daemon(.stop)), .life(.daemon(.restart)): strike("daemon stopped")
        case .life(.daemon(.start)): ask("start of xend")
        case .life(.powerLoss): strike(FaultEnd.power.label)
        case .life(.hostReboot): ask("start of the host")
        case .copy, .write: break
        }
    }

    private mutating func guest(_ acts: [GuestAct]) {
        for act in acts {
            switch act {
            case .shutdown: ask("end by the guest")
            case .crash, .hang, .hostile: strike("guest")
            case .prints, .dirties: break
            }
        }
    }

    /// The word for it; of a form that is filled in by hand, too.
    private static func operation(_ step: ScenarioStep, _ request: RequestTemplate) -> String {
        if request.isOperation { return step.source.name ?? "request" }
        guard request.method.literal != "GET" else { return "reading" }
        let fields =
            switch request.body {
            case .form(let fields), .multipart(let fields): fields
            case .none, .text: request.query
            }
        let word = fields.first { $0.name.literal == "op" }?.value.literal ?? "other requests"
        return same[word] ?? (known.contains(word) ? word : "other requests")
    }

    /// What is asked for by a form; a word that is none of these, or any other, is there to be refused.
    private static let known: Set<String> = [
        "create", "restore", "pause", "unpause", "shutdown", "destroy", "save", "migrate", "cancel", "pincpu", "rename",
        "define",
        "undefine", "start", "suspend", "dump", "sysrq", "resolve", "notify", "inject", "mem_target_set", "vcpus_set",
        "sched_credit_set", "device_configure", "stop_domains",
    ]
    /// Operations whose step has another name than the argument.
    private static let same = [
        "device_create": "device-create", "device_destroy": "device-destroy", "maxmem_set": "maxmem",
    ]
}

extension FaultEnd {
    /// What the table calls it.
    fileprivate var label: String {
        switch self {
        case .daemon: "daemon killed"
        case .power: "power lost"
        }
    }
}

extension Behaviour {
    /// Whether a guest makes trouble by it.
    fileprivate var isMisbehaviour: Bool {
        switch self {
        case .ignoresShutdown, .refusesSuspend, .exitsAfter, .crashesAfter, .hangsAfter, .neverConnects: true
        case .bootsIn, .prints, .echoes, .shell, .shutsDownIn, .dirties, .usesCPU, .balloonsIn: false
        }
    }
}

extension Scenario {
    /// Each operation that it asks for with what goes wrong meanwhile, `none` where nothing does.
    public var passages: [(operation: String, fault: String)] {
        Passages(self).all.sorted().map { ($0.operation, $0.fault) }
    }
}

extension Scenario {
    /// Whether it names ids that the first domains of a machine have, or what is made of them: then others may not go before it there.
    public var countsOnFirstIDs: Bool { Self.namesID(source) }

    private static func namesID(_ value: LocatedSExpression) -> Bool {
        if let atom = value.atom { return namesID(atom) }
        let members = value.list ?? []
        if value.name == "id", members.count == 2, let id = members[1].atom.flatMap({ Int($0) }), id > 0 { return true }
        // Of an event that is asked for: its domain's name and id.
        if value.name == "value", let inner = members.last?.list, inner.count == 2,
            inner[1].atom.flatMap({ Int($0) }).map({ $0 > 0 }) == true
        {
            return true
        }
        return members.contains(where: namesID)
    }

    /// What stands in front of an id, or of the console port that is chosen by it.
    private static let beforeIDs = ["/domain/", "domain ", "/vif/", "/vbd/", "vif", "/console/", "96"]

    private static func namesID(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return beforeIDs.contains { words in
            var start = 0
            while let end = text.utf8Range(of: words, from: start) {
                if end < bytes.count, UInt8(ascii: "1")...UInt8(ascii: "9") ~= bytes[end] { return true }
                if words == "96", end + 1 < bytes.count, bytes[end] == UInt8(ascii: "0") { return true }
                start = end
            }
            return false
        }
    }
}
