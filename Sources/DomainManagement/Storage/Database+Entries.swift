import DomainLifecycle
import DomainModel
import HostInterface
import Migration
import SExpressions

/// The entries of the journal:
///
/// ```
/// (boot ID)                       the boot of the machine that what follows is about
/// (start N)                       the daemon starts for the Nth time
/// (begin SERIAL NAME UUID (…))    an operation begins: the record as it was, the steps in words for people
/// (end SERIAL)                    it has ended: done, or undone
/// (record (domain …))             a domain as it is now
/// (forget UUID)                   a domain is no more
/// (script PID START PATH ARG…)    a script was started
/// (stray FILE)                    a script of an earlier daemon may have bound the file for nobody
/// (stray-end FILE)                nobody's block device shows it
/// (task (id N) …)                 a save, restore or migration as it is now
/// (saving UUID PATH ID PAUSED)    a domain is being written to a file whose header has this id
/// (migration (id X) …)            a migration as it is now
/// (migration-end X)               nothing about it has to be remembered any more
/// (notify URL)                    where events are posted
/// ```
extension Database {
    func begin(_ plan: Plan, record: DomainRecord?) -> JournalEntry { .begin(plan, record) }
    func end(_ plan: Plan) -> JournalEntry { .end(plan.ticket.serial) }
    func record(_ record: DomainRecord) -> JournalEntry { .record(record) }
    func forget(_ domain: DomainUUID) -> JournalEntry { .forget(domain) }
    func boot(_ identifier: String) -> JournalEntry { JournalEntry(.element("boot", identifier)) }
    func start(_ count: UInt64) -> JournalEntry { JournalEntry(.element("start", count)) }
    /// - Parameter staysPaused: what becomes of it when it is not saved after all, or only a checkpoint is made.
    func saving(
        _ domain: DomainUUID, _ path: String, _ header: SaveFileHeader, staysPaused: Bool, _ afterwards: AfterSave
    ) -> JournalEntry {
        let fields: [SExpression] = [
            .atom(domain.description), .atom(path), .atom(header.id), staysPaused ? "1" : "0",
        ]
        return JournalEntry(.element("saving", fields + (afterwards.isCheckpoint ? ["checkpoint"] : [])))
    }
    func notify(_ url: String) -> JournalEntry { JournalEntry(.element("notify", url)) }

    /// Before a script runs on: the next daemon must be able to wait for it, or to end it (manual, decision 6).
    func noteScript(_ call: ScriptCall, _ process: ScriptProcess) async {
        let entry = SExpression.element(
            "script",
            [.atom(String(process.pid)), .atom(String(process.startTime)), .atom(call.path)]
                + call.arguments.map(SExpression.atom))
        do {
            try await journal.append(note: JournalEntry(entry))
        } catch {
            log.warning("\(call.path) runs as process \(process.pid), which could not be noted: \(error)")
        }
    }
}
