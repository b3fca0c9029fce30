import DomainLifecycle
import DomainModel
import HypervisorInterface
import SExpressions

/// What the daemon can be asked, however the question came: the seam between the wire (`XendServer`) and the work.
///
/// Questions never wait for operations. Everything that changes something returns when it is done and recorded.
public protocol DaemonService: Sendable {
    // MARK: Domains

    /// Every domain, by id.
    func domains() async -> [DomainInformation]
    /// The same with nothing worked out, for whoever has texts of them from before.
    func listedDomains() async -> [ListedDomain]
    /// Those that are defined and do not run, by name; of one that is named, itself alone.
    func definedDomains(_ reference: DomainReference?) async -> [DefinedDomain]
    /// The names of all domains, by id.
    func domainNames() async -> [String]
    /// One domain, by name, then id, then uuid.
    /// - Throws: `notFound`, `invalid domain:X`.
    func domain(_ reference: DomainReference) async throws(OperationError) -> DomainInformation
    /// The virtual cpus of a domain.
    func vcpus(_ reference: DomainReference) async throws(OperationError) -> [VCPUReport]
    /// Why operations on a domain would be refused now, or would change nothing, by their names; what is not named would be begun.
    /// - Throws: `notFound`.
    func refusals(_ reference: DomainReference) async throws(OperationError) -> [String: String]
    /// Weight and cap of a domain.
    func scheduler(_ reference: DomainReference) async throws(OperationError) -> SchedulerParameters
    /// Does what is asked for, and returns when it is done and recorded.
    /// - Throws: why it would not be done, or could not.
    func submit(_ operation: Operation, for requester: Requester) async throws(OperationError) -> OperationResult

    // MARK: Consoles

    /// Every console, by port, in use or not.
    func consoles() async -> [ConsoleInformation]
    /// One console.
    /// - Parameter port: the TCP port that its clients connect to.
    /// - Throws: `notFound` when no domain's console listens there.
    func console(port: UInt16) async throws(OperationError) -> ConsoleInformation

    /// One console, to look at and to type.
    /// - Throws: `notFound` when no domain's console listens there.
    func openConsole(port: UInt16) async throws(OperationError) -> any ConsoleHub

    // MARK: The node

    /// The physical machine, as Xen tells of it now.
    /// - Throws: `failed` when Xen does not answer.
    func node() async throws(OperationError) -> NodeInformation
    /// Xen's message ring.
    func dmesg(clear: Bool) async throws(OperationError) -> [UInt8]
    /// xend's log, the current file.
    func log() async throws(OperationError) -> LogContents
    /// Asks the machine itself to go down: its own `shutdown` ends the domains and xend on the way.
    /// - Throws: `failed` with what the command said.
    func shutDownNode(reboot: Bool, for requester: Requester) async throws(OperationError)
    /// Ends the defined domains as each of them says, before the machine goes down.
    /// - Throws: `failed` with those that are still there after so many seconds.
    func stopDomains(within seconds: Int, for requester: Requester) async throws(OperationError)
    /// Reads the configuration again, and the certificates and tokens that there are.
    /// - Throws: `invalid` with the mistake in it: then all is as it was.
    func reload(for requester: Requester) async throws(OperationError) -> ReloadReport
    /// Where every event is posted from now on; nil or "" = nowhere.
    func setNotificationURL(_ url: String?) async throws(OperationError)

    // MARK: Events

    /// Publishes an event; returns its name.
    func inject(_ event: SExpression) async throws(OperationError) -> String
    /// The events after number `since` that match, at once. nil = only the newest number.
    func events(since: UInt64?, matching patterns: [EventPattern]) async -> EventPage
    /// Every matching event after number `since` (nil = from now on), as it happens. Ends when the reader is too slow or stops.
    /// nil: there are too many readers.
    func eventReader(since: UInt64?, matching patterns: [EventPattern]) async -> (any EventReading)?

    /// What happened to the domains, and why.
    func history(_ query: HistoryQuery) async -> HistoryAnswer

    // MARK: Tasks

    /// The tasks in progress and those that have ended lately, oldest first.
    func tasks() async -> [TaskInformation]
    /// One task by its number.
    /// - Throws: `notFound` when there was none, or it is no longer remembered.
    func task(_ id: Int) async throws(OperationError) -> TaskInformation
    /// Has a task undone, as far as it can still be; returns when the task has been told, not when it is undone.
    /// - Throws: `notFound`, or `refused` for what is past cancelling.
    func cancelTask(_ id: Int, for requester: Requester) async throws(OperationError)

    // MARK: Virtual networks (reference/http-api.md §6.8)

    /// The ids of the virtual networks.
    func virtualNetworks() async -> [String]
    /// One virtual network, as it was described.
    /// - Throws: `notFound`.
    func virtualNetwork(_ id: String) async throws(OperationError) -> SExpression
    /// Makes a virtual network.
    /// - Throws: that there are none.
    func createVirtualNetwork(_ config: SExpression) async throws(OperationError)
    /// Ends a virtual network.
    /// - Throws: `notFound`.
    func deleteVirtualNetwork(_ id: String) async throws(OperationError)

    // MARK: Watching the daemon itself

