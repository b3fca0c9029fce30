import DomainLifecycle
import DomainManagement
import DomainModel
import HypervisorInterface
import SExpressions
import SimulatedHost
import SimulatedHypervisor
import Testing

/// Domains of an xend that kept no settings: what operators had decided is in the machine, and in what was saved.
@Suite struct OlderSettingsTests {
    /// Gives the daemon's database the form in which an older xend left it: no journal, and a record that says what was asked for at first.
    private func age(_ bench: DaemonBench, _ config: SExpression) throws {
        let root = ManagerSettings().databaseRoot
        let text = try #require(bench.alpha.files.contents("\(root)/2/domain/1"))
        var record = try SExpression.parseFirst(text)
        guard case .list(let members) = record else { return }
        record = .list(members.filter { !$0.isElement("settings") }).setting("config", to: config)
        for file in ["journal", "domain/1"] { bench.alpha.files.uninstall("\(root)/2/\(file)") }
        bench.alpha.files.install("\(root)/domain/1", Array("\(record)\n".utf8))
        bench.alpha.files.install("\(root)/journal", [])
    }

    @Test("xend takes over what an older one has set: it is shown, and the next life has it")
    func theMachineIsAsked() throws {
        let bench = DaemonBench()
        try bench.start()
        let asked = try #require(bench.create("(maxmem 96) (vcpus 3)").config)
        try bench.perform(.unpause)
        bench.advance(.seconds(5))
        try bench.perform(.setScheduler(weight: 512, cap: 50))
        try bench.perform(.pinCPU([1], vcpu: 1))
        try bench.perform(.setVCPUs(2))
        try bench.perform(.setMemoryTarget(MemorySize(mebibytes: 48)))
        try bench.perform(.setMaximumMemory(MemorySize(mebibytes: 80)))
        bench.advance(.seconds(10))
        bench.alpha.killDaemon()
        try age(bench, asked)
        try bench.start()
        let decided = try #require(bench.domain().config)
        #expect(decided != asked)
        for field in [
            "(cpu_weight 2)", "(cpu_cap 50)", "(cpus any 1 any)", "(online_vcpus 2)", "(memory 48)", "(maxmem 80)",
        ] {
            #expect(decided.children().contains(try SExpression.parseFirst(field)), "\(field) in \(decided)")
        }
        try bench.perform(.shutdown(.reboot))
        bench.advance(.seconds(30))
        let after = try bench.domain()
        #expect(after.config == decided && after.restartTime != nil)
        #expect(after.memory.mebibytes == 48 && after.maximumMemory?.mebibytes == 80 && after.vcpus == 2)
    }

    @Test("A domain of which nothing was decided stays as it was asked for")
    func nothingWasDecided() throws {
        let bench = DaemonBench()
        try bench.start()
        let asked = try #require(bench.create("(vcpus 2) (cpu 1) (cpu_weight 0.5)").config)
        try bench.perform(.unpause)
        bench.advance(.seconds(5))
        bench.alpha.killDaemon()
        try age(bench, asked)
        try bench.start()
        #expect(try bench.domain().config == asked)
    }
}
