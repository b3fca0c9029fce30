/// What xend-config.sxp says about devices (manual D3, D4).
public struct DriverDomainSettings: Hashable, Sendable {
    /// Where scripts are looked for whose names have no slash in front (manual D4).
    public var scriptDirectory = "/etc/xen"
    /// For vifs that name none: `vif-bridge` in xend-config.sxp.
    public var bridge = "xen-br0"
    /// For vifs that name none: `vif-script` in xend-config.sxp.
    public var vifScript = "vif-bridge"
    /// Whether a vif with addresses may send from these only (manual V2).
    public var isAntispoofOn = true
    /// Scripts by the TYPE of a vbd's uname, where it is not `block-TYPE` (`block-TYPE` in xend-config.sxp).
    public var blockScripts: [String: String] = [:]
    /// How long a back-end may take to get ready or to let go (reference/domain.md §1: 10 s).
    public var backendTimeout = Duration.seconds(10)
    /// Longer than that no script may run: it is ended, and counts as failed.
    public var scriptTimeout = Duration.seconds(30)

    public init() {}

    private static let ownScripts = ["vif-bridge", "vif-route", "vif-nat", "vif-openvswitch"]

    /// Looked up in the script directory unless it begins with `/`.
    /// - Parameter line: with or without words of its own (`ScriptLine`).
    public func path(ofScript line: String) -> String {
        var name = ScriptLine(line).name
        // Configurations of Xen 3 and later name the scripts of Xen's own tools, which call them otherwise: ours do the same.
        if let own = Self.ownScripts.first(where: { name == "/etc/xen/scripts/\($0)" }) { name = own }
        return name.hasPrefix("/") ? name : "\(scriptDirectory)/\(name)"
    }
}
