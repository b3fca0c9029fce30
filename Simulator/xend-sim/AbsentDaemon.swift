import DomainLifecycle
import DomainManagement
import DomainModel
import HypervisorInterface
import SExpressions

/// Stands where a daemon would be while none runs on a simulated host, so that `/simulator` can start one. It is never asked:
/// the HTTP server refuses everything else by itself.
struct AbsentDaemon: DaemonService {
    static let reason = "connection refused: xend is not running on this host (POST (daemon start) to /simulator)"
    private static let error = OperationError(.failed, reason)

    func listedDomains() async -> [ListedDomain] { [] }
    func definedDomains(_ reference: DomainReference?) async -> [DefinedDomain] { [] }
    func domainNames() async -> [String] { [] }
    func domain(_ reference: DomainReference) async throws(OperationError) -> DomainInformation { throw Self.error }
    func history(_ query: HistoryQuery) async -> HistoryAnswer { HistoryAnswer() }
    func refusals(_ reference: DomainReference) async throws(OperationError) -> [String: String] { throw Self.error }
    func scheduler(_ reference: DomainReference) async throws(OperationError) -> SchedulerParameters {
        throw Self.error
    }
    func vcpus(_ reference: DomainReference) async throws(OperationError) -> [VCPUReport] { throw Self.error }
    func submit(_ operation: Operation, for requester: Requester) async throws(OperationError) -> OperationResult {
        throw Self.error
    }
    func consoles() async -> [ConsoleInformation] { [] }
    func console(port: UInt16) async throws(OperationError) -> ConsoleInformation { throw Self.error }
    func openConsole(port: UInt16) async throws(OperationError) -> any ConsoleHub { throw Self.error }
    func node() async throws(OperationError) -> NodeInformation { throw Self.error }
    func dmesg(clear: Bool) async throws(OperationError) -> [UInt8] { throw Self.error }
    func log() async throws(OperationError) -> LogContents { throw Self.error }
    func shutDownNode(reboot: Bool, for requester: Requester) async throws(OperationError) { throw Self.error }
    func stopDomains(within seconds: Int, for requester: Requester) async throws(OperationError) { throw Self.error }
    func reload(for requester: Requester) async throws(OperationError) -> ReloadReport { throw Self.error }
    func setNotificationURL(_ url: String?) async throws(OperationError) { throw Self.error }
    func inject(_ event: SExpression) async throws(OperationError) -> String { throw Self.error }
    func events(since: UInt64?, matching patterns: [EventPattern]) async -> EventPage {
        EventPage(events: [], newest: 0, missed: 0)
    }
    func eventReader(since: UInt64?, matching patterns: [EventPattern]) async -> (any EventReading)? {
        nil
    }
    func tasks() async -> [TaskInformation] { [] }
    func task(_ id: Int) async throws(OperationError) -> TaskInformation { throw Self.error }
    func cancelTask(_ id: Int, for requester: Requester) async throws(OperationError) { throw Self.error }
    func virtualNetworks() async -> [String] { [] }
    func virtualNetwork(_ id: String) async throws(OperationError) -> SExpression { throw Self.error }
    func createVirtualNetwork(_ config: SExpression) async throws(OperationError) { throw Self.error }
    func deleteVirtualNetwork(_ id: String) async throws(OperationError) { throw Self.error }
    func measurements() async -> [Measurement] { [] }
    func poolHosts() async -> [PoolHost] { [] }
    func measures() async -> MeasureBook? { nil }
    func isReady() async -> Bool { false }
}
