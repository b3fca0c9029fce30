import DomainLifecycle
import DomainModel
import HypervisorInterface

/// What xend does by itself.
extension DomainManager {
    /// Begins and carries out something that nobody asked for; does nothing when it is not due any more.
    func chore(_ beginning: Beginning, on uuid: DomainUUID) async {
        guard (try? await turns.take(on: uuid, table[uuid]?.title)) != nil else { return }
        defer { turns.pass(on: uuid) }
        // What was seen may be over: a guest that had suspended for a save may run again.
        if beginning == .reap { await refresh(uuid) }
        parts.calendar.look()
        guard !context.isStopped, let plan = try? table.begin(beginning, on: uuid, at: now) else { return }
        _ = await carryOut(Performance(plan))
    }

    /// Starts what has to follow a plan, in a turn of its own.
    func follow(_ followUp: FollowUp, of uuid: DomainUUID) {
        switch followUp {
        case .none, .clear: return
        case .rebuild: spawn { await $0.chore(.rebuild, on: uuid) }
        case .retry:
            let clock = host.clock
            let interval = settings.retryInterval
            spawn { manager in
                guard (try? await clock.sleep(for: interval)) != nil else { return }
                await manager.retry(uuid)
            }
        }
    }

    private func retry(_ uuid: DomainUUID) async {
        switch table[uuid]?.stage {
        case .ending: await chore(.clear, on: uuid)
        case .restarting(.pending): await chore(.rebuild, on: uuid)
        case .live where table[uuid]?.devices.contains(where: \.isUnwanted) ?? false: await chore(.clear, on: uuid)
        case .creating, .live, .exited, .restarting, .inDoubt, .defined, nil: return
        }
    }

    /// A domain that somebody else destroyed is not built again (manual, decision 9); what it left is released.
    func vanished(_ uuid: DomainUUID) async {
        guard (try? await turns.take(on: uuid, table[uuid]?.title)) != nil else { return }
        defer { turns.pass(on: uuid) }
        if case .inDoubt = table[uuid]?.stage { return await parts.handovers.vanished(uuid) }
        guard let record = table[uuid], record.stage == .live || record.isExited, let id = record.id else { return }
        // Its turn came later than the look: it may have been destroyed in due form meanwhile.
        let report: DomainReport?
        do { report = try await machine.hypervisor.domain(id) } catch { return }
        guard report?.uuid != uuid else { return }
        log.warning("\(record.title) has gone without xend")
        if record.isForeign {
            table.remove(uuid)
            events.publish(Announcement.died.event(name: record.name, id: id))
        } else if let plan = try? table.begin(.operation(.destroy(.halt)), on: uuid, at: now) {
            _ = await carryOut(Performance(plan))
        }
    }
}
