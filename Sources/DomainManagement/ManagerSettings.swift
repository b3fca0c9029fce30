import AccessControl
import DomainModel
import DriverDomain
import HostInterface

/// What the composer of the daemon decides about domain management.
public struct ManagerSettings: Sendable {
    /// Of scripts, bridges and their times.
    public var devices = DriverDomainSettings()
    /// Directory of the database (manual D6).
    public var databaseRoot = "/var/xen/xend-db"
    /// File with the mark of the last boot (manual D7).
    public var lastBootPath = "/var/xen/lastboot"
    /// 0 = none (manual L6).
    public var minimumRestartSeconds = 20.0
    /// A console listens on this + the domain's id unless its configuration says otherwise; nil = any free port.
    public var consoleBase: UInt16? = 9600
    /// Where consoles listen; "" = on all interfaces.
    public var consoleAddress = "127.0.0.1"
    /// Domains with a boot loader that would run on this machine, as `pygrub`, get grub within the guest instead.
    public var runsGrub = false
    /// Where cores of domains go.
    public var dumpDirectory = "/var/lib/xen/dump"
    /// So many of those that domains left are kept, the latest; 0: they leave none.
    public var keptCores = 8
    /// All of them together have at most so much.
    public var keptCoreMemory = MemorySize(mebibytes: 16384)
    /// Every domain that crashes leaves one.
    public var dumpsCrashes = false
    /// Who may do what.
    public var access = AccessPolicy()
    /// Takes down who came to a console or the migration port; nil: nobody does.
    public var audit: AuditTrail?
    /// What happened to the domains, for whoever asks later; nil: nobody takes it down.
    public var history: History?
    /// What lets somebody join a console whom its port does not know; nil: there is nothing of the kind.
    public var tickets: TicketStore?
    /// Says who a peer is; nil: one that goes by `access`.
    public var authenticator: Authenticator?
    /// How long Xen may take to let go of a domain before that is reported as held.
    public var goneTimeout = Duration.seconds(10)
    /// Between two tries of what could not be ended or built (reference/domain.md §5: 5 s).
    public var retryInterval = Duration.seconds(5)
    /// A safety net under the signals: how often the machine is examined without one.
    public var examinationInterval = Duration.seconds(60)
    /// How long a start waits for what has to be finished or undone first. What takes longer goes on beside everything else.
    public var startPatience = Duration.seconds(1)
    /// How long operations in progress may take to end when the daemon stops. `stop` waits for 30 s in all (manual,
    /// decision 9).
    public var stopTimeout = Duration.seconds(20)
    /// How long the disk of a save file may leave a read or a write unanswered.
    public var diskTimeout = Duration.seconds(60)
    /// How the files that the process may have open are divided; nil: there are enough.
    public var descriptors: DescriptorShares?
    /// Passed at each step of a plan, for fault injection; nil in production.
    public var checkpoint: (@Sendable (_ name: @Sendable () -> String) async throws -> Void)?

    /// Told of all that the daemon does and why; nil in production.
    public var observer: (@Sendable (Deed) -> Void)?

    public init() {}
}
