import DomainLifecycle
import DomainManagement
import DomainModel
import HypervisorInterface
import SExpressions
import Synchronization

/// A daemon that does nothing but remember what it was asked.
final class FakeService: DaemonService {
    struct State {
        var domains: [DomainInformation] = []
        var defined: [DefinedDomain] = []
        var consoles: [ConsoleInformation] = []
        var tasks: [TaskInformation] = []
        var events: [NumberedEvent] = []
        var missed: UInt64 = 0
        /// No more readers of events are taken.
        var isFull = false
        var history = HistoryAnswer()
        /// Who looks at a console.
        var viewers: [any ConsoleViewer] = []
        var contents = ConsoleContents(bytes: [], writer: nil, viewers: 0, isJoined: true)
        var networks: [String: SExpression] = [:]
        var log = LogContents(bytes: [], modified: 0)
        var measurements: [Measurement] = []
        var measures: MeasureBook?
        var poolHosts: [PoolHost] = []
        /// What every operation fails with.
        var failure: OperationError?
        var results: [String: OperationResult] = [:]
        /// A domain is gone as soon as something has been done to it.
        var losesDomains = false
        /// What would be refused.
        var refusals: [String: String] = [:]
        /// What was asked, in words.
        var asked: [String] = []
        var lists = 0
    }
    private let state: Mutex<State>
    private let feed = EventFeed()

    init(_ state: State = State()) { self.state = Mutex(state) }

    func change(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }
    var asked: [String] { state.withLock { $0.asked } }
    func publish(_ event: NumberedEvent) { feed.yield(event) }
    func endStream() { feed.finish() }

    var now: State { state.withLock { $0 } }
    func note(_ text: String) throws(OperationError) {
        let failure = state.withLock { state in
            state.asked.append(text)
            return state.failure
        }
        if let failure { throw failure }
    }
    private func unknown(_ text: String) -> OperationError { OperationError(.notFound, text) }

    func domains() async -> [DomainInformation] {
        change { $0.lists += 1 }
        return now.domains
    }

    func listedDomains() async -> [ListedDomain] { await domains().compactMap(ListedDomain.init(sample:)) }

    func definedDomains(_ reference: DomainReference?) async -> [DefinedDomain] {
        if reference == nil { change { $0.lists += 1 } }
        return now.defined.filter { domain in
            reference.map { [domain.name, domain.uuid.description].contains($0.text) } ?? true
        }
    }

    /// How often all domains were asked for.
    var lists: Int { now.lists }

    func domainNames() async -> [String] { now.domains.map(\.name) }

    func domain(_ reference: DomainReference) async throws(OperationError) -> DomainInformation {
        let domains = now.domains
        guard
            let domain = domains.first(where: { $0.name == reference.text })
                ?? domains.first(where: { $0.id.description == reference.text })
                ?? domains.first(where: { $0.uuid.description == reference.text })
        else { throw unknown("invalid domain:\(reference)") }
        return domain
    }

    func scheduler(_ reference: DomainReference) async throws(OperationError) -> SchedulerParameters {
        SchedulerParameters(weight: 512, cap: 20)
    }

    func refusals(_ reference: DomainReference) async throws(OperationError) -> [String: String] { now.refusals }

    func vcpus(_ reference: DomainReference) async throws(OperationError) -> [VCPUReport] {
        [VCPUReport(number: 0, cpu: 1, isRunning: true, isBlocked: false, cpuTime: .seconds(2), affinity: .any)]
    }

    func submit(
        _ operation: Operation, for requester: Requester
    ) async throws(OperationError) -> OperationResult {
        switch operation {
        case .create(let config):
            try note("create \(config.name) for \(requester)")
            return now.results["create"] ?? .done
        case .define(let config):
            try note("define \(config.name) for \(requester)")
            return now.results["define"] ?? .done
        case .restore(let path, _):
            try note("restore \(path)")
            return now.results["restore"] ?? .done
        case .domain(let reference, let operation):
            _ = try await domain(reference)
            try note("\(reference): \(operation)")
            change { state in
                if state.losesDomains { state.domains.removeAll { $0.name == reference.text } }
            }
            return now.results[operation.name] ?? .done
        }
    }

    func consoles() async -> [ConsoleInformation] { now.consoles }
    func console(port: UInt16) async throws(OperationError) -> ConsoleInformation {
        guard let console = now.consoles.first(where: { $0.port == port }) else {
            throw unknown("No such console \(port)")
        }
        return console
    }

