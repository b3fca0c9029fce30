import HostInterface
import SExpressions

/// One line of the audit: who did or tried what, from where, and what became of it.
public struct AuditRecord: LogEntry, SExpressible, Hashable {
    /// By which door somebody came.
    public enum Way: String, Hashable, Sendable, CaseIterable {
        /// A request.
        case http
        /// A connection to a domain's console.
        case console
        /// A connection to the debug port, or a command on it.
        case debug
        /// A connection to the migration port.
        case migration
        /// None: xend found, at its start, that an operation had been cut off by the end of the one before.
        case recovery
    }

    /// What became of it.
    public enum Outcome: Hashable, Sendable {
        /// It was done, or is under way.
        case done
        /// Who asked may not, and nothing was done.
        case refused(String)
        /// It could not be done, or would not be.
        case failed(String)

        /// The word for it: `done`.
        public var word: String {
            switch self {
            case .done: "done"
            case .refused: "refused"
            case .failed: "failed"
            }
        }

        /// Why not; nil: it was done.
        public var reason: String? {
            switch self {
            case .done: nil
            case .refused(let text), .failed(let text): text
            }
        }
    }

    /// When it ended.
    public var time: WallTime
    /// Who asked.
    public var caller: Caller
    /// By which door.
    public var way: Way
    /// The name of the operation: `pause`.
    public var action: String
    /// What it was done to: the path of a request, or the port of a console.
    public var object: String
    /// With what; secrets are out.
    public var arguments: [AuditArgument]
    /// What became of it.
    public var outcome: Outcome
    /// How many refused tries of the same caller before this one have no line of their own.
    public var untold: Int

    /// - Parameters:
    ///   - time: when it ended.
    ///   - caller: who asked.
    ///   - way: by which door.
    ///   - action: the name of the operation.
    ///   - object: what it was done to.
    ///   - arguments: with what.
    ///   - outcome: what became of it.
    ///   - untold: how many refused tries before this one have no line of their own.
    public init(
        time: WallTime, caller: Caller, way: Way, action: String, object: String, arguments: [AuditArgument],
        outcome: Outcome, untold: Int = 0
    ) {
        self.time = time
        self.caller = caller
        self.way = way
        self.action = action
        self.object = object
        self.arguments = arguments
        self.outcome = outcome
        self.untold = untold
    }

    /// Characters of a name, path or reason: longer ones are cut.
    static let textLimit = 400

    /// `(record (time T) (date D) (who W) … (from ADDRESS) (way http) (action pause) (on PATH) (arguments (K V)…) (outcome done))`
    public func describe(to sink: inout some SExpressionSink) {
        sink.open("record")
        sink.element("time", time.seconds)
        sink.element("date", Self.date(time))
        caller.describeForAudit(to: &sink)
        sink.element("way", way.rawValue)
        sink.element("action", Self.line(action))
        sink.element("on", Self.line(object))
        if !arguments.isEmpty {
            sink.open("arguments")
            for argument in arguments { argument.describe(to: &sink) }
            sink.close()
        }
        sink.element("outcome", outcome.word)
        if let reason = outcome.reason { sink.element("reason", Self.line(reason)) }
        if untold > 0 { sink.element("untold", untold) }
        sink.close()
    }

    /// Each element of the record under its name, and a sentence.
    public var fields: [(name: String, value: String)] {
        let why = outcome.reason.map { ": \($0)" } ?? ""
        let sentence = "\(caller): \(action) \(object): \(outcome.word)\(why)"
        return [("MESSAGE", Self.line(sentence))]
            + expression.children().compactMap { field in
                guard let name = field.name, name != "time", name != "date" else { return nil }
                let values = field.children().map(\.description)
                return ("XEND_\(name.uppercased())", field.children().first?.atom ?? values.joined(separator: " "))
            }
    }

    public func write(into bytes: inout [UInt8], ahead offset: Duration) {
        SXPWriter.append(to: &bytes) { describe(to: &$0) }
    }

    public func gap(of lost: Int) -> any LogEntry { AuditGap(time: time, lost: lost) }

    /// In UTC, whatever the machine's local time: `2026-11-30 06:50:01`.
    static func date(_ time: WallTime) -> String { CalendarTime(time).description }

    /// A text that cannot end the line, and is not too long for it.
    static func line(_ text: String) -> String {
        let isLong = text.utf8.count > textLimit && text.count > textLimit
        return LogLine.onOneLine(isLong ? "\(text.prefix(textLimit))…" : text)
    }
}

/// Says that lines of the audit are missing.
struct AuditGap: LogEntry {
    let time: WallTime
    let lost: Int

    func write(into bytes: inout [UInt8], ahead offset: Duration) {
        SXPWriter.append(to: &bytes) { writer in
            writer.element("gap") { gap in
                gap.element("time", time.seconds)
                gap.element("date", AuditRecord.date(time))
                gap.element("lost", lost)
            }
        }
    }

    func gap(of lost: Int) -> any LogEntry { AuditGap(time: time, lost: lost) }
}

extension Caller {
    /// `(who NAME) (uid N) (token ID) (token_name NAME) (session ID) (name NAME) (certificate NAME) (role R) (from ADDRESS)`, as far as they are known.
    fileprivate func describeForAudit(to sink: inout some SExpressionSink) {
        switch identity {
        case .user(let uid):
            if let name { sink.element("who", AuditRecord.line(name)) }
            sink.element("uid", Int(uid))
        case .unknown: sink.element("who", "unknown")
        case .remote: sink.element("who", "remote")
        }
        switch credential {
        case .token(let id, let name):
            sink.element("token", id)
            if !name.isEmpty { sink.element("token_name", name) }
        case .session(let id, let name):
            sink.element("session", id)
            sink.element("name", AuditRecord.line(name))
        case .certificate(let name): sink.element("certificate", AuditRecord.line(name))
        case .rejected, nil: break
        }
        sink.element("role", role?.rawValue ?? "none")
        sink.element("from", address?.host ?? "socket")
    }
}