    /// Counters and gauges for `/metrics`.
    func measurements() async -> [Measurement]
    /// The other hosts of the pool, by name, and how they were when they were asked last.
    func poolHosts() async -> [PoolHost]
    /// What the domains did in the last hour and day; nil: nobody measures.
    func measures() async -> MeasureBook?
    /// Whether the daemon has finished starting and is not stopping: `/readyz`.
    func isReady() async -> Bool
}

extension DaemonService {
    /// All that is known of each.
    public func domains() async -> [DomainInformation] { await listedDomains().map(\.information) }
}

/// Some events and where to go on.
public struct EventPage: Hashable, Sendable {
    /// Those that match, oldest first.
    public var events: [NumberedEvent]
    /// Number of the newest event of all, matching or not.
    public var newest: UInt64
    /// Events after `since` that are no longer kept.
    public var missed: UInt64

    public init(events: [NumberedEvent], newest: UInt64, missed: UInt64) {
        self.events = events
        self.newest = newest
        self.missed = missed
    }
}

/// A log file's contents, for an answer with Last-Modified and ranges.
public struct LogContents: Hashable, Sendable {
    /// The file as it is.
    public var bytes: [UInt8]
    /// Seconds since 1970.
    public var modified: Double

    public init(bytes: [UInt8], modified: Double) {
        self.bytes = bytes
        self.modified = modified
    }
}

/// One sample of a metric.
public struct Measurement: Hashable, Sendable {
    /// What Prometheus calls the metric's type.
    public enum Kind: String, Hashable, Sendable { case counter, gauge, histogram }
    /// Name as Prometheus wants it: `xend_domains`, `xend_operations_total`.
    public var name: String
    /// What it counts, in one line.
    public var help: String
    /// How its values are to be read.
    public var kind: Kind
    /// Sorted by name.
    public var labels: [(name: String, value: String)] {
        get { zip(labelNames, labelValues).map { ($0, $1) } }
        set { (labelNames, labelValues) = (newValue.map(\.name), newValue.map(\.value)) }
    }
    /// In the unit that the name ends with.
    public var value: Double
    private var labelNames: [String] = []
    private var labelValues: [String] = []

    public init(
        _ name: String, help: String, kind: Kind, labels: [(name: String, value: String)] = [], value: Double
    ) {
        self.name = name
        self.help = help
        self.kind = kind
        self.value = value
        self.labels = labels
    }
}

/// The physical machine: uname, cpus, memory, Xen (reference/domain.md §7).
public struct NodeInformation: Hashable, Sendable {
    /// `sysname` of uname: `Linux`.
    public var system: String
    /// `nodename` of uname: the machine's name.
    public var host: String
    /// `release` of uname: domain 0's kernel.
    public var release: String
    /// `version` of uname: how that kernel was built.
    public var version: String
    /// `machine` of uname: `x86_64`.
    public var machine: String
    /// What Xen says.
    public var report: NodeReport
    /// Whether there is no such machine: `xend-sim` has made it up.
    public var isSimulated: Bool
    /// What was lost or mended of xend's database when it started, in sentences; of most nodes none.
    public var notices: [String]

    public init(
        system: String, host: String, release: String, version: String, machine: String, report: NodeReport,
        isSimulated: Bool, notices: [String] = []
    ) {
        self.system = system
        self.host = host
        self.release = release
        self.version = version
        self.machine = machine
        self.report = report
        self.isSimulated = isSimulated
        self.notices = notices
    }

    /// `(node (system Linux) (host H) …)`: the ten fields of 2.0 in their order, then those that later clients look for, then a
    /// `(notice TEXT)` for each thing to be told.
    public var expression: SExpression {
        let cores = report.cpus / max(1, report.threadsPerCore)
        var fields: [SExpression] = [
            .element("system", system), .element("host", host), .element("release", release),
            .element("version", version), .element("machine", machine), .element("cores", cores),
            .element("hyperthreads_per_core", report.threadsPerCore),
            .element("cpu_mhz", report.cpuKilohertz / 1000),
            .element("memory", report.totalMemory.mebibytes),
            .element("free_memory", report.freeMemory.mebibytes),
            .element("nr_cpus", report.cpus), .element("nr_nodes", report.nodes),
            .element("cores_per_socket", report.coresPerSocket),
            .element("threads_per_core", report.threadsPerCore),
            .element("total_memory", report.totalMemory.mebibytes),
            .element("xen_major", report.major), .element("xen_minor", report.minor),
            .element("xen_extra", report.extra), .element("xen_caps", report.capabilities),
            .element("xen_scheduler", report.schedulerOfXen3), .element("scheduler", report.scheduler),
            .element("xen_pagesize", MemorySize.pageSize),
            .element("xen_changeset", report.compile.changeset),
            .element("xen_commandline", report.compile.commandLine),
            .element("cc_compiler", report.compile.compiler), .element("cc_compile_by", report.compile.by),
            .element("cc_compile_domain", report.compile.domain), .element("cc_compile_date", report.compile.date),
            // What Xen 3.1 and later say: defined domains, settings of the scheduler and cpumaps are asked for over HTTP.
            .element("xend_config_format", 4),
        ]
        // Of a machine with several nodes it is not known which cpus are on which.
        if report.nodes == 1, report.cpus > 0 {
            fields.append(.element("node_to_cpu", "node0:" + (report.cpus == 1 ? "0" : "0-\(report.cpus - 1)")))
        }
        fields += notices.map { .element("notice", $0) }
        return .element("node", fields)
    }
}
