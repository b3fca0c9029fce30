import HostInterface
import HypervisorInterface
import MachineContract
import SimulatedHost
import SimulatedHypervisor
import Testing

@Suite("The simulated machine keeps the contract that the real one keeps")
struct ContractTests {
    @Test("Every case", arguments: ContractCase.all)
    func holds(_ check: ContractCase) throws {
        let bench = Bench()
        let kernels = ContractKernels(
            echoes: "/echoes", reboots: "/reboots", crashes: "/crashes", refusesSuspend: "/refuses", noKernel: "/none",
            largeFile: "/large")
        var behaviour = GuestBehaviour()
        behaviour.bootsIn = .milliseconds(20)
        behaviour.shutsDownIn = .milliseconds(10)
        behaviour.prints = ["ready\n"]
        behaviour.terminal = .echoes
        bench.alpha.kernels.behaviours[kernels.echoes] = behaviour
        behaviour.refusesSuspend = true
        bench.alpha.kernels.behaviours[kernels.refusesSuspend] = behaviour
        behaviour.refusesSuspend = false
        behaviour.fates = [.exits(after: .zero, .reboot)]
        bench.alpha.kernels.behaviours[kernels.reboots] = behaviour
        behaviour.fates = [.crashes(after: .zero)]
        bench.alpha.kernels.behaviours[kernels.crashes] = behaviour
        bench.alpha.kernels.behaviours[kernels.largeFile] = behaviour
        bench.alpha.kernels.sizes[kernels.largeFile] = 64 << 20
        bench.alpha.kernels.fallback = nil
        bench.alpha.kernels.unusable = [kernels.noKernel]
        bench.alpha.files.install("/large", [UInt8](repeating: 0, count: 64 << 20))
        let (machine, host) = bench.alpha.startIncarnation()
        let setting = ContractSetting(machine: machine, kernels: kernels) { duration in
            try? await host.clock.sleep(for: duration)
        }
        try bench.run { try await check.check(setting) }
        bench.advance(.seconds(1))
        #expect(bench.alpha.leaks() == [])
        #expect(bench.alpha.machine.corruptions == [])
    }
}
