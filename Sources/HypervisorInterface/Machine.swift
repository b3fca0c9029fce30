/// The machine a daemon runs on, handed to it by the program that starts it. Only that program knows which one it is.
public struct Machine: Sendable {
    /// Domains, memory, cpus.
    public var hypervisor: any Hypervisor
    /// xenstored's tree.
    public var store: any XenStore
    /// Of domain 0.
    public var eventChannels: any EventChannels
    /// The guests' terminals.
    public var consoles: any Consoles
    /// "SIMULATION" on every page of a simulated machine.
    public var isSimulated: Bool

    public init(
        hypervisor: any Hypervisor, store: any XenStore, eventChannels: any EventChannels, consoles: any Consoles,
        isSimulated: Bool
    ) {
        self.hypervisor = hypervisor
        self.store = store
        self.eventChannels = eventChannels
        self.consoles = consoles
        self.isSimulated = isSimulated
    }
}
