import DomainModel
import SExpressions
import ScenarioLanguage

/// Whether a scenario can run in full on a real machine, or on so many of them, whose time is everybody's.
struct RealFitness {
    /// The first thing that cannot be done there; nil when all can.
    private(set) var obstacle: String?
    /// Kernels, ramdisks and block devices that the story names.
    private(set) var kernels: Set<String> = []
    private(set) var ramdisks: Set<String> = []
    private(set) var blockDevices: Set<String> = []
    /// All paths in it, those of HTTP too.
    private(set) var paths: Set<String> = []
    /// MiB that Xen keeps about each domain, at most, besides its memory: more of those whose nested paging tables it keeps.
    private(set) var overhead = 2
    /// Whether the daemon has to be started so that its calls can fail.
    private(set) var hasFailingCalls = false
    private var waiting = Duration.zero
    private var movesLive = false
    private var isPVH = false
    private var memory = 0

    /// Scenarios that let more time pass are for virtual time.
    private static let patience = Duration.seconds(600)

    /// - Parameters:
    ///   - freeMemory: MiB that each machine has for domains.
    ///   - machines: so many there are.
    init(_ scenario: Scenario, freeMemory: Int, machines: Int = 1) {
        let setup = scenario.setup
        if setup.hosts.count > machines { refuse("it needs \(setup.hosts.count) machines") }
        if setup.toleratesFailures { refuse("what it looks at can be seen in one process only (tolerate)") }
        if setup.needs.contains(.simulator) { refuse("it says that it needs a simulated machine") }
        let standard = HostSetup(name: "")
        if setup.hosts.contains(where: { !$0.hasPVH }) { refuse("it needs a processor without nested paging") }
        for host in setup.hosts
        where host.memory != standard.memory || host.domainZeroMemory != standard.domainZeroMemory
            || host.cpus != standard.cpus
        {
            refuse(
                "it needs a machine of \(host.memory) MB, \(host.domainZeroMemory) of them domain 0's, and \(host.cpus) cpus"
            )
        }
        for item in setup.items { look(item) }
        for step in scenario.steps { look(step, times: 1) }
        collect(scenario.source)
        if movesLive, !isPVH { refuse("Xen as Debian builds it does not follow what a PV guest writes (live yes)") }
        if waiting > Self.patience { refuse("it lets \(TimeText.text(waiting)) pass") }
        if memory > freeMemory {
            refuse("its domains need \(memory) MB, and the machine has \(freeMemory) MB for them")
        }
    }

    private mutating func refuse(_ reason: String) { obstacle = obstacle ?? reason }

    private mutating func look(_ item: SetupItem) {
        if case .receiver = item.kind { refuse("(receiver …) is part of the simulated network") }
        if case .blockDevice(_, let size) = item.kind, size > 64 << 30 {
            refuse("it needs a block device of \(size) bytes")
        }
    }

    private mutating func look(_ step: ScenarioStep, times: Int) {
        if case .request(let request) = step.action { count(request, step, times) }
        if Self.movesLive(step) { movesLive = true }
        if case .machine(let act) = step.action { look(act, times: times) }
        if case .advance(let time) = step.action { waiting += time * times }
        let number = if case .repeat(let number, _) = step.action { number } else { 1 }
        for inner in step.action.inner { look(inner, times: times * number) }
    }

    private mutating func look(_ act: MachineAct, times: Int) {
        if let obstacle = RealMachine.obstacle(to: act) { refuse(obstacle) }
        if case .change(let item) = act { look(item) }
        if case .fault(let rule) = act, [.hypercall, .xenstore, .disk, .step].contains(rule.pattern.kind) {
            hasFailingCalls = true
        }
        if case .xl(.create(_, let mebibytes, let kernel)) = act {
            kernels.insert(kernel)
            memory += times * mebibytes
        }
    }

    /// Whether a guest is to run on while it moves, and nothing says that it does not come to that.
    private static func movesLive(_ step: ScenarioStep) -> Bool {
        guard step.source.name == "migrate", step.source.list?.contains(where: { $0.value == ["live", "yes"] }) == true
        else { return false }
        return !(step.expectation ?? []).contains {
            if case .error = $0.kind { true } else { false }
        }
    }

    /// Memory of domains that are to be made, as if none were destroyed before the next.
    private mutating func count(_ request: RequestTemplate, _ step: ScenarioStep, _ times: Int) {
        guard step.source.name == "create", step.expectation == nil, let config = step.source.list?.dropFirst().first
        else { return }
        for member in config.list ?? [] where member.name == "memory" {
            memory += times * (member.list?.last?.atom.flatMap { Int($0) } ?? 0)
        }
    }

    private mutating func collect(_ value: LocatedSExpression) {
        if value.name == "pvh" { (isPVH, overhead) = (true, 14) }
        // Who has grub find its kernel boots grub's image, which dom0 has not.
        if ["bootloader", "boot-loader"].contains(value.name) {
            kernels.formUnion(GuestKind.allCases.map { BootLoader.grubImage(for: $0) })
        }
        if let atom = value.atom { return collect(words(in: atom)) }
        let members = value.list ?? []
        collect(members.compactMap(\.atom))
        for member in members { collect(member) }
    }

    /// Configurations stand in texts too; there as here a path follows its name.
    private mutating func collect(_ words: [String]) {
        for word in words {
            if word.hasPrefix("/") { paths.insert(word) }
            for number in 1...9 where word == "phy:sda\(number)" || word.hasSuffix("/dev/sda\(number)") {
                blockDevices.insert("/dev/sda\(number)")
            }
        }
        for (name, path) in zip(words, words.dropFirst()) where path.hasPrefix("/") {
            if name == "kernel" { kernels.insert(path) }
            if name == "ramdisk" { ramdisks.insert(path) }
        }
    }

    private func words(in text: String) -> [String] {
        // In JSON a colon stands between the two, in a word of its own or in none.
        text.split { "() \n\t\"'{}[],".contains($0) }.filter { $0 != ":" }.map(String.init)
    }
}

extension Scenario {
    /// Why it cannot run in full on real machines; nil when it can.
    ///
    /// - Parameters:
    ///   - freeMemory: MiB that each machine has for domains.
    ///   - machines: so many there are.
    public func obstacleOnRealMachine(freeMemory: Int, machines: Int = 1) -> String? {
        RealFitness(self, freeMemory: freeMemory, machines: machines).obstacle
    }

    /// How many machines it needs.
    public var machines: Int { setup.hosts.count }
}
