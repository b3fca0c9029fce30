import DomainModel
import SExpressions

/// A console as the wire shows it (reference/domain.md §4).
public struct ConsoleInformation: Hashable, Sendable {
    /// In the words of 2004 (reference/domain.md §4).
    public enum Status: String, Hashable, Sendable { case new, listening, connected, closed }
    /// Whether somebody is connected.
    public var status: Status
    /// Number of the console's channel: another after each restart.
    public var channel: Int
    /// Whose console it is.
    public var domain: DomainID
    /// Event channel; nil while detached.
    public var eventPort: UInt32?
    /// The TCP port; what addresses the console in a URL.
    public var port: UInt16
    /// The client that may write.
    public var client: (host: String, port: UInt16)? {
        get { clientHost.map { ($0, clientPort) } }
        set { (clientHost, clientPort) = (newValue?.host, newValue?.port ?? 0) }
    }
    private var clientHost: String?
    private var clientPort: UInt16 = 0

    public init(status: Status, channel: Int, domain: DomainID, eventPort: UInt32?, port: UInt16) {
        self.status = status
        self.channel = channel
        self.domain = domain
        self.eventPort = eventPort
        self.port = port
    }
}

extension ConsoleInformation: SExpressible {
    /// `(console (status S) (id I) (domain D) (local_port L) (remote_port R) (console_port P) [(connected HOST PORT)])`
    public func describe(to sink: inout some SExpressionSink) {
        sink.open("console")
        sink.element("status", status.rawValue)
        sink.element("id", channel)
        sink.element("domain", Int(domain.rawValue))
        sink.element("local_port", Int(eventPort ?? 0))
        sink.element("remote_port", Int(eventPort ?? 0))
        sink.element("console_port", Int(port))
        if let client {
            sink.open("connected")
            sink.add(client.host)
            sink.add(Int(client.port))
            sink.close()
        }
        sink.close()
    }
}
