/// The hotplug scripts that stand in /etc/xen of every host.
public enum StandardScript: String, CaseIterable, Sendable {
    case network
    case vifBridge = "vif-bridge"
    case blockFile = "block-file"
    case blockENBD = "block-enbd"

    var program: any HostScript {
        switch self {
        case .network: NetworkScript()
        case .vifBridge: BridgeScript()
        case .blockFile: LoopScript()
        case .blockENBD: NetworkDiskScript()
        }
    }
}
