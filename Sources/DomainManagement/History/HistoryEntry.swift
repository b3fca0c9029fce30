import DomainLifecycle
import HostInterface
import SExpressions

/// Something that happened, as it is told later.
public struct HistoryEntry: Hashable, Sendable {
    /// Counts from 1 in each life of the daemon.
    public var number: UInt64
    /// The entry that led to this one; nil when it began outside, or its reason is kept no more.
    public var cause: UInt64?
    /// Seconds since 1970, when this daemon started: numbers are of one life.
    public var life: Double
    /// Seconds since 1970.
    public var time: Double
    /// The word of a ``Deed/Kind``.
    public var kind: String
    /// The name of the domain it is about; nil: of the node.
    public var domain: String?
    /// Who asked, where somebody did.
    public var who: String?
    /// For people.
    public var text: String
    /// Why it failed, if it did.
    public var failure: String?

    public init(
        number: UInt64, cause: UInt64?, life: Double, time: Double, kind: String, domain: String?, who: String? = nil,
        text: String, failure: String? = nil
    ) {
        self.number = number
        self.cause = cause
        self.life = life
        self.time = time
        self.kind = kind
        self.domain = domain
        self.who = who
        self.text = text
        self.failure = failure
    }

    init(_ deed: Deed, life: Double) {
        self.init(
            number: deed.number, cause: deed.cause, life: life, time: deed.date.seconds, kind: deed.kind.rawValue,
            domain: deed.domain, who: deed.who, text: deed.text, failure: deed.failure)
    }

    /// nil: it is none.
    public init?(_ expression: SExpression) {
        guard expression.isElement("entry"),
            let number = expression.childText("number").flatMap(UInt64.init),
            let time = expression.childText("time").flatMap(Double.init),
            let kind = expression.childText("kind"), let text = expression.childText("text")
        else { return nil }
        self.init(
            number: number, cause: expression.childText("cause").flatMap(UInt64.init),
            life: expression.childText("life").flatMap(Double.init) ?? 0, time: time, kind: kind,
            domain: expression.childText("domain"), who: expression.childText("who"), text: text,
            failure: expression.childText("failure"))
    }
}

extension HistoryEntry: SExpressible {
    /// `(entry (number N) (cause N) (life T) (time T) (kind K) (domain D) (who W) (text T) (failure F))`, without what it has not.
    public func describe(to sink: inout some SExpressionSink) {
        sink.open("entry")
        sink.element("number", number)
        if let cause { sink.element("cause", cause) }
        sink.element("life", life)
        sink.element("time", time)
        sink.element("kind", kind)
        if let domain { sink.element("domain", domain) }
        if let who { sink.element("who", who) }
        sink.element("text", text)
        if let failure { sink.element("failure", failure) }
        sink.close()
    }
}

/// A time in which a domain was in one state here.
public struct LifeSpan: Hashable, Sendable {
    /// Its name then.
    public var domain: String
    /// What it did.
    public var state: LifeState
    /// Seconds since 1970.
    public var start: Double
    /// Seconds since 1970; nil: it goes on, or nobody saw how it ended, which `isCut` says.
    public var end: Double?
    /// Nobody saw what came next: xend was not there.
    public var isCut: Bool

    public init(domain: String, state: LifeState, start: Double, end: Double? = nil, isCut: Bool = false) {
        self.domain = domain
        self.state = state
        self.start = start
        self.end = end
        self.isCut = isCut
    }

    /// nil: it is none.
    public init?(_ expression: SExpression) {
        guard expression.isElement("span"), let domain = expression.childText("domain"),
            let state = expression.childText("state").flatMap(LifeState.init),
            let start = expression.childText("start").flatMap(Double.init)
        else { return nil }
        self.init(
            domain: domain, state: state, start: start, end: expression.childText("end").flatMap(Double.init),
            isCut: expression.child("cut") != nil)
    }
}

extension LifeSpan: SExpressible {
    /// `(span (domain D) (state S) (start T) (end T))`, `(cut 1)` where nobody saw the end.
    public func describe(to sink: inout some SExpressionSink) { describe(life: nil, to: &sink) }

    /// - Parameter life: seconds since 1970, when the daemon started that saw it.
    func describe(life: Double?, to sink: inout some SExpressionSink) {
        sink.open("span")
        sink.element("domain", domain)
        sink.element("state", state.rawValue)
        sink.element("start", start)
        if let end { sink.element("end", end) }
        if isCut { sink.element("cut", 1) }
        if let life { sink.element("life", life) }
        sink.close()
    }
}

/// What is asked of the history.
public struct HistoryQuery: Hashable, Sendable {
    /// Of one domain, with what led to it; nil: of all.
    public var domain: String?
    /// From a time on, in seconds since 1970.
    public var since: Double?
    /// Words of a ``Deed/Kind``; empty: all.
    public var kinds: Set<String> = []

    public init(domain: String? = nil, since: Double? = nil, kinds: Set<String> = []) {
        self.domain = domain
        self.since = since
        self.kinds = kinds
    }
}

/// What the history tells: what was done, oldest first, and how the domains were.
public struct HistoryAnswer: Hashable, Sendable {
    /// Oldest first.
    public var entries: [HistoryEntry]
    /// By domain, oldest first.
    public var spans: [LifeSpan]

    public init(entries: [HistoryEntry] = [], spans: [LifeSpan] = []) {
        self.entries = entries
        self.spans = spans
    }

    /// `(history (entry …)… (span …)…)`
    public var expression: SExpression {
        .element("history", entries.map(\.expression) + spans.map(\.expression))
    }
}

/// A line of what is kept of the history when the daemon is gone.
struct HistoryLine: LogEntry {
    enum Matter: Sendable {
        case deed(Deed, life: Double)
        case span(LifeSpan, life: Double)
        case gap(Int)
    }

    let time: WallTime
    let matter: Matter

    func write(into bytes: inout [UInt8], ahead offset: Duration) {
        SXPWriter.append(to: &bytes) { writer in
            switch matter {
            case .deed(let deed, let life): HistoryEntry(deed, life: life).describe(to: &writer)
            // By its life a later daemon tells what it wrote itself; a calendar that is set back says nothing about that.
            case .span(let span, let life): span.describe(life: life, to: &writer)
            case .gap(let lost): writer.element("gap") { $0.element("lost", lost) }
            }
        }
    }

    func gap(of lost: Int) -> any LogEntry { HistoryLine(time: time, matter: .gap(lost)) }
}
