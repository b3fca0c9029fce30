// What xend tells about a domain, a console, a device and the node.

import SExpressions

/// `(domain (id …) (name …) …)`. Fields that xend did not send are nil; all it sent is in ``expression``.
public struct DomainInformation: Equatable, Sendable {
    /// The whole answer, for printing and for fields without a property.
    public let expression: SExpression

    public init(_ expression: SExpression) { self.expression = expression }

    /// The domain id of Xen; `domid` in the listings of later versions.
    public var id: Int? { expression.integer("id") ?? expression.integer("domid") }
    /// Stays through restarts.
    public var name: String? { expression.childText("name") }
    /// Kept across restarts, save and migration.
    public var uuid: String? { expression.childText("uuid") }
    /// Megabytes given to the domain at present.
    public var memory: Int? { expression.integer("memory") }
    /// Megabytes it may have at most.
    public var maximumMemory: Int? { expression.integer("maxmem") }
    /// Six letters `rbpscd`, or five from an older daemon; `-` where a letter does not hold.
    public var state: String? { expression.childText("state") }
    /// `poweroff`, `reboot`, `suspend`, `crash` or `?`; nil while the domain has not shut down.
    public var shutdownReason: String? { expression.childText("shutdown_reason") }
    /// The physical cpu, -1 for any.
    public var cpu: Int? { expression.integer("cpu") }
    /// The number of virtual cpus.
    public var vcpus: Int? { expression.integer("vcpus") }
    /// Seconds of cpu used.
    public var cpuTime: Double? { expression.childText("cpu_time").flatMap(Double.init) }
    /// Seconds since the domain was started.
    public var upTime: Double? { expression.childText("up_time").flatMap(Double.init) }
    /// `pending` or `booting` while a restart is due.
    public var restartState: String? { expression.childText("restart_state") }
    /// nil for a domain without one, such as domain 0.
    public var console: ConsoleInformation? { expression.child("console").map(ConsoleInformation.init) }
    /// In the order of the answer: all vifs, then all vbds.
    public var devices: [DeviceInformation] {
        expression.child("devices")?.children().map(DeviceInformation.init) ?? []
    }
    /// The configuration it was created from.
    public var configuration: SExpression? { expression.childValue("config") }
}

/// `(console (status …) (id …) …)`.
public struct ConsoleInformation: Equatable, Sendable {
    /// The element as xend sent it, for fields without a property of their own.
    public let expression: SExpression

    public init(_ expression: SExpression) { self.expression = expression }

    /// `new`, `listening`, `connected` or `closed`.
    public var status: String? { expression.childText("status") }
    /// The console's channel: another one in each life of the domain. Not what URLs name; that is ``port``.
    public var id: Int? { expression.integer("id") }
    /// The id of the domain that it belongs to.
    public var domain: Int? { expression.integer("domain") }
    /// The TCP port, which is also what addresses the console in a URL.
    public var port: Int? { expression.integer("console_port") }
    /// Host and port of the client that is attached.
    public var peer: (host: String, port: String)? {
        guard let peer = expression.child("connected")?.children(), peer.count > 1,
            let host = peer[0].atom, let port = peer[1].atom
        else { return nil }
        return (host, port)
    }
}

/// `(vif (idx 0) …)`, `(vbd (idx 0) …)`.
public struct DeviceInformation: Equatable, Sendable {
    /// The element as xend sent it.
    public let expression: SExpression

    public init(_ expression: SExpression) { self.expression = expression }

    /// `vif` or `vbd`.
    public var type: String? { expression.name }
    /// The number that addresses the device; never used twice within a domain.
    public var idx: String? { expression.childText("idx") }
}

/// `(node (system Linux) …)`: facts of the physical machine, in the daemon's order.
public struct NodeInformation: Equatable, Sendable {
    /// The element as xend sent it.
    public let expression: SExpression

    public init(_ expression: SExpression) { self.expression = expression }

    /// Every fact with its value as text.
    public var fields: [(name: String, value: String)] {
        expression.children().compactMap { field in
            field.name.map { ($0, field.child(at: 0).map { $0.atom ?? $0.description } ?? "") }
        }
    }

    /// Megabytes of memory that the machine has.
    public var totalMemory: Int { integer("total_memory") ?? integer("memory") ?? 0 }

    /// The text of a field; nil when there is none of this name.
    public subscript(name: String) -> String? { expression.childText(name) }

    /// The number in a field; nil when there is none of this name, or it holds no whole number.
    public func integer(_ name: String) -> Int? { expression.integer(name) }
}

extension SExpression {
    /// The value of `(name value)` as a number.
    func integer(_ name: String) -> Int? { childText(name).flatMap { Int($0) } }
}
