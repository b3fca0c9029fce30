import DomainLifecycle
import DomainModel
import HostInterface
import HypervisorInterface

extension ManagerContext {
    /// Whether the machine has what an arriving domain needs: said before anything is created.
    func checkResources(for arrival: Arrival, _ operation: String) async throws(OperationError) {
        let title = "\"\(arrival.record.name)\""
        do {
            let node = try await machine.hypervisor.node()
            guard node.freeMemory >= arrival.memory else {
                throw OperationError(
                    .refused,
                    "cannot \(operation) \(title): not enough memory: \(arrival.memory) wanted, \(node.freeMemory) free"
                )
            }
            if let missing = arrival.record.config?.pinBeyond(cpus: node.cpus) {
                throw OperationError(.refused, "cannot \(operation) \(title): \(missing)")
            }
            for device in arrival.record.devices {
                guard case .vbd(let vbd) = device.config, vbd.backend == nil else { continue }
                guard let missing = await missingDevice(vbd) else { continue }
                throw OperationError(.refused, "cannot \(operation) \(title): \(missing)")
            }
        } catch let error as OperationError {
            throw error
        } catch {
            throw OperationError(.failed, "cannot \(operation) \(title): \(error)")
        }
    }

    /// What of a block device is not there; nil when all is, or when only its script can know.
    private func missingDevice(_ vbd: VBDConfig) async -> String? {
        let path: String
        switch vbd.kind {
        case "phy": path = vbd.physicalNode
        case "file": path = vbd.details
        default: return nil
        }
        let kind = (try? await host.files.information(path))?.kind
        if case .blockDevice = kind, vbd.kind == "phy" { return nil }
        if kind == .file, vbd.kind == "file" { return nil }
        return "its device \(vbd.device) needs \(vbd.uname), and \(path) does not exist here"
    }
}
