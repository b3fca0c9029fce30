import DomainLifecycle
import DomainModel
import HostInterface
import SExpressions
import Synchronization

/// What happened to each domain and why, for whoever asks later: what was asked and by whom, what was seen, decided and done, how it
/// ended, and in which state the domain was when.
///
/// Noting costs an append: texts are made when somebody asks. Everything is bounded, by domain and in all; of what is old the steps
/// that went well go first. What matters of it goes to a file besides, from which a later daemon reads it back.
public final class History: Sendable {
    /// What is kept.
    public struct Limits: Hashable, Sendable {
        /// Entries of one domain, while there are few of them.
        public var entries = 400
        /// Entries of all domains together, roughly: many domains have fewer each.
        public var all = 100_000
        /// States of one domain.
        public var spans = 200
        /// Domains that are gone.
        public var ended = 500
        /// How long those are remembered.
        public var memory = Duration.seconds(24 * 3600)
        /// Bytes that are read back of what an earlier daemon wrote.
        public var earlier = 1 << 20

        public init() {}
    }

    fileprivate final class Story {
        @exclusivity(unchecked) var entries: [Deed] = []
        @exclusivity(unchecked) var spans: [LifeSpan] = []
        /// Its state without and with what a transfer does.
        var base: LifeState?
        var passage: Passage?
        var shown: LifeState?
        var end: Instant?
    }

    private struct State {
        var stories = Stories()
        var node: [Deed] = []
        var names: [DomainUUID: String] = [:]
        /// Names of those that have ended, in their order; some may live again, or have ended once more since.
        var ended: [(name: String, end: Instant)] = []
        /// Read back; nil: nobody has asked yet.
        var earlier: HistoryAnswer?
    }

    private let clock: any HostClock
    private let sink: (any LogSink)?
    private let limits: Limits
    /// Seconds since 1970.
    private let life: Double
    private let state = Mutex(State())

    /// - Parameters:
    ///   - clock: for times.
    ///   - sink: where it is kept over the daemon's lives; nil: nowhere.
    ///   - limits: what is kept.
    public init(clock: any HostClock, sink: (any LogSink)?, limits: Limits = Limits()) {
        self.clock = clock
        self.sink = sink
        self.limits = limits
        life = clock.wallTime.seconds
    }

    // MARK: - Noting

    /// Takes down something that was done, seen or decided.
    func note(_ deed: Deed) {
        state.withLock { state in
            guard let domain = deed.domain else {
                state.node.append(deed)
                if state.node.count > 2 * limits.entries { state.node.removeFirst(limits.entries) }
                return
            }
            let most = max(32, min(limits.entries, limits.all / max(1, state.stories.count)))
            // What was refused may be about a domain that never comes.
            if state.stories[domain] == nil { end(domain, &state) }
            state.stories.story(of: domain).add(deed, most)
        }
        // Steps that went well are told of by the end of their plan.
        guard let sink, deed.failure != nil || deed.kind.isKept else { return }
        sink.append(HistoryLine(time: deed.date, matter: .deed(deed, life: life)))
    }

    /// A domain is in this state now, as far as its own state goes.
    func see(_ domain: DomainUUID, _ name: String, _ life: LifeState) {
        change(domain, name) { $0.base = life }
    }

    /// A transfer does something with a domain, or nothing more.
    func see(_ domain: DomainUUID, _ passage: Passage?) {
        change(domain, nil) { $0.passage = passage }
    }

    /// There is no such domain any more.
    func lose(_ domain: DomainUUID) {
        change(domain, nil) { ($0.base, $0.passage) = (nil, nil) }
        state.withLock { state in
            guard let name = state.names.removeValue(forKey: domain) else { return }
            end(name, &state)
        }
    }

    /// It is remembered for a while.
    private func end(_ name: String, _ state: inout State) {
        let now = clock.now
        state.stories.story(of: name).end = now
        state.ended.append((name, now))
        while let first = state.ended.first, state.ended.count > limits.ended || first.end + limits.memory < now {
            if state.stories[first.name]?.end == first.end { state.stories[first.name] = nil }
            state.ended.removeFirst()
        }
    }

    private func change(_ domain: DomainUUID, _ name: String?, _ body: @Sendable (Story) -> Void) {
        let time = clock.wallTime
        let closed = state.withLock { state -> LifeSpan? in
            guard let name = name ?? state.names[domain] else { return nil }
            if let old = state.names.updateValue(name, forKey: domain), old != name {
                // Its history goes with it under its new name.
                (state.stories[name], state.stories[old]) = (state.stories[old], nil)
            }
            return state.stories.story(of: name).change(name, time.seconds, limits.spans, body)
        }
        if let sink, let closed { sink.append(HistoryLine(time: time, matter: .span(closed, life: life))) }
    }

    // MARK: - Asking

