/// What Xen's own toolstack does, without a word to the daemon: `(xl create web 64 /boot/vmlinuz)`, `(xl destroy web)`.
public enum XLAct: Sendable {
    /// Makes a domain without devices, and lets it run.
    case create(domain: String, mebibytes: Int, kernel: String)
    /// Ends a domain behind xend's back.
    case destroy(domain: String)

    /// As it stands in a scenario.
    package var form: String {
        switch self {
        case .create(let domain, let mebibytes, let kernel): "create \(domain) \(mebibytes) \(kernel)"
        case .destroy(let domain): "destroy \(domain)"
        }
    }
}
