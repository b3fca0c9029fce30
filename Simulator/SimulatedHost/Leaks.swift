import DomainModel
import HypervisorInterface
import SimulatedHypervisor

extension SimulatedHost {
    /// What is there and should not be, when nothing is under way: each as a sentence. Empty when all is well.
    ///
    /// What belongs to a domain that exists and is not dying is no leak.
    public func leaks() -> [String] {
        machine.inspection.leaks() + leakedLoops() + scripts.running.map { "the script runs: \($0)" }
    }

    private func leakedLoops() -> [String] {
        let wanted = machine.inspection.physicalDevicesInStore
        return machine.hardware.blockDevices.values
            .filter { $0.file != nil && !wanted.contains($0.number) }
            .sorted { $0.number < $1.number }
            .map { "block device \($0.path) is bound to \($0.file ?? "") for nobody" }
    }
}
