import DomainLifecycle
import DomainModel
import HostInterface
import HypervisorInterface
import Migration

/// What saving and migrating have in common: where images are kept, what stands before them, and how their failures are told.
extension ManagerContext {
    /// The files of the host, for save files.
    var saveFiles: PatientFiles {
        PatientFiles(
            files: host.files,
            patience: Patience(limit: settings.diskTimeout, clock: host.clock, tasks: host.tasks))
    }

    /// What stands before an image: of whom it is, and what has to be known before it is read.
    func saveHeader(of record: DomainRecord, isPaused: Bool) async throws -> SaveFileHeader {
        let node = try await machine.hypervisor.node()
        let report = table.reports[record.uuid]
        var kept = record
        kept.operation = nil
        let memory = report?.memory ?? record.config?.memory ?? .zero
        return SaveFileHeader(
            id: host.random.hexadecimalIdentifier(), time: host.clock.wallTime.seconds, host: host.node.systemName.host,
            xenVersion: "\(node.major).\(node.minor)\(node.extra)",
            kind: record.config?.image.kind ?? report?.kind ?? .pv, memory: memory,
            maximumMemory: report?.maximumMemory ?? record.config?.maximumMemory ?? memory, isPaused: isPaused,
            record: kept.expression)
    }
}

extension RandomSource {
    /// 32 digits that nobody else has.
    func hexadecimalIdentifier() -> String {
        bytes(16).reduce(into: "") { $0 += ($1 < 16 ? "0" : "") + String($1, radix: 16) }
    }
}

extension StepFailure {
    /// An error in the middle of a transfer, with what was being done, where, and why.
    init(of operation: String, _ record: DomainRecord, _ error: any Error, _ task: TransferTask, to place: String) {
        let why: String
        switch error {
        case let failure as StepFailure: why = failure.message
        case let error as HypervisorError where error.reason == .callback: why = error.text ?? error.description
        default: why = "\(error)"
        }
        let reason = task.isCancelled ? "cancelled" : why
        self.init(
            "cannot \(operation) \(record.title) to \(place): \(reason) (phase \(task.phase))", isLate: true)
    }
}
