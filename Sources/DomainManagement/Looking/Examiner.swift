import DomainLifecycle
import DomainModel
import HypervisorInterface

/// Looks at the machine when a signal has come, and acts upon what it finds there.
///
/// Signals carry no contents: each says "look again". They are coalesced, at most one look at a time and one more due. A look goes
/// on from the one before, and costs as much as has changed since, however many domains there are. A lost signal loses nothing:
/// what it was for is seen by the next look; and one at everything is made at the start and on a timer.
final class Examiner: ManagerPart {
    let context: ManagerContext
    private let calendar: Calendar
    private var isRunning = false
    private var isDue = false
    private var last: DomainLook?
    /// Whether the next look is at everything.
    private var isFullDue = true
    /// Looks at single domains that are under way.
    private var looks = 0
    /// What the next look is for.
    private var cause: UInt64?
    /// Whether a look is due because something was on its way out, and how long the next one waits then.
    private var isWaiting = false
    private var patience = firstPatience

    /// Xen lets go of a domain about as soon as the console daemon has heard of its end.
    private static let firstPatience = Duration.milliseconds(100)

    init(_ context: ManagerContext, calendar: Calendar) {
        self.context = context
        self.calendar = calendar
    }
    /// Whether something that has happened may still be unseen because a look is not over.
    var isLooking: Bool { isRunning || looks > 0 }

    /// Looks at the machine again, soon: a signal came. Signals carry no contents and are coalesced.
    func examineSoon() {
        guard !isStopped else { return }
        guard !isRunning else {
            isDue = true
            cause = Account.cause
            return
        }
        cause = Account.cause
        isRunning = true
        spawn { await $0.parts.examiner.examine() }
    }

    /// Looks at everything, soon.
    func examineAllSoon() {
        isFullDue = true
        examineSoon()
    }

    func examine() async {
        repeat {
            isDue = false
            await account.because(cause) { await examineOnce() }
        } while isDue && !isStopped
        isRunning = false
    }

    func examineOnce() async {
        calendar.look()
        let serial = table.serial
        let waiting = waits.domains.compactMap { uuid in table[uuid]?.id.map { (uuid: uuid, id: $0) } }
        let since = isFullDue ? nil : last
        isFullDue = false
        let changes: DomainChanges
        do {
            changes = try await machine.hypervisor.changes(
                since: since, besides: table.unsettled.union(waiting.map(\.id)))
        } catch {
            if since == nil { isFullDue = true }
            log.error("cannot look at the domains: \(error)")
            return
        }
        last = changes.look
        let findings = table.examine(changes, asOf: serial)
        // What an operation that has the domain waits for may not come any more.
        for (uuid, id) in waiting
        where !changes.reports.contains(where: { $0.id == id && $0.uuid == uuid && !$0.hasEnded }) {
            waits.end(uuid, .guest)
        }
        for finding in findings { await act(on: finding) }
        lookAgain(at: changes.reports)
    }

    /// What somebody else has destroyed goes when the last one has let go of its memory, of which nobody is told: as long as Xen
    /// still has it, the machine is looked at again, ever more rarely. So it is for a domain whose name could not be read.
    private func lookAgain(at reports: [DomainReport]) {
        let isEnding = reports.contains { report in
            report.isDying && table[report.uuid].map { $0.id == report.id && $0.operation == nil } ?? false
        }
        guard isEnding || isFullDue else {
            patience = Self.firstPatience
            return
        }
        guard !isWaiting else { return }
        isWaiting = true
        let pause = patience
        patience = min(pause * 2, settings.examinationInterval)
        let clock = host.clock
        spawn { manager in
            try? await clock.sleep(for: pause)
            manager.parts.examiner.examineAfterPause()
        }
    }

    func examineAfterPause() {
        isWaiting = false
        examineSoon()
    }

    /// Looks at one domain again, soon: what happened to it during an operation was left to that.
    func examineSoon(_ uuid: DomainUUID) {
        guard !isStopped, table[uuid]?.id != nil else { return }
        spawn { await $0.parts.examiner.examineOnce(uuid) }
    }

    func examineOnce(_ uuid: DomainUUID) async {
        guard let id = table[uuid]?.id else { return }
        looks += 1
        defer { looks -= 1 }
        let serial = table.serial
        let report: DomainReport?
        do {
            report = try await machine.hypervisor.domain(id)
        } catch {
            log.error("cannot look at domain \(id): \(error)")
            return
        }
        if let finding = table.examine(report, of: uuid, asOf: serial) { await act(on: finding) }
    }

    private func act(on finding: Finding) async {
        let found = account.note(.finding, of: name(in: finding), title(of: finding))
        switch finding {
        case .exited(let uuid, _): account.because(found) { spawn { await $0.chore(.reap, on: uuid) } }
        case .vanished(let uuid): account.because(found) { spawn { await $0.vanished(uuid) } }
        case .unknown(let report): await adopt(report)
        }
    }

    private func name(in finding: Finding) -> String? {
        switch finding {
        case .exited(let uuid, _), .vanished(let uuid): table[uuid]?.name.rawValue
        case .unknown: nil
        }
    }

    private func title(of finding: Finding) -> String {
        switch finding {
        case .exited(let uuid, let reason): "\(table[uuid]?.title ?? "it") has exited: \(reason)"
        case .vanished(let uuid): "Xen has \(table[uuid]?.title ?? "it") no more"
        case .unknown(let report): "Xen has a domain \(report.id) that xend did not make"
        }
    }

    /// Takes in a domain that another toolstack made, under the name it has in xenstore.
    private func adopt(_ report: DomainReport) async {
        var name: String? = "Domain-0"
        do {
            if report.id != .zero { name = try await machine.store.readIfPresent("/local/domain/\(report.id)/name") }
        } catch {
            // By the next look it may be known.
            isFullDue = true
            return log.error("cannot read the name of domain \(report.id), which xend did not make: \(error)")
        }
        guard table[report.uuid] == nil else { return }
        table.adopt(report, name: name)
        guard report.id != .zero, let record = table[report.uuid] else { return }
        log.info("\(record.title) was made by another toolstack: listed, not managed")
        events.publish(Announcement.create.event(name: record.name, id: report.id))
    }
}
