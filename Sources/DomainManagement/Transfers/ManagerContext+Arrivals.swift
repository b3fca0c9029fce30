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
            if let missing = await ArrivalCheck(context: self).missing(for: arrival, on: node) {
                throw OperationError(.refused, "cannot \(operation) \(title): \(missing)")
            }
        } catch let error as OperationError {
            throw error
        } catch {
            throw OperationError(.failed, "cannot \(operation) \(title): \(error)")
        }
    }
}
