/// The hypercalls that a machine is asked for, as libxc's names without `xc_domain_`, `xc_dom_` or `xc_`: by these errors, faults
/// and the scenario language name them.
public enum HypercallName {
    /// In the order of a domain's life.
    public static let all = [
        "create", "populate_physmap", "setmaxmem", "build", "pause", "unpause", "resume", "destroy", "getinfo",
        "getinfolist", "vcpu_getinfo", "vcpu_setaffinity", "sched_credit2_domain_get", "sched_credit2_domain_set",
        "evtchn_alloc_unbound", "physinfo", "readconsolering", "save", "save_pages", "save_end", "restore",
        "restore_pages", "restore_end",
    ]

    /// The short name of a call: what stands behind `xc_domain_` or `xc_`.
    public static func short(_ call: String) -> String {
        for prefix in ["xc_domain_", "xc_dom_", "xc_", "domain_"] where call.hasPrefix(prefix) {
            return String(call.dropFirst(prefix.count))
        }
        return call
    }
}

/// The requests to xenstored, as faults and the scenario language name them.
public enum XenStoreRequest: String, CaseIterable, Sendable {
    /// Of a value, or of the names below a node.
    case read
    /// Of a value, a directory or permissions.
    case write
    /// Removing a node and all below; beginning or ending a transaction.
    case rm, transaction
    /// The registration of a watch, and each of its events.
    case watch
    /// Telling xenstored of a domain, and that it is gone.
    case introduce, release
}
