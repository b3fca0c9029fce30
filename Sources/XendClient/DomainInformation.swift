// What xend tells about a domain, a console, a device and the node.

import SExpressions

/// `(domain (id …) (name …) …)`. Fields that xend did not send are nil; all it sent is in ``expression``.
public struct DomainInformation: Equatable, Sendable {
    /// The whole answer, for printing and for fields without a property.
    public let expression: SExpression

    public init(_ expression: SExpression) { self.expression = expression }

    public var id: Int? { expression.integer("id") ?? expression.integer("domid") }
    public var name: String? { expression.childText("name") }
    /// Kept across restarts, save and migration.
    public var uuid: String? { expression.childText("uuid") }
    /// Megabytes given to the domain at present.
    public var memory: Int? { expression.integer("memory") }
    /// Megabytes it may have at most.
    public var maximumMemory: Int? { expression.integer("maxmem") }
    /// Six letters `rbpscd`, or five from an older daemon; `-` where a letter does not hold.
    public var state: String? { expression.childText("state") }
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
    public var console: ConsoleInformation? { expression.child("console").map(ConsoleInformation.init) }
    public var devices: [DeviceInformation] {
        expression.child("devices")?.children().map(DeviceInformation.init) ?? []
    }
    /// The configuration it was created from.
    public var configuration: SExpression? { expression.childValue("config") }
}

/// `(console (status …) (id …) …)`.
public struct ConsoleInformation: Equatable, Sendable {
    public let expression: SExpression

    public init(_ expression: SExpression) { self.expression = expression }

    /// `new`, `listening`, `connected` or `closed`.
    public var status: String? { expression.childText("status") }
    public var id: Int? { expression.integer("id") }
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
    public let expression: SExpression

    public init(_ expression: SExpression) { self.expression = expression }

    /// `vif` or `vbd`.
    public var type: String? { expression.name }
    /// The number that addresses the device; never used twice within a domain.
    public var idx: String? { expression.childText("idx") }
}

/// `(node (system Linux) …)`: facts of the physical machine, in the daemon's order.
public struct NodeInformation: Equatable, Sendable {
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

    public subscript(name: String) -> String? { expression.childText(name) }

    public func integer(_ name: String) -> Int? { expression.integer(name) }
}

extension SExpression {
    /// The value of `(name value)` as a number.
    func integer(_ name: String) -> Int? { childText(name).flatMap { Int($0) } }
}
