import DomainLifecycle
import DomainModel
import HostInterface
import SExpressions

/// The transfers that are running, and the last that have ended.
struct TaskRegistry: Sendable {
    /// Ended tasks that are remembered, here and in the journal: some days of a busy machine.
    static let keptTasks = 100

    private(set) var ended: [TaskInformation] = []
    private(set) var running: [Int: TransferTask] = [:]
    private var newest = 0

    var all: [TaskInformation] {
        (ended + running.values.map(\.information)).sorted { $0.id < $1.id }
    }

    func information(_ id: Int) -> TaskInformation? {
        running[id]?.information ?? ended.first { $0.id == id }
    }

    mutating func begin(
        _ operation: String, domain: String, id: DomainID?, requester: Requester, phase: String, at time: Double,
        clock: any HostClock
    ) -> TransferTask {
        newest += 1
        let task = TransferTask(
            TaskInformation(
                id: newest, operation: operation, domain: domain, domainID: id, requester: requester.description,
                phase: phase, started: time), clock: clock)
        running[newest] = task
        return task
    }

    mutating func finish(_ task: TransferTask) {
        running[task.id] = nil
        keep(task.information)
    }

    /// A task that the journal knows. One that was running has been interrupted.
    mutating func takeUp(_ information: TaskInformation) {
        var information = information
        if information.outcome == .running {
            information.outcome = .interrupted
            information.isCancellable = false
        }
        newest = max(newest, information.id)
        keep(information)
    }

    private mutating func keep(_ information: TaskInformation) {
        ended.removeAll { $0.id == information.id }
        ended.append(information)
        if ended.count > Self.keptTasks { ended.removeFirst(ended.count - Self.keptTasks) }
    }
}

extension TaskInformation {
    /// As the journal has it: `(task (id N) (operation O) (domain NAME) … (state S))`.
    var entry: SExpression {
        var fields: [SExpression] = [
            .element("id", id), .element("operation", operation), .element("domain", domain),
            .element("requester", requester), .element("phase", phase), .element("percent", percent),
            .element("started", started),
        ]
        if let domainID { fields.append(.element("domid", domainID)) }
        if let ended { fields.append(.element("ended", ended)) }
        if let predictedDowntime { fields.append(.element("predicted", predictedDowntime.nanoseconds)) }
        if let finalDowntime { fields.append(.element("downtime", finalDowntime.nanoseconds)) }
        if rate > 0 { fields.append(.element("rate", rate)) }
        for round in rounds {
            fields.append(.element("round", .element("sent", round.pagesSent), .element("dirty", round.pagesDirty)))
        }
        switch outcome {
        case .running: break
        case .done: fields.append(["done"])
        case .cancelled: fields.append(["cancelled"])
        case .failed(let why): fields.append(.element("failed", why))
        case .interrupted: fields.append(["interrupted"])
        }
        return .element("task", fields)
    }

    init?(entry: SExpression) {
        guard entry.isElement("task"), let id = entry.childText("id").flatMap(Int.init),
            let operation = entry.childText("operation"), let domain = entry.childText("domain"),
            let started = entry.childText("started").flatMap(Double.init)
        else { return nil }
        self.init(
            id: id, operation: operation, domain: domain,
            domainID: entry.childText("domid").flatMap { DomainID(text: $0) },
            requester: entry.childText("requester") ?? "", phase: entry.childText("phase") ?? "", started: started)
        percent = entry.childText("percent").flatMap(Int.init) ?? 0
        ended = entry.childText("ended").flatMap(Double.init)
        predictedDowntime = entry.childText("predicted").flatMap(Int64.init).map { .nanoseconds($0) }
        finalDowntime = entry.childText("downtime").flatMap(Int64.init).map { .nanoseconds($0) }
        rate = entry.childText("rate").flatMap(UInt64.init) ?? 0
        for round in entry.children("round") {
            guard let sent = round.childText("sent").flatMap(UInt64.init),
                let dirty = round.childText("dirty").flatMap(UInt64.init)
            else { continue }
            rounds.append(TaskRound(pagesSent: sent, pagesDirty: dirty))
        }
        if entry.child("done") != nil { outcome = .done }
        if entry.child("cancelled") != nil { outcome = .cancelled }
        if entry.child("interrupted") != nil { outcome = .interrupted }
        if let why = entry.childText("failed") { outcome = .failed(why) }
        isCancellable = outcome == .running
    }
}
