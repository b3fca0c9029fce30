import DomainLifecycle
import DomainModel
import ScenarioLanguage
import SimulatedHypervisor

/// What the operator has decided about domains (manual, decision 11): only he changes it, whatever lives, files and hosts a domain goes
/// through.
struct KeptSettings {
    private var kept: [DomainUUID: MachineSettings] = [:]

    /// What leaves settings as they are.
    private static let others: Set<String> = {
        let settings = OperationRule.settings.map(\.name) + ["configure", "device_configure"]
        // Words of scenarios that are no names of operations.
        return Set(OperationRule.all.map(\.name)).subtracting(settings)
            .union(["cancel", "device-create", "device-destroy"])
    }()

    /// Whether a request may change them.
    static func mayChange(_ asked: AskedOperation) -> Bool { !others.contains(asked.name) }

    /// Nobody knows what they are until they are seen again.
    mutating func forget(_ uuid: DomainUUID) { kept[uuid] = nil }

    /// As far as is known.
    func decided(of uuid: DomainUUID) -> MachineSettings? { kept[uuid] }

    /// What a file has kept.
    mutating func expect(_ settings: MachineSettings?, of uuid: DomainUUID) { kept[uuid] = settings }

    /// - Parameter cpus: of the host. What was decided on another may name some that are not here.
    /// - Returns: what is wrong.
    mutating func see(
        _ settings: MachineSettings, of name: String, _ uuid: DomainUUID, on host: String, cpus: Int
    ) -> String? {
        guard let before = kept[uuid] else {
            kept[uuid] = settings
            return nil
        }
        guard before.among(cpus) != settings else { return nil }
        kept[uuid] = settings
        return "on \(host): of \(name) was decided \(before); it has \(settings)"
    }
}
