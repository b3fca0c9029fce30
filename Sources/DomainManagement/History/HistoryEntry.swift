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

    /// `(entry (number N) (cause N) (life T) (time T) (kind K) (domain D) (who W) (text T) (failure F))`, without what it has not.
    public var expression: SExpression {
        var fields: [SExpression] = [["number", .atom(String(number))]]
        if let cause { fields.append(["cause", .atom(String(cause))]) }
        fields += [["life", .number(life)], ["time", .number(time)], .element("kind", kind)]
        if let domain { fields.append(.element("domain", domain)) }
        if let who { fields.append(.element("who", who)) }
        fields.append(.element("text", text))
        if let failure { fields.append(.element("failure", failure)) }
        return .element("entry", fields)
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

    /// `(span (domain D) (state S) (start T) (end T))`, `(cut 1)` where nobody saw the end.
    public var expression: SExpression {
        var fields: [SExpression] = [
            .element("domain", domain), .element("state", state.rawValue), ["start", .number(start)],
        ]
        if let end { fields.append(["end", .number(end)]) }
        if isCut { fields.append(.element("cut", 1)) }
        return .element("span", fields)
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

    func formatted(ahead offset: Duration) -> String {
        switch matter {
        case .deed(let deed, let life): HistoryEntry(deed, life: life).expression.description
        case .span(let span, let life):
            // By this a later daemon tells what it wrote itself; a calendar that is set back says nothing about that.
            SExpression.element("span", span.expression.children() + [["life", .number(life)]]).description
        case .gap(let lost): SExpression.element("gap", .element("lost", lost)).description
        }
    }

    func gap(of lost: Int) -> any LogEntry { HistoryLine(time: time, matter: .gap(lost)) }
}