    /// What is known, of earlier daemons too.
    public func answer(to query: HistoryQuery) async -> HistoryAnswer {
        let earlier = await earlier()
        var answer = state.withLock { state in now(query.domain, &state) }
        let old = earlier.entries.filter { query.domain == nil || $0.domain == query.domain }
        answer.entries = old + answer.entries
        answer.spans = earlier.spans.filter { query.domain == nil || $0.domain == query.domain } + answer.spans
        if let since = query.since {
            answer.entries.removeAll { $0.time < since }
            answer.spans.removeAll { ($0.end ?? .infinity) < since }
        }
        if !query.kinds.isEmpty { answer.entries.removeAll { !query.kinds.contains($0.kind) } }
        return answer
    }

    private func now(_ domain: String?, _ state: inout State) -> HistoryAnswer {
        var deeds: [Deed]
        let spans: [LifeSpan]
        if let domain {
            let story = state.stories[domain]
            deeds = story?.entries ?? []
            spans = story?.spans ?? []
            // What led to them may be the node's, and to that something else.
            let node = Dictionary(state.node.map { ($0.number, $0) }) { first, _ in first }
            var known = Set(deeds.map(\.number))
            var wanted = deeds.compactMap(\.cause)
            while let number = wanted.popLast() {
                guard !known.contains(number), let deed = node[number] else { continue }
                known.insert(number)
                deeds.append(deed)
                if let cause = deed.cause { wanted.append(cause) }
            }
        } else {
            deeds = state.node + state.stories.all.values.flatMap(\.entries)
            spans = state.stories.all.sorted { $0.key < $1.key }.flatMap(\.value.spans)
        }
        deeds.sort { $0.number < $1.number }
        return HistoryAnswer(entries: deeds.map { HistoryEntry($0, life: life) }, spans: spans)
    }

    /// What an earlier daemon has left; read when somebody asks for the first time.
    private func earlier() async -> HistoryAnswer {
        if let known = state.withLock({ $0.earlier }) { return known }
        var found = HistoryAnswer()
        let own = SExpression.number(life).description
        for line in await sink?.newest(limit: limits.earlier).split(separator: UInt8(ascii: "\n")) ?? [] {
            guard let expression = try? SExpression.parseFirst(String(decoding: line, as: UTF8.self)) else { continue }
            // Numbers are rounded where they are written.
            guard expression.childText("life") != own else { continue }
            if let entry = HistoryEntry(expression) { found.entries.append(entry) }
            if let span = LifeSpan(expression) { found.spans.append(span) }
        }
        let read = found
        return state.withLock { state in
            if let known = state.earlier { return known }
            state.earlier = read
            return read
        }
    }
}

extension Deed.Kind {
    /// It is worth a line in a file.
    fileprivate var isKept: Bool {
        switch self {
        case .request, .signal, .finding, .end, .refusal: true
        case .decision, .step, .undo: false
        }
    }
}

/// The stories of all domains, by their names. Nearly all that is noted is about the domain that the last was about: asked by name each
/// time, a creation and its end cost thirty searches.
private struct Stories {
    private(set) var all: [String: History.Story] = [:]
    private var latest: (name: String, story: History.Story)?

    var count: Int { all.count }

    subscript(name: String) -> History.Story? {
        mutating get {
            if let latest, latest.name == name { return latest.story }
            guard let story = all[name] else { return nil }
            latest = (name, story)
            return story
        }
        set { (all[name], latest) = (newValue, nil) }
    }

    /// Begun, if there is none.
    mutating func story(of name: String) -> History.Story {
        if let story = self[name] { return story }
        let story = History.Story()
        self[name] = story
        return story
    }
}

extension History.Story {
    fileprivate func add(_ deed: Deed, _ most: Int) {
        entries.append(deed)
        // A half more than that, so that not every entry costs a removal.
        guard entries.count > most + most / 2 else { return }
        let newer = entries.suffix(most / 2)
        let older = entries.dropLast(most / 2).filter { $0.failure != nil || $0.kind != .step }
        entries = Array(older.suffix(most / 2) + newer)
    }

    /// - Returns: the time that is over now, if one is.
    fileprivate func change(
        _ name: String, _ now: Double, _ most: Int, _ body: @Sendable (History.Story) -> Void
    ) -> LifeSpan? {
        body(self)
        if base != nil { end = nil }
        let next = passage.flatMap { base?.during($0) } ?? base
        guard next != shown else { return nil }
        var closed: LifeSpan?
        if shown != nil, let last = spans.indices.last {
            // The calendar may have been set back meanwhile.
            spans[last].end = max(now, spans[last].start)
            closed = spans[last]
        }
        shown = next
        if let next {
            spans.append(LifeSpan(domain: name, state: next, start: now))
            if spans.count > most + most / 2 { spans.removeFirst(most / 2) }
        }
        return closed
    }
}
