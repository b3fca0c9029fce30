/// Everything outside the daemon but the hypervisor, handed to it by the program that starts it.
public struct Host: Sendable {
    public var clock: any HostClock
    public var random: any RandomSource
    public var tasks: any TaskSpawner
    public var files: any FileStore
    public var scripts: any ScriptRunner
    public var network: any HostNetwork
    public var node: any NodeControl
    public var notifications: any NotificationSender

    public init(
        clock: any HostClock, random: any RandomSource, tasks: any TaskSpawner, files: any FileStore,
        scripts: any ScriptRunner, network: any HostNetwork, node: any NodeControl,
        notifications: any NotificationSender
    ) {
        self.clock = clock
        self.random = random
        self.tasks = tasks
        self.files = files
        self.scripts = scripts
        self.network = network
        self.node = node
        self.notifications = notifications
    }
}
