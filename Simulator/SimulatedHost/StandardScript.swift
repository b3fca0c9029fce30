/// The hotplug scripts that stand in /etc/xen of every host.
public enum StandardScript: String, CaseIterable, Sendable {
    /// Makes the bridge and moves routes to it (manual D8).
    case network
    /// Connects a vif to its bridge (manual V2).
    case vifBridge = "vif-bridge"
    /// Binds a file to a loop device.
    case blockFile = "block-file"
    /// Binds an image in a format of QEMU's to a network block device.
    case blockQCOW2 = "block-qcow2"
    /// Binds a device of another machine.
    case blockENBD = "block-enbd"

    var program: any HostScript {
        switch self {
        case .network: NetworkScript()
        case .vifBridge: BridgeScript()
        case .blockFile: LoopScript()
        case .blockQCOW2: ImageScript()
        case .blockENBD: NetworkDiskScript()
        }
    }
}
