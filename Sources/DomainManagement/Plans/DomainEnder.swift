import DomainLifecycle
import DomainModel
import HostInterface
import HypervisorInterface

/// Steps that end a domain in Xen.
struct DomainEnder: ManagerPart {
    let context: ManagerContext
    let nodes: DomainNodes

    /// The console daemon lets go of a dead domain about as soon as it hears of it; then it is gone.
    private static let firstGoneInterval = Duration.microseconds(50)

    /// Xen is told to free it.
    func destroy(_ record: DomainRecord) async throws(StepFailure) {
        guard let id = record.id else { return }
        do {
            guard let report = try await machine.hypervisor.domain(id), report.uuid == record.uuid else { return }
            try await machine.hypervisor.destroy(id)
        } catch {
            guard error.reason != .noSuchDomain else { return }
            throw StepFailure("cannot destroy \(record.title): \(error)")
        }
        guard case .creating = record.stage else { return }
        // An undone creation has given its memory back when it is answered.
        try? await awaitGone(record)
    }

    /// What is left of a life becomes a domain of its own: known here and in the journal before Xen calls it so, lest anybody take it for
    /// a stranger's.
    func setAside(_ aside: Aside, _ record: DomainRecord) async throws(StepFailure) {
        guard let id = record.id, let kept = table[record.uuid]?.asAside(aside) else { return }
        // It is the plan's until that ends.
        table.put(kept)
        do {
            try await database.append([database.record(kept)])
            try await machine.hypervisor.setHandle(aside.uuid, of: id)
            try await nodes.rename(kept, from: record.uuid)
            if let report = try await machine.hypervisor.domain(id) { table.note(.reported(report), of: aside.uuid) }
        } catch {
            table.remove(aside.uuid)
            try? await machine.hypervisor.setHandle(record.uuid, of: id)
            try? await database.append([database.forget(aside.uuid)])
            throw StepFailure("cannot keep \(record.title) as \(aside.name): \(error)")
        }
    }

    /// Until Xen has nothing of it any more.
    func awaitGone(_ record: DomainRecord) async throws(StepFailure) {
        guard let id = record.id else { return }
        let deadline = host.clock.now + settings.goneTimeout
        var interval = Self.firstGoneInterval
        while true {
            switch await presence(of: record, id) {
            case .gone: return try await nodes.removeLate(record, id)
            case .replaced: return
            case .there, .unknown: break
            }
            guard host.clock.now < deadline else {
                throw StepFailure("Xen still has \(record.title): something holds its memory (a device, or a mapping)")
            }
            do {
                try await host.clock.sleep(for: interval)
            } catch {
                throw StepFailure("xend is stopping")
            }
            interval = min(interval * 2, .milliseconds(200))
        }
    }

    private enum Presence { case gone, replaced, there, unknown }

    /// What Xen has under a domain's id. Who cannot look does not know that it has gone.
    private func presence(of record: DomainRecord, _ id: DomainID) async -> Presence {
        do throws(HypervisorError) {
            guard let report = try await machine.hypervisor.domain(id) else { return .gone }
            guard report.uuid == record.uuid else { return .replaced }
            table.note(.reported(report), of: record.uuid)
            return .there
        } catch {
            if error.reason == .noSuchDomain { return .gone }
            log.warning("cannot see whether \(record.title) has gone: \(error)")
            return .unknown
        }
    }
}