    func node() async throws(OperationError) -> NodeInformation { .sample }
    func dmesg(clear: Bool) async throws(OperationError) -> [UInt8] {
        try note("dmesg\(clear ? " clear" : "")")
        return Array("(XEN) Xen version 4.17 <test>\n".utf8)
    }
    func openConsole(port: UInt16) async throws(OperationError) -> any ConsoleHub {
        _ = try await console(port: port)
        return FakeConsole(service: self, port: port)
    }
    func log() async throws(OperationError) -> LogContents { now.log }
    func shutDownNode(reboot: Bool, for requester: Requester) async throws(OperationError) {
        try note("node \(reboot ? "reboot" : "shutdown")")
    }
    func stopDomains(within seconds: Int, for requester: Requester) async throws(OperationError) {
        try note("stop domains within \(seconds)")
    }
    func reload(for requester: Requester) async throws(OperationError) -> ReloadReport {
        try note("reload")
        return ReloadReport(changed: ["loglevel"], later: ["xend-port"])
    }
    func setNotificationURL(_ url: String?) async throws(OperationError) { try note("notify \(url ?? "nowhere")") }

    func inject(_ event: SExpression) async throws(OperationError) -> String {
        try note("inject \(event)")
        return event.name ?? ""
    }
    func events(since: UInt64?, matching patterns: [EventPattern]) async -> EventPage {
        let state = now
        let events = state.events.filter { event in
            event.number > since ?? .max && patterns.contains { $0.matches(event.event.name) }
        }
        return EventPage(events: events, newest: state.events.last?.number ?? 0, missed: state.missed)
    }
    func eventReader(since: UInt64?, matching patterns: [EventPattern]) async -> (any EventReading)? {
        change { $0.asked.append("stream since \(since.map(String.init) ?? "now") of \(patterns.map(\.text))") }
        return now.isFull ? nil : StreamReading(feed: feed)
    }

    func history(_ query: HistoryQuery) async -> HistoryAnswer {
        var answer = now.history
        if let domain = query.domain { answer.entries.removeAll { $0.domain != domain } }
        return answer
    }

    func tasks() async -> [TaskInformation] { now.tasks }
    func task(_ id: Int) async throws(OperationError) -> TaskInformation {
        guard let task = now.tasks.first(where: { $0.id == id }) else { throw unknown("No such task \(id)") }
        return task
    }
    func cancelTask(_ id: Int, for requester: Requester) async throws(OperationError) {
        _ = try await task(id)
        try note("cancel \(id)")
    }

    func virtualNetworks() async -> [String] { now.networks.keys.sorted() }
    func virtualNetwork(_ id: String) async throws(OperationError) -> SExpression {
        guard let network = now.networks[id] else { throw unknown("No such vnet \(id)") }
        return network
    }
    func createVirtualNetwork(_ config: SExpression) async throws(OperationError) { try note("vnet \(config)") }
    func deleteVirtualNetwork(_ id: String) async throws(OperationError) {
        _ = try await virtualNetwork(id)
        try note("delete vnet \(id)")
    }

    func measurements() async -> [Measurement] { now.measurements }
    func poolHosts() async -> [PoolHost] { now.poolHosts }
    func measures() async -> MeasureBook? { now.measures }
    func isReady() async -> Bool { now.failure == nil }
}

/// What is published, for those who read it from the beginning.
private final class EventFeed: Sendable {
    private struct State {
        var events: [NumberedEvent] = []
        var isOver = false
        var calls: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())

    func yield(_ event: NumberedEvent) { change { $0.events.append(event) } }
    func finish() { change { $0.isOver = true } }

    private func change(_ body: (inout State) -> Void) {
        let calls = state.withLock { state in
            body(&state)
            defer { state.calls = [] }
            return state.calls
        }
        for call in calls { call() }
    }

    func take(_ position: Int, orCall call: @escaping @Sendable () -> Void) -> TakenEvents {
        state.withLock { state in
            if position < state.events.count { return .events(Array(state.events[position...])) }
            if !state.isOver { state.calls.append(call) }
            return state.isOver ? .over : .nothing
        }
    }
}

private final class StreamReading: EventReading {
    private let feed: EventFeed
    private let position = Mutex(0)

    init(feed: EventFeed) { self.feed = feed }

    func take(orCall call: @escaping @Sendable () -> Void) -> TakenEvents {
        position.withLock { position in
            let taken = feed.take(position, orCall: call)
            if case .events(let events) = taken { position += events.count }
            return taken
        }
    }
}

/// A console that takes down what is typed, and who looks.
private struct FakeConsole: ConsoleHub {
    let service: FakeService
    let port: UInt16

    func join(_ viewer: any ConsoleViewer) async throws(OperationError) {
        try service.note("join console \(port)")
        service.change { $0.viewers.append(viewer) }
    }
    func contents() async -> ConsoleContents { service.now.contents }
    func type(_ bytes: [UInt8], over isOver: Bool) async throws(OperationError) {
        try service.note("type at console \(port)\(isOver ? " over" : ""): \(String(decoding: bytes, as: UTF8.self))")
    }
    func disconnect() async { try? service.note("disconnect \(port)") }
}
