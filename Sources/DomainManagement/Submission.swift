import DomainLifecycle
import DomainModel
import HostInterface
import Migration

/// An operation made ready for the table: what had to be seen of the world has been seen, and nothing is changed yet.
enum Submission {
    /// A new domain.
    case creation(DomainConfig, DomainUUID)
    /// One that is kept and does not run.
    case definition(DomainConfig, DomainUUID)
    /// A domain from a save file.
    case restoration(Arrival, SaveFileReader)
    /// A domain from another host.
    case reception(Arrival, Reception)
    case change(DomainReference, DomainOperation)
    /// A save or a migration.
    case departure(DomainReference, DomainOperation, DepartureSession, MigrationRoute?)

    /// A domain from its configuration: what it leaves open is chosen now, so that it keeps it for good.
    init(creating config: DomainConfig, _ random: any RandomSource) {
        let config = config.bound { MACAddress(random: random.bytes(3)) }
        self = .creation(config, config.uuid ?? DomainUUID(random: random.bytes(16)))
    }

    /// A configuration that is kept, likewise.
    init(defining config: DomainConfig, _ random: any RandomSource) {
        let config = config.bound { MACAddress(random: random.bytes(3)) }
        self = .definition(config, config.uuid ?? DomainUUID(random: random.bytes(16)))
    }

    /// What is begun, for the log; nil where it is told otherwise.
    ///
    /// - Parameter title: of the domain.
    func logLine(title: String) -> String? {
        switch self {
        case .creation(let config, _): "create \"\(config.name)\""
        case .definition(let config, _): "define \"\(config.name)\""
        case .restoration(let arrival, let reader): "restore \"\(arrival.record.name)\" from \(reader.path)"
        case .reception: nil
        case .change(_, let operation), .departure(_, let operation, _, _): "\(operation.name) \(title)"
        }
    }

    /// A refusal in the words of who asked.
    func told(_ refusal: Refusal) -> OperationError {
        var error = refusal.operationError
        switch self {
        case .creation:
            // Of the device phase the original reported without a prefix (reference/http-api.md §6.5).
            if !refusal.isAboutDevices { error.message = "Error creating domain: \(error.message)" }
        case .restoration(let arrival, _): error.message = "cannot restore \(arrival.record.title): \(error.message)"
        case .definition, .reception, .change, .departure: break
        }
        return error
    }
}

extension DomainOperation {
    /// A vif without an address gets one, so that it keeps it for good.
    func bound(_ random: any RandomSource) -> DomainOperation {
        switch self {
        case .createDevice(let config): .createDevice(config.bound { MACAddress(random: random.bytes(3)) })
        case .define(let config): .define(config?.bound { MACAddress(random: random.bytes(3)) })
        default: self
        }
    }
}

extension DomainTable {
    /// The name of the domain that is meant, however it was called.
    func name(meantBy operation: Operation) -> String? {
        switch operation {
        case .create(let config), .define(let config): config.name.rawValue
        case .restore: nil
        case .domain(let reference, _): (try? find(reference))?.name.rawValue ?? reference.text
        }
    }

    /// Decides about what was made ready.
    mutating func begin(
        _ submission: Submission, on uuid: DomainUUID, at now: Double, _ random: any RandomSource
    ) throws(Refusal) -> Plan {
        switch submission {
        case .creation(let config, _): return try begin(create: config, uuid: uuid, at: now)
        case .definition(let config, _): return try begin(define: config, uuid: uuid, at: now)
        case .restoration(let arrival, _), .reception(let arrival, _):
            return try begin(arrival: arrival, at: now)
        case .change(_, let operation), .departure(_, let operation, _, _):
            return try begin(.operation(operation.bound(random)), on: uuid, at: now)
        }
    }

    /// What whoever asked is answered, when the plan is done.
    func result(of operation: DomainOperation, _ plan: Plan) -> OperationResult {
        if case .configureDevice(let config, let index) = operation {
            return self[plan.domain]?.device(config.type, index).map(OperationResult.device) ?? .done
        }
        if case .define = operation, let domain = self[plan.domain].flatMap(DefinedDomain.init) {
            return .defined(domain)
        }
        if case .createDevice = operation {
            for case .attach(let device) in plan.steps { return result(device.slot, of: plan.domain) }
        }
        return .done
    }

    private func result(_ slot: DeviceSlot, of domain: DomainUUID) -> OperationResult {
        guard let device = self[domain]?.devices.first(where: { $0.slot == slot }) else { return .done }
        return .device(device)
    }
}
