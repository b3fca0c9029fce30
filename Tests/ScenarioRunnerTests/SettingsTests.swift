import ScenarioLanguage
import ScenarioRunner
import Testing

/// What operators decide about a domain is the domain's in every later life, on every host (manual, decision 11): every setting, in every
/// way in which a domain lives on.
@Suite struct SettingsTests {
    /// Something that is decided.
    struct Setting: Sendable, CustomTestStringConvertible {
        var name: String
        /// The fields of the form that decides it.
        var form: String
        /// What is seen before and after it: a request, or nothing, and checks.
        var query = ""
        var before: String
        var after: String
        /// What the configuration has from then on.
        var config: String
        /// How many lines the journal has of it; scripts are noted too.
        var lines = 2
        /// The domain's name from then on.
        var domain = "web"

        var testDescription: String { name }
    }

    /// A way to live on.
    struct Way: Sendable, CustomTestStringConvertible {
        var name: String
        /// `DOMAIN` stands for its name, `(decide)` for the setting.
        var steps: String
        /// Where it is then.
        var host = "alpha"

        var testDescription: String { name }
    }

    static let settings: [Setting] = [
        Setting(
            name: "weight", form: "(op sched_credit_set) (weight 512)", query: "sched_credit_get",
            before: "(sxp (sched_credit (weight 256)))", after: "(sxp (sched_credit (weight 512)))",
            config: "(cpu_weight 2)"),
        Setting(
            name: "cap", form: "(op sched_credit_set) (cap 50)", query: "sched_credit_get",
            before: "(sxp (sched_credit (cap 0)))", after: "(sxp (sched_credit (cap 50)))", config: "(cpu_cap 50)"),
        Setting(
            name: "pin of all vcpus to one cpu", form: "(op pincpu) (cpu 2)", query: "vcpuinfo",
            before: "(sxp (domain (vcpu (number 2) (affinity any))))",
            after: "(sxp (domain (vcpu (number 0) (cpumap (2))) (vcpu (number 2) (cpumap (2)))))", config: "(cpu 2)"),
        Setting(
            name: "pin of all vcpus to several cpus", form: "(op pincpu) (cpu '1,3')", query: "vcpuinfo",
            before: "(sxp (domain (vcpu (number 2) (affinity any))))",
            after: "(sxp (domain (vcpu (number 0) (cpumap (1 3))) (vcpu (number 2) (cpumap (1 3)))))",
            config: "(cpus '1,3')"),
        Setting(
            name: "pin of one vcpu", form: "(op pincpu) (vcpu 1) (cpu 3)", query: "vcpuinfo",
            before: "(sxp (domain (vcpu (number 1) (affinity any))))",
            after: "(sxp (domain (vcpu (number 0) (affinity any)) (vcpu (number 1) (cpumap (3)))))",
            config: "(cpus any 3 any)"),
        Setting(
            name: "vcpus in use", form: "(op vcpus_set) (vcpus 2)", before: "(domain DOMAIN (vcpus 3))",
            after: "(domain DOMAIN (vcpus 2))", config: "(online_vcpus 2)"),
        Setting(
            name: "smaller memory target", form: "(op mem_target_set) (target 48)",
            before: "(domain DOMAIN (memory 64) (maxmem 96))", after: "(domain DOMAIN (memory 48) (maxmem 96))",
            config: "(memory 48) (maxmem 96)"),
        Setting(
            name: "larger memory target", form: "(op mem_target_set) (target 80)",
            before: "(domain DOMAIN (memory 64) (maxmem 96))", after: "(domain DOMAIN (memory 80) (maxmem 96))",
            config: "(memory 80) (maxmem 96)"),
        Setting(
            name: "maximum memory", form: "(op maxmem_set) (memory 80)",
            before: "(domain DOMAIN (memory 64) (maxmem 96))", after: "(domain DOMAIN (memory 64) (maxmem 80))",
            config: "(maxmem 80)"),
        Setting(
            name: "a vif's configuration", form: "(op device_configure) (idx 0) (config (vif (bridge br1)))",
            before: "(domain DOMAIN (devices (vif (bridge br0))))",
            after: "(domain DOMAIN (devices (vif (bridge br1))))", config: "(device (vif (bridge br1)))",
            lines: 4),
        Setting(
            name: "name", form: "(op rename) (name shop)", before: "(domain DOMAIN)", after: "(domain DOMAIN)",
            config: "(name shop)", domain: "shop"),
    ]

