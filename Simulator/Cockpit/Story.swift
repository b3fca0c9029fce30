import DomainLifecycle
import HostInterface
import SExpressions
import ScenarioLanguage
import Synchronization
import XendServer

/// What has been done so far, to the machines and to the daemons on them, as a scenario that can be run again.
///
/// All of it is behind its lock.
public final class Story: Sendable {
    /// More steps are no story that anybody reads; later ones are not kept, and the story says so.
    package static let limit = 5_000
    /// Bytes of one step: an upload that is larger is no part of it.
    static let stepLimit = 64 << 10

    fileprivate struct Entry {
        var start: Instant
        /// nil: it is not over.
        var end: Instant?
        /// nil: of the story it is no part, only of the time.
        var step: StoryStep?
        var isRefused = false

        var text: String { step?.text ?? "" }
    }
    fileprivate struct State {
        var hosts: [String] = []
        var entries: [Entry] = []
        /// What is under way, by its number.
        var open: [Int: Entry] = [:]
        var newest = 0
        var dropped = 0
    }
    private let state = Mutex(State())
    private let now: @Sendable () -> Instant

    /// - Parameter now: the world's time.
    public init(now: @escaping @Sendable () -> Instant) { self.now = now }

    // MARK: Taking down

    /// A host is there.
    func add(host form: String) { state.withLock { $0.hosts.append(form) } }

    /// All begins anew, with the first host alone.
    func beginAnew() {
        state.withLock { state in
            state.entries = []
            state.hosts = Array(state.hosts.prefix(1))
            state.dropped = 0
        }
    }

    /// Something has been done to a machine.
    /// - Parameter delay: so much later it happens.
    func add(act text: String, after delay: Duration = .zero) {
        let time = now() + delay
        state.withLock { $0.keep(Entry(start: time, end: time, step: .words(text))) }
    }

    /// Somebody asks a daemon for something.
    /// - Parameter step: nil: something that is no part of the story.
    func began(_ step: StoryStep?) -> Int {
        let time = now()
        return state.withLock { state in
            state.newest += 1
            state.open[state.newest] = Entry(start: time, step: step)
            return state.newest
        }
    }

    /// It is over. What changes nothing is no part of the story, nor is what nobody may do.
    func ended(_ number: Int, isChange: Bool, isRefused: Bool) {
        let time = now()
        state.withLock { state in
            guard var entry = state.open.removeValue(forKey: number), isChange, entry.step != nil else { return }
            entry.end = time
            entry.isRefused = isRefused
            state.keep(entry)
        }
    }

    // MARK: Telling

    /// How many things have been done.
    package var count: Int { state.withLock { $0.entries.count } }

    /// The last of them, the newest first: when, as a step, and whether it was refused.
    func newest(_ count: Int) -> [(time: Instant, text: String, isRefused: Bool)] {
        state.withLock { state in
            state.entries.suffix(count).reversed().map { ($0.start, $0.text, $0.isRefused) }
        }
    }

    /// The scenario. What took long is in the background while other things were done.
    /// - Parameters:
    ///   - name: of the scenario.
    ///   - seed: of the world's chance.
    ///   - remarks: above it, each a line.
    ///   - checks: what is so now, and must be so at its end.
    func scenario(_ name: String, seed: UInt64, remarks: [String] = [], checks: [String]) -> String {
        let (state, time) = (state.withLock { $0 }, now())
        var lines = remarks.map { "# \($0)" }
        if state.dropped > 0 { lines.append("# \(state.dropped) later steps are not in it: \(Self.limit) are kept.") }
        lines.append("(scenario \(SExpression.atom(name).quoted)")
        // A seed of a scenario is a number that is not below zero.
        if let seed = Int(exactly: seed) { lines.append("  (seed \(seed))") }
        lines += state.hosts.map { "  " + $0 }
        lines += state.steps(until: time).map { "  " + $0 }
        lines += checks.map { "  (expect \($0))" }
        return lines.joined(separator: "\n") + ")\n"
    }
}

extension Story.State {
    fileprivate mutating func keep(_ entry: Story.Entry) {
        guard entries.count < Story.limit, entry.step?.fits(Story.stepLimit) != false else {
            dropped += 1
            return
        }
        entries.append(entry)
    }

    /// The steps in the order in which they were begun, with the time between them.
    fileprivate func steps(until end: Instant) -> [String] {
        let all = (entries + open.values.filter { $0.step != nil }).enumerated().sorted {
            ($0.element.start, $0.offset) < ($1.element.start, $1.offset)
        }.map(\.element)
        var lines: [String] = []
        var time = Instant(nanoseconds: 0)
        var behind: [(name: String, end: Instant, check: String)] = []
        func pass(to next: Instant) {
            for done in behind.sorted(by: { $0.end < $1.end }) where done.end <= next {
                advance(to: done.end)
                lines.append("(finish \(done.name) \(done.check))")
            }
            behind.removeAll { $0.end <= next }
            advance(to: next)
        }
        func advance(to next: Instant) {
            guard next > time else { return }
            lines.append("(advance \((next - time).nanoseconds / 1000)us)")
            time = next
        }
        for (place, entry) in all.enumerated() {
            pass(to: entry.start)
            let next = place + 1 < all.count ? all[place + 1].start : end
            let check = entry.isRefused ? "(error _)" : "(status (< 300))"
            guard let over = entry.end, over <= next else {
                let name = "s\(place + 1)"
                lines.append("(background \(name) \(entry.text))")
                if let over = entry.end { behind.append((name, over, check)) }
                continue
            }
            lines.append(entry.isRefused ? entry.text.dropLast() + " (expect (error _)))" : entry.text)
            time = max(time, over)
        }
        pass(to: end)
        return lines
    }
}

/// Takes down what is asked of one host's daemon.
struct StoryWatcher: RequestWatcher {
    let story: Story
    let host: String
    /// The name of the domain with a uuid: a story's are others.
    let nameOfDomain: @Sendable (String) async -> String?
    /// Told that a request begins, and that one is over.
    let underWay: @Sendable (Bool) -> Void

    /// Whoever signs in, or shows tokens, does nothing to the machine; what is typed at a console goes to a port that is another one in
    /// each run; what is asked of the simulator is taken down as acts.
    private static let others = ["login", "token", "console"]

    func began(_ request: Request) async -> Int {
        underWay(true)
        let segments = request.target.segments
        guard segments.first == "xend", segments.count < 2 || !Self.others.contains(segments[1]),
            request.form.text("op") != nil
        else { return story.began(nil) }
        var fields = request.form.fields.filter { !Self.ofPages.contains($0.name) }
        if request.form.text("op") == "each" {
            for (place, field) in fields.enumerated() where field.name == "domain" {
                guard let name = await nameOfDomain(field.text) else { continue }
                fields[place].value = SXPText.bytes(of: name)
            }
        }
        return story.began(.asked(host: host, request.target, fields: fields))
    }

    /// What forms of pages have for themselves.
    private static let ofPages = ["csrf", "once", "sure"]

    func ended(_ request: Int, isChange: Bool, failure: OperationError?) {
        underWay(false)
        let isKept = isChange && failure?.kind != .forbidden
        story.ended(request, isChange: isKept, isRefused: failure != nil)
    }
}
