import DomainModel

/// Why an operation was refused: nothing has changed.
public enum Refusal: Error, Hashable, Sendable {
    /// Neither name, id nor uuid.
    case noSuchDomain(DomainReference)
    /// Another domain has the name, or is about to have it.
    case nameClash(DomainName)
    /// What should serve a device is no driver domain, or the domain itself.
    case invalidBackend(DomainReference)
    /// xend runs there.
    case domainZero(operation: String)
    /// Another toolstack's, in whose way it would get.
    case foreign(operation: String, title: String)
    /// Not now, in this part of its life.
    case wrongStage(operation: String, title: String, Stage)
    /// There is nothing to resolve.
    case notInDoubt(title: String, Stage)
    /// xend does not know what it is made of.
    case unconfigured(operation: String, title: String)
    /// `configure` is for a domain without a configuration.
    case alreadyConfigured(DomainID)
    /// A reboot within the minimum restart time (manual L6).
    case restartTooSoon(title: String, remainingSeconds: Int, minimumSeconds: Int)
    /// Its configuration has another generation than the client has seen.
    case stale(title: String, generation: UInt64)
    /// It is for domains that are kept.
    case notDefined(operation: String, title: String)
    /// Its memory would be lost.
    case suspended(operation: String, title: String)
    /// The domain has none of this type and number.
    case noSuchDevice(String, title: String)
    /// More than a configuration may have.
    case tooManyDevices(title: String, limit: Int)
    /// Another vbd of the domain has the name in the guest.
    case deviceNumberTaken(String, title: String)
    /// A target cannot be above the maximum.
    case memoryAboveMaximum(title: String, asked: MemorySize, maximum: MemorySize)
    /// More than the table takes.
    case tooManyDomains(limit: Int)
    /// Each needs a few of the files that xend may have open.
    case tooFewDescriptors(Int, domains: Int)
    /// More operations wait for this domain's turn than may.
    case tooManyWaiting(title: String, limit: Int)
    /// xend does not do that; in words.
    case notSupported(String)
    /// xend does not pass PCI devices through.
    case passthrough(PCIConfig)
    /// What was asked makes no sense; in words.
    case invalid(String)
    /// Nothing new is begun.
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
        case .wrongStage(let operation, let title, let stage): "cannot \(operation) \(title): it \(stage.told)"
        case .notInDoubt(let title, let stage):
            "cannot resolve \(title): it \(stage), and nobody doubts whose it is"
        case .unconfigured(let operation, let title): "cannot \(operation) \(title): it has no configuration"
        case .stale(let title, let generation):
            "\(title) has changed since it was looked at: its generation is \(generation) now"
        case .notDefined(let operation, let title): "cannot \(operation) \(title): it is not defined (define keeps it)"
        case .suspended(let operation, let title):
            "cannot \(operation) \(title): it is suspended, and its memory would be lost (start lets it go on; undefine with memory=drop drops it)"
        case .alreadyConfigured(let id): "Domain already configured: \(id)"
        case .restartTooSoon(let title, let remaining, let minimum):
            "cannot reboot \(title): it was restarted less than \(minimum) seconds ago; try again in \(remaining) s"
        case .noSuchDevice(let device, let title): "no such device: \(title) has no \(device)"
        case .tooManyDevices(let title, let limit):
            "too many devices: \(title) has \(limit) already, the most it can have"
        case .deviceNumberTaken(let device, let title): "vbd: Device in use: \(title) has a \(device) already"
        case .memoryAboveMaximum(let title, let asked, let maximum):
            "cannot set the memory of \(title) to \(asked): its maximum is \(maximum) (maxmem_set changes it)"
        case .tooManyDomains(let limit): "cannot create another domain: there are \(limit), the most there can be"
        case .tooFewDescriptors(let limit, let domains):
            "cannot create another domain: xend may have \(limit) files open, which is enough for \(domains) domains beside "
                + "requests, journal and scripts; a higher limit (ulimit -n, LimitNOFILE) takes more"
        case .tooManyWaiting(let title, let limit):
            "cannot queue another operation for \(title): \(limit) wait already; try again when they are done"
        case .passthrough(let pci):
            "pci: Failed to configure device: bus=\(pci.bus) dev=\(pci.device) func=\(pci.function) "
                + "(xend does not pass PCI devices through)"
        case .notSupported(let what), .invalid(let what): what
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

    /// The same, as an operation's error.
    public var operationError: OperationError {
        let kind: OperationError.Kind =
            switch self {
            case .noSuchDomain, .noSuchDevice: .notFound
            case .invalidBackend, .invalid: .invalid
            case .stale: .stale
            case .domainZero, .foreign: .forbidden
            case .notSupported, .passthrough: .notSupported
            case .nameClash, .wrongStage, .notInDoubt, .notDefined, .suspended, .unconfigured, .alreadyConfigured,
                .restartTooSoon,
                .tooManyDevices,
                .deviceNumberTaken, .memoryAboveMaximum, .tooManyDomains, .tooFewDescriptors, .tooManyWaiting,
                .stopping:
                .refused
            }
        return OperationError(kind, description)
    }
}

extension Stage {
    /// In words, with what somebody can do about it who was refused because of it.
    fileprivate var told: String {
        self == .defined ? "\(self) (start runs it; define gives it another configuration)" : "\(self)"
    }
}
