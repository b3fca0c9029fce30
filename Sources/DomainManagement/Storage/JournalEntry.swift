import DomainLifecycle
import DomainModel
import SExpressions

/// An entry of the journal: its text, made once for the journal, the domain's file and a journal that is written anew, and what those who
/// keep it have to know of it.
struct JournalEntry: Sendable {
    /// What it says about a domain's file.
    enum Subject: Sendable {
        /// A record, which lies in a file of this name.
        case record(DomainUUID, file: String)
        case forget(DomainUUID)
        case other
    }

    /// On one line, without its number.
    let text: [UInt8]
    let subject: Subject
    /// All else is dropped after a reboot of the machine (manual, D7): a sync would protect nothing.
    let outlivesReboot: Bool

    private init(
        _ subject: Subject = .other, outlivesReboot: Bool = false, length: Int = 96, _ body: (inout SXPWriter) -> Void
    ) {
        var writer = SXPWriter()
        writer.reserve(length)
        body(&writer)
        text = writer.bytes
        self.subject = subject
        self.outlivesReboot = outlivesReboot
    }

    /// `(begin SERIAL NAME UUID (steps …) (record …))`
    static func begin(_ plan: Plan, _ record: DomainRecord?) -> JournalEntry {
        JournalEntry(length: usualLength) { writer in
            writer.open("begin")
            writer.add(plan.ticket.serial)
            writer.add(plan.ticket.name)
            writer.add(plan.domain.description)
            writer.open("steps")
            for step in plan.steps { writer.add(step.description) }
            writer.close()
            if let record { writer.element("record") { record.write(to: &$0) } }
            writer.close()
        }
    }

    /// `(end SERIAL)`
    static func end(_ serial: UInt64) -> JournalEntry { JournalEntry { $0.element("end", serial) } }

    /// `(record (domain …))`
    static func record(_ record: DomainRecord) -> JournalEntry {
        // What is defined outlives a reboot.
        JournalEntry(
            .record(record.uuid, file: DomainFiles.name(of: record)), outlivesReboot: record.definition != nil,
            length: usualLength
        ) { writer in writer.element("record") { record.write(to: &$0) } }
    }

    /// `(forget UUID)`
    static func forget(_ domain: DomainUUID) -> JournalEntry {
        JournalEntry(.forget(domain)) { $0.element("forget", domain.description) }
    }

    /// Any other, or one that was read.
    init(_ entry: SExpression) {
        let subject: Subject
        let outlives: Bool
        switch entry.name {
        case "record":
            let record = entry.child(at: 0)
            let uuid = record?.childText("uuid").flatMap { DomainUUID(text: $0) }
            let file = record.flatMap(DomainFiles.name(of:))
            subject = if let uuid, let file { .record(uuid, file: file) } else { .other }
            outlives = record?.child("defined") != nil
        case "forget":
            subject = entry.child(at: 0)?.atom.flatMap { DomainUUID(text: $0) }.map(Subject.forget) ?? .other
            outlives = false
        case "migration", "migration-end", "notify": (subject, outlives) = (.other, true)
        // How a save or a migration has ended.
        case "task": (subject, outlives) = (.other, entry.child("ended") != nil)
        default: (subject, outlives) = (.other, false)
        }
        self.init(subject, outlivesReboot: outlives) { $0.add(entry) }
    }

    /// The file of the domain whose record it is.
    var file: String? { if case .record(_, let file) = subject { file } else { nil } }

    /// Whether a file of a domain has to follow it.
    var isOfFile: Bool { if case .other = subject { false } else { true } }

    /// The record alone: what stands in `(record …)`.
    var recordText: ArraySlice<UInt8> { text.dropFirst("(record ".utf8.count).dropLast() }

    /// Of one with a record, with a configuration of some lines. Bytes.
    private static let usualLength = 1536
}
