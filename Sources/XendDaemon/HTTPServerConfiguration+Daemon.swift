import HTTPInterface
import HostInterface
import HypervisorInterface
import XendServer

extension HTTPServerConfiguration {
    /// What the server has to know of the daemon that it answers for.
    init(_ configuration: XendConfiguration, _ options: DaemonOptions, _ machine: Machine, _ host: Host) {
        let name = host.node.systemName.host
        self.init(
            hostNames: configuration.hostNames.union([name]), isSimulated: machine.isSimulated,
            additionalResources: options.additionalResources)
        nodeName = name
        random = host.random
        usualBridge = configuration.bridge
        watcher = options.watcher
        files = host.files
        metricsRole = configuration.metricsRole
        if let shares = options.descriptors { limits.connections = shares.connections }
    }
}
