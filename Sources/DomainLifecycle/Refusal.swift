import DomainModel

/// Why an operation was refused: nothing has changed.
public enum Refusal: Error, Hashable, Sendable {
    case noSuchDomain(DomainReference)
    case nameClash(DomainName)
    case invalidBackend(DomainReference)
    case domainZero(operation: String)
    case foreign(operation: String, title: String)
    case wrongStage(operation: String, title: String, Stage)
    /// There is nothing to resolve.
    case notInDoubt(title: String, Stage)
    case unconfigured(operation: String, title: String)
    case alreadyConfigured(DomainID)
    /// A reboot within the minimum restart time (manual L6).
    case restartTooSoon(title: String, remainingSeconds: Int, minimumSeconds: Int)
    case noSuchDevice(DeviceSlot, title: String)
    case tooManyDevices(title: String, limit: Int)
    case deviceNumberTaken(String, title: String)
    case memoryAboveMaximum(title: String, asked: MemorySize, maximum: MemorySize)
    case tooManyDomains(limit: Int)
    case tooManyWaiting(title: String, limit: Int)
    case notSupported(String)
    /// xend does not pass PCI devices through.
    case passthrough(PCIConfig)
    case invalid(String)
    case stopping
}

extension Refusal: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noSuchDomain(let reference): "invalid domain:\(reference)"
        case .nameClash(let name): "vm name clash: \(name)"
        case .invalidBackend(let reference):
            "invalid backend domain (backend is \"\(reference)\"; allowed: the id or name of a live driver domain)"
        case .domainZero(let operation): "cannot \(operation) domain 0: xend runs in it"
        case .foreign(let operation, let title):
            "cannot \(operation) \(title): it was made by another toolstack, which has to do this"
        case .wrongStage(let operation, let title, let stage): "cannot \(operation) \(title): it \(stage)"
        case .notInDoubt(let title, let stage):
            "cannot resolve \(title): it \(stage), and nobody doubts whose it is"
        case .unconfigured(let operation, let title): "cannot \(operation) \(title): it has no configuration"
        case .alreadyConfigured(let id): "Domain already configured: \(id)"
        case .restartTooSoon(let title, let remaining, let minimum):
            "cannot reboot \(title): it was restarted less than \(minimum) seconds ago; try again in \(remaining) s"
        case .noSuchDevice(let slot, let title): "no such device: \(title) has no \(slot)"
        case .tooManyDevices(let title, let limit):
            "too many devices: \(title) has \(limit) already, the most it can have"
        case .deviceNumberTaken(let device, let title): "vbd: Device in use: \(title) has a \(device) already"
        case .memoryAboveMaximum(let title, let asked, let maximum):
            "cannot set the memory of \(title) to \(asked): its maximum is \(maximum) (maxmem_set changes it)"
        case .tooManyDomains(let limit): "cannot create another domain: there are \(limit), the most there can be"
        case .tooManyWaiting(let title, let limit):
            "cannot queue another operation for \(title): \(limit) wait already; try again when they are done"
        case .notSupported(let what): what
        case .passthrough(let pci):
            "pci: Failed to configure device: bus=\(pci.bus) dev=\(pci.device) func=\(pci.function) "
                + "(xend does not pass PCI devices through)"
        case .invalid(let what): what
        case .stopping: "xend is stopping"
        }
    }

    /// Of the device phase: the original reported these without a prefix (reference/http-api.md §6.5).
    public var isAboutDevices: Bool {
        switch self {
        case .invalidBackend, .noSuchDevice, .tooManyDevices, .deviceNumberTaken, .passthrough: true
        default: false
        }
    }

    public var operationError: OperationError {
        let kind: OperationError.Kind =
            switch self {
            case .noSuchDomain, .noSuchDevice: .notFound
            case .invalidBackend, .invalid: .invalid
            case .domainZero, .foreign: .forbidden
            case .notSupported, .passthrough: .notSupported
            case .nameClash, .wrongStage, .notInDoubt, .unconfigured, .alreadyConfigured, .restartTooSoon,
                .tooManyDevices,
                .deviceNumberTaken, .memoryAboveMaximum, .tooManyDomains, .tooManyWaiting, .stopping:
                .refused
            }
        return OperationError(kind, description)
    }
}
