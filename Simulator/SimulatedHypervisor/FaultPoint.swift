import DomainModel
import HypervisorInterface

/// A place where the outside world can misbehave, as the daemon passes it.
public struct FaultPoint: Hashable, Sendable, CustomStringConvertible {
    /// The first word of a scenario's fault point.
    public enum Kind: String, CaseIterable, Sendable {
        /// Which interface or device is passed; `guest` is a request that reaches a guest, `step` one of a plan.
        case hypercall, xenstore, script, backend, frontend, disk, network, listener, step, guest
    }
    /// Which interface or device is passed.
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

    /// An event of a watch. Faults are put on `watch`, the registration of watches and all that they tell.
    static let watchEvent = "watch-event"

    /// Whether it is something that the daemon is told, not something that it asks for: it can be late or lost, and not fail.
    public var isTold: Bool { kind == .xenstore && name == Self.watchEvent }

    /// What a file is called while it is written, behind its own name.
    private static let temporarySuffixes = [".new", ".part"]

    /// The same point under the name that a file has when it is complete, and a watch's event as one of the watch; nil where that is
    /// its own.
    public var ofTarget: FaultPoint? {
        if isTold { return FaultPoint(kind, XenStoreRequest.watch.rawValue, detail) }
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
    /// Points of this kind only.
    public var kind: FaultPoint.Kind
    /// As of the point; "" = any.
    public var name: String
    /// As of the point, such as a path or an id; "" = any.
    public var detail: String

    /// - Parameters:
    ///   - kind: of the points.
    ///   - name: "" = any.
    ///   - detail: "" = any.
    public init(_ kind: FaultPoint.Kind, _ name: String = "", _ detail: String = "") {
        self.kind = kind
        self.name = kind == .hypercall ? HypercallName.short(name) : name
        self.detail = detail
    }

    /// The pattern of exactly one point, as a sweep needs it.
    public init(exactly point: FaultPoint) {
        self.init(point.kind, point.isTold ? XenStoreRequest.watch.rawValue : point.name, point.detail)
    }

    func matches(_ point: FaultPoint) -> Bool {
        kind == point.kind && (name.isEmpty || name == point.name || name == point.ofTarget?.name)
            && (detail.isEmpty || detail == point.detail || detail == point.ofTarget?.detail)
    }

    public var description: String {
        "(" + [kind.rawValue, name, detail].filter { !$0.isEmpty }.joined(separator: " ") + ")"
    }
}
