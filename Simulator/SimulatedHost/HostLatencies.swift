/// How long things of a simulated host take. Zero = at once.
public struct HostLatencies: Hashable, Sendable {
    /// fsync of a file or directory; measured at 0.7 to 0.95 ms.
    public var sync: Duration = .microseconds(800)
    /// A hotplug script.
    public var script: Duration = .milliseconds(20)
    /// One way between two hosts, and within a host.
    public var network: Duration = .microseconds(200)
    /// Between two ends on the same host.
    public var loopback: Duration = .microseconds(20)
    /// An HTTP receiver's answer.
    public var receiver: Duration = .milliseconds(5)
    /// From switching on to a running domain 0.
    public var boot: Duration = .seconds(30)

    public init() {}

    /// A host that takes no time.
    public static var none: HostLatencies {
        var latencies = HostLatencies()
        for part in [\HostLatencies.sync, \.script, \.network, \.loopback, \.receiver, \.boot] {
            latencies[keyPath: part] = .zero
        }
        return latencies
    }
}
