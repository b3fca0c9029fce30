import HostInterface
import Migration

/// How this xend takes part in migrations.
public struct MigrationSettings: Sendable {
    /// What the hosts of the pool know.
    public var secret: PoolSecret?
    /// A network whose connections prove by themselves that their peer belongs to the pool (TLS); nil: the host's.
    public var network: (any HostNetwork)?
    /// Whether another host can prove that it belongs to the pool. If not, domains move on this machine only.
    public var knowsPool: Bool { secret != nil || network != nil }
    /// The default of `xend-migration-port`.
    public static let usualPort: UInt16 = 8002
    /// The port of other xends, and of this one unless it is taken or chosen freely.
    public var port = usualPort
    /// Where this xend listens for other ones, once it does.
    public var listeningPort: UInt16 = 0
    /// Where clients find this xend.
    public var httpPort: UInt16 = 8000
    /// How long each phase may take before it counts as failed.
    public var connectTimeout = Duration.seconds(10)
    /// Until both ends have proved who they are; whoever is silent longer is cut off.
    public var greetingTimeout = Duration.seconds(10)
    /// Until the destination has looked at its resources and made an empty domain.
    public var prepareTimeout = Duration.seconds(60)
    /// Without a byte of the image.
    public var stallTimeout = Duration.seconds(60)
    /// From the end of the image until the destination runs the domain: its devices are attached meanwhile.
    public var commitTimeout = Duration.seconds(60)
    /// Between two questions about a domain in doubt.
    public var settleInterval = Duration.seconds(5)

    public init() {}
}
