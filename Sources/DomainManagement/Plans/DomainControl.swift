import DomainLifecycle
import DomainModel
import HypervisorInterface

/// Steps that change how a domain runs.
struct DomainControl: ManagerPart {
    let context: ManagerContext

    /// More than any toolstack piles up.
    private static let maximumPauses = 16

    func limitMemory(_ size: MemorySize, _ step: Step, _ record: DomainRecord) async throws(StepFailure) {
        try await call(step, record) { xen, id throws(HypervisorError) in try await xen.setMaximumMemory(size, of: id) }
    }

    func pause(_ step: Step, _ record: DomainRecord) async throws(StepFailure) {
        try await call(step, record) { xen, id throws(HypervisorError) in try await xen.pause(id) }
    }

    /// Xen counts pauses, also those of others; for users a domain is paused or not.
    func unpause(_ step: Step, _ record: DomainRecord) async throws(StepFailure) {
        try await call(step, record) { xen, id throws(HypervisorError) in
            for _ in 0..<Self.maximumPauses {
                guard try await xen.domain(id)?.isPaused ?? false else { return }
                try await xen.unpause(id)
            }
        }
    }

    /// - Parameter vcpu: nil = all.
    func pin(_ vcpu: Int?, to cpus: CPUSet, _ record: DomainRecord) async throws(StepFailure) {
        guard let id = record.id else { return }
        let what = vcpu.map { "vcpu \($0) of " } ?? ""
        let title = "cannot pin \(what)\(record.title) to \(cpus.cpus == nil ? "" : "cpu ")\(cpus)"
        do {
            let count = try await machine.hypervisor.node().cpus
            guard cpus.cpus?.allSatisfy({ $0 < count }) ?? true else {
                throw StepFailure("\(title): the machine has cpus 0 to \(count - 1) (-1 = any)", kind: .invalid)
            }
            let known = try await machine.hypervisor.vcpus(of: id).map(\.number)
            guard vcpu.map(known.contains) ?? true else {
                throw StepFailure("\(title): it has vcpus 0 to \(known.count - 1)", kind: .invalid)
            }
            for number in known where vcpu == nil || vcpu == number {
                try await machine.hypervisor.setAffinity(cpus, ofVCPU: number, of: id)
            }
        } catch let failure as StepFailure {
            throw failure
        } catch {
            throw StepFailure("\(title): \(error)")
        }
    }

    /// - Parameters:
    ///   - weight: nil = as it is.
    ///   - cap: nil = as it is.
    func weigh(_ weight: Int?, _ cap: Int?, _ record: DomainRecord) async throws(StepFailure) {
        guard let id = record.id else { return }
        do {
            var parameters = try await machine.hypervisor.schedulerParameters(of: id)
            parameters.weight = weight ?? parameters.weight
            parameters.cap = cap ?? parameters.cap
            try await machine.hypervisor.setSchedulerParameters(parameters, of: id)
        } catch {
            throw StepFailure("cannot set the weight of \(record.title): \(error)")
        }
    }

    /// Runs a hypercall on the record's domain, its error in words. A pause of a domain that is gone is done.
    private func call(
        _ step: Step, _ record: DomainRecord,
        _ body: (any Hypervisor, DomainID) async throws(HypervisorError) -> Void
    ) async throws(StepFailure) {
        guard let id = record.id else { return }
        do {
            try await body(machine.hypervisor, id)
        } catch {
            // On the way to its end a domain may have gone by itself.
            if error.reason == .noSuchDomain, case .ending = record.stage { return }
            throw StepFailure("cannot \(step) \(record.title): \(error)", isLate: true)
        }
    }
}