    private static let guestReboots = "(guest DOMAIN (shutdown reboot)) (settle)"

    static let ways: [Way] = [
        Way(name: "at once", steps: "(decide)"),
        Way(name: "the guest reboots", steps: "(decide) \(guestReboots)"),
        Way(name: "the guest crashes and is restarted", steps: "(decide) (guest DOMAIN (crash)) (settle)"),
        Way(name: "a reboot is asked for", steps: "(decide) (shutdown DOMAIN reboot) (settle)"),
        Way(name: "a reboot by force", steps: "(decide) (destroy DOMAIN reboot) (settle)"),
        Way(name: "two lives", steps: "(decide) \(guestReboots) (advance 30s) \(guestReboots)"),
        Way(name: "xend stops and starts", steps: "(decide) (daemon restart)"),
        Way(name: "xend stops and starts, then a reboot", steps: "(decide) (daemon restart) \(guestReboots)"),
        Way(name: "xend is killed before", steps: "(daemon kill) (daemon start) (decide) \(guestReboots)"),
        Way(name: "xend is killed after", steps: "(decide) (daemon kill) (daemon start) (settle)"),
        Way(
            name: "xend is killed after, then a reboot", steps: "(decide) (daemon kill) (daemon start) \(guestReboots)"),
        Way(
            name: "the guest reboots while xend is dead",
            steps: "(decide) (daemon kill) (guest DOMAIN (shutdown reboot)) (advance 10s) (daemon start) (settle)"),
        Way(name: "saved and restored", steps: "(decide) (save DOMAIN /tmp/web) (restore /tmp/web) (settle)"),
        Way(
            name: "saved and restored, then a reboot",
            steps: "(decide) (save DOMAIN /tmp/web) (restore /tmp/web) (settle) \(guestReboots)"),
        Way(
            name: "restored by a later xend",
            steps: "(decide) (save DOMAIN /tmp/web) (daemon kill) (daemon start) (restore /tmp/web) (settle)"),
        Way(name: "migrated", steps: "(decide) (migrate DOMAIN beta) (settle)", host: "beta"),
        Way(name: "migrated live", steps: "(decide) (migrate DOMAIN beta (live yes)) (settle)", host: "beta"),
        Way(
            name: "migrated, then a reboot",
            steps:
                "(decide) (migrate DOMAIN beta (live yes)) (settle) (guest (on beta) DOMAIN (shutdown reboot)) (settle)",
            host: "beta"),
        Way(
            name: "a migration fails, then a reboot",
            steps: """
                (decide) (fault (network alpha beta) (cut-after 4096)) (migrate DOMAIN beta (live yes) (expect _)) (heal)
                (settle) \(guestReboots)
                """),
    ]

    private static let beginning = """
        (host alpha (cpus 4)) (host beta (cpus 4))
        (bridge br0) (bridge br1)
        (kernel /boot/k (boots-in 1s) (balloons-in 1s))
        (create (vm (name web) (memory 64) (maxmem 96) (vcpus 3) (restart always) (image (linux (kernel /boot/k)))
                    (device (vif (mac aa:00:00:00:00:01) (bridge br0)))))
        (unpause web) (advance 30s)
        """

    /// Steps that look at a domain's setting, which is as it was or as it was decided.
    private static func look(at setting: Setting, _ checks: String, domain: String, host: String) -> String {
        let place = "(on \(host)) "
        guard setting.query.isEmpty else {
            return "(request \(place)GET /xend/domain/\(domain) (query (op \(setting.query))) (expect \(checks)))"
        }
        let text = checks.replacing("DOMAIN", with: domain).replacing(
            "(domain \(domain)", with: "(domain \(place)\(domain)")
        return "(expect \(text))"
    }

    private static func decide(_ setting: Setting, expect: String = "") -> String {
        "(request POST /xend/domain/web (form \(setting.form)) \(expect)) (advance 10s)"
    }

    private static func run(_ text: String) throws -> String? {
        let scenarios = try ScenarioReader.scenarios(in: Array(text.utf8), file: "settings.sxp")
        return try #require(scenarios.first.map { ScenarioSuite.run($0).failure?.description ?? "" })
    }

