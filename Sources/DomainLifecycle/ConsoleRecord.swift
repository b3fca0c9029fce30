import SExpressions

/// A domain's console: its TCP port stays through restarts, its channel does not.
public struct ConsoleRecord: Hashable, Sendable {
    /// On which it listens.
    public var port: UInt16
    /// What the wire calls the console's id: counts up with every life.
    public var channel: Int
    /// The guest's event channel; nil while detached.
    public var eventPort: UInt32?

    public init(port: UInt16, channel: Int, eventPort: UInt32? = nil) {
        self.port = port
        self.channel = channel
        self.eventPort = eventPort
    }
}

extension ConsoleRecord {
    /// - Returns: nil when it names no port.
    init?(_ expression: SExpression) {
        guard let port = expression.childText("console_port").flatMap(UInt16.init) else { return nil }
        self.init(
            port: port, channel: expression.childText("id").flatMap(Int.init) ?? 0,
            eventPort: expression.childText("remote_port").flatMap(UInt32.init).flatMap { $0 == 0 ? nil : $0 })
    }
}
