import DomainModel

/// A place where the outside world can misbehave, as the daemon passes it.
public struct FaultPoint: Hashable, Sendable, CustomStringConvertible {
    /// The first word of a scenario's fault point.
    public enum Kind: String, CaseIterable, Sendable {
        case hypercall, xenstore, script, backend, frontend, disk, network, listener, step, guest
    }
    public var kind: Kind
    /// `create` (of `xc_domain_create`), `write`, `/etc/xen/block-file`, `vif`, `fsync`, `alpha`, `9601`, …
    public var name: String
    /// The operation of a script, the path of a file or node, the other host.
    public var detail: String

    public init(_ kind: Kind, _ name: String, _ detail: String = "") {
        self.kind = kind
        self.name = name
        self.detail = detail
    }

    /// The names of all hypercalls that there are, in the order of a domain's life.
    public static let hypercalls = [
        "create", "populate_physmap", "setmaxmem", "build", "pause", "unpause", "resume", "destroy", "getinfo",
        "getinfolist",
        "vcpu_getinfo", "vcpu_setaffinity", "sched_credit2_domain_get", "sched_credit2_domain_set",
        "evtchn_alloc_unbound",
        "physinfo", "readconsolering", "save", "save_pages", "save_end", "restore", "restore_pages", "restore_end",
    ]

    /// What a file is called while it is written, behind its own name.
    private static let temporarySuffixes = [".new", ".part"]

    /// The same point under the name that the file has when it is complete; nil when it is written under its own.
    public var ofTarget: FaultPoint? {
        guard kind == .disk, let suffix = Self.temporarySuffixes.first(where: detail.hasSuffix) else { return nil }
        return FaultPoint(kind, name, String(detail.dropLast(suffix.count)))
    }

    public var description: String {
        detail.isEmpty ? "(\(kind.rawValue) \(name))" : "(\(kind.rawValue) \(name) \(detail))"
    }
}

/// Which points a fault is for. Empty name or detail: any. A file's path stands also for the one it is written under
/// before it takes its name.
public struct FaultPattern: Hashable, Sendable, CustomStringConvertible {
    public var kind: FaultPoint.Kind
    public var name: String
    public var detail: String

    public init(_ kind: FaultPoint.Kind, _ name: String = "", _ detail: String = "") {
        self.kind = kind
        self.name = kind == .hypercall ? hypercallName(name) : name
        self.detail = detail
    }

    /// The pattern of exactly one point, as a sweep needs it.
    public init(exactly point: FaultPoint) { self.init(point.kind, point.name, point.detail) }

    func matches(_ point: FaultPoint) -> Bool {
        kind == point.kind && (name.isEmpty || name == point.name)
            && (detail.isEmpty || detail == point.detail || detail == point.ofTarget?.detail)
    }

    public var description: String {
        "(" + [kind.rawValue, name, detail].filter { !$0.isEmpty }.joined(separator: " ") + ")"
    }
}

/// The short name of a hypercall: what stands behind `xc_domain_` or `xc_`.
func hypercallName(_ call: String) -> String {
    for prefix in ["xc_domain_", "xc_dom_", "xc_", "domain_"] where call.hasPrefix(prefix) {
        return String(call.dropFirst(prefix.count))
    }
    return call
}
