/// Everything outside the daemon but the hypervisor, handed to it by the program that starts it.
public struct Host: Sendable {
    /// Time: virtual in simulations.
    public var clock: any HostClock
    /// Chance: by seed in simulations.
    public var random: any RandomSource
    /// Whatever goes on by itself is begun through this, so that a simulation has all of it in hand.
    public var tasks: any TaskSpawner
    /// The file system of domain 0.
    public var files: any FileStore
    /// Hotplug scripts and the network script.
    public var scripts: any ScriptRunner
    /// TCP: consoles, debug port, migration.
    public var network: any HostNetwork
    /// The machine as Linux knows it: boots, mounts, power.
    public var node: any NodeControl
    /// Posts events to the notify url.
    public var notifications: any NotificationSender
    /// Who the users of this machine are.
    public var accounts: any AccountDirectory

    public init(
        clock: any HostClock, random: any RandomSource, tasks: any TaskSpawner, files: any FileStore,
        scripts: any ScriptRunner, network: any HostNetwork, node: any NodeControl,
        notifications: any NotificationSender, accounts: any AccountDirectory
    ) {
        self.clock = clock
        self.random = random
        self.tasks = tasks
        self.files = files
        self.scripts = scripts
        self.network = network
        self.node = node
        self.notifications = notifications
        self.accounts = accounts
    }
}
