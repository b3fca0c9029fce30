import HostInterface
import NIOCore
import NIOPosix

extension Host {
    /// The real host: its kernel, its files below `root`.
    /// - Parameters:
    ///   - executor: of all its tasks; nil: Swift's own.
    ///   - group: the event loops of its sockets; they are the caller's to shut down.
    ///   - inherited: who listens already.
    public static func linux(
        root: HostRoot = HostRoot(), on executor: LoopExecutor? = nil,
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        inherited: InheritedSockets = .none
    ) -> Host {
        let scripts = LinuxScripts(root: root)
        return Host(
            clock: LinuxClock(on: executor), random: LinuxRandom(), tasks: LinuxTasks(on: executor),
            files: LinuxFiles(root: root),
            scripts: scripts, network: LinuxNetwork(group: group, inherited: inherited),
            node: LinuxNode(root: root, scripts: scripts),
            notifications: LinuxNotifications(group: group), accounts: LinuxAccounts())
    }
}