    @Test("What is decided holds in every way of living on", arguments: settings, ways)
    func isKept(_ setting: Setting, _ way: Way) throws {
        let steps = way.steps.replacing("DOMAIN", with: setting.domain)
            .replacing("(decide)", with: Self.decide(setting))
        let text = """
            (scenario kept \(Self.beginning)
              \(Self.look(at: setting, setting.before, domain: "web", host: "alpha"))
              \(steps) (advance 10s)
              \(Self.look(at: setting, setting.after, domain: setting.domain, host: way.host))
              (expect (domain (on \(way.host)) \(setting.domain) (config (vm \(setting.config))))))
            """
        #expect(try Self.run(text) == "", "\(text)")
    }

    @Test("What is shown of the configuration makes such a domain again", arguments: settings)
    func isFedBack(_ setting: Setting) throws {
        let name = setting.domain
        let text = """
            (scenario fed-back \(Self.beginning)
              \(Self.decide(setting))
              (expect (domain \(name) (config $config)))
              (destroy \(name) halt) (settle)
              (create $config)
              (unpause \(name)) (advance 30s)
              \(Self.look(at: setting, setting.after, domain: name, host: "alpha"))
              (guest \(name) (shutdown reboot)) (settle) (advance 10s)
              \(Self.look(at: setting, setting.after, domain: name, host: "alpha")))
            """
        #expect(try Self.run(text) == "", "\(text)")
    }

    /// Where xend is killed in the middle, and whether it is decided then.
    static let cuts: [(fault: String, isDecided: Bool)] = [
        ("(disk write /var/xen/xend-db/2/journal) (nth 1) (kill-daemon)", false),
        ("(disk write /var/xen/xend-db/2/journal) (nth 1) (kill-daemon after)", false),
        ("(step remember) (kill-daemon)", false),
        ("(disk write /var/xen/xend-db/2/journal) (nth LINES) (kill-daemon)", false),
        ("(disk write /var/xen/xend-db/2/journal) (nth LINES) (kill-daemon after)", true),
    ]

    /// The domain as it runs and its next life agree.
    @Test("A setting that is cut off has changed nothing, or has been decided", arguments: settings, cuts)
    func cutOff(_ setting: Setting, _ cut: (fault: String, isDecided: Bool)) throws {
        let domain = cut.isDecided ? setting.domain : "web"
        let checks = cut.isDecided ? setting.after : setting.before
        let text = """
            (scenario cut-off \(Self.beginning)
              (fault \(cut.fault.replacing("LINES", with: "\(setting.lines)")))
              \(Self.decide(setting, expect: "(expect _)"))
              (heal) (daemon start) (settle) (advance 10s)
              \(Self.look(at: setting, checks, domain: domain, host: "alpha"))
              (guest \(domain) (shutdown reboot)) (settle) (advance 10s)
              \(Self.look(at: setting, checks, domain: domain, host: "alpha")))
            """
        #expect(try Self.run(text) == "", "\(text)")
    }

    @Test("A setting that cannot be recorded is refused, and nothing has changed", arguments: settings)
    func notRecorded(_ setting: Setting) throws {
        let text = """
            (scenario not-recorded \(Self.beginning)
              (fault (disk write /var/xen/xend-db/2/journal) (nth \(setting.lines)) (error ENOSPC))
              \(Self.decide(setting, expect: "(expect (error _))"))
              (heal)
              \(Self.look(at: setting, setting.before, domain: "web", host: "alpha"))
              (guest web (shutdown reboot)) (settle) (advance 10s)
              \(Self.look(at: setting, setting.before, domain: "web", host: "alpha")))
            """
        #expect(try Self.run(text) == "", "\(text)")
    }

    /// What may be decided then at all.
    static let decidableOnTheWay = settings.filter {
        $0.form.contains("pincpu") || $0.form.contains("sched_credit_set")
    }

    @Test(
        "What is decided while the domain migrates holds there, or here if it stays", arguments: decidableOnTheWay,
        [true, false])
    func onTheWay(_ setting: Setting, _ arrives: Bool) throws {
        let host = arrives ? "beta" : "alpha"
        let text = """
            (scenario on-the-way \(Self.beginning)
              (background m (migrate web beta (live yes) (resource 20) (expect _)))
              (advance 2s)
              (request POST /xend/domain/web (form \(setting.form)))
              \(Self.look(at: setting, setting.after, domain: "web", host: "alpha"))
              \(arrives ? "" : "(cancel web)")
              (finish m _) (settle)
              \(Self.look(at: setting, setting.after, domain: "web", host: host))
              (guest (on \(host)) web (shutdown reboot)) (settle) (advance 10s)
              \(Self.look(at: setting, setting.after, domain: "web", host: host)))
            """
        #expect(try Self.run(text) == "", "\(text)")
    }
}
