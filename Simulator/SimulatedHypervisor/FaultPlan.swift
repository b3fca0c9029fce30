import HostInterface

/// The faults of a simulated machine: which are due, and a record of the points that were passed.
///
/// With no rules and no recording, a point costs one comparison.
public final class FaultPlan {
    /// A recording longer than this ends: a sweep over more points would not end either.
    public static let recordingLimit = 1_000_000

    private struct Entry {
        var rule: FaultRule
        var passages = 0
        var since: Instant
        var outlivesHealing = false
        var hasStruck = false
    }
    private let timeline: Timeline
    @exclusivity(unchecked) private var entries: [Entry] = []
    /// What to do when the faults are healed: let go of what hangs.
    private var hanging: [Int: (pattern: FaultPattern?, resume: () -> Void)] = [:]
    /// Of the rule that has struck last: what hangs next hangs because of it.
    private var struck: FaultPattern?
    private var nextHanging = 0
    @exclusivity(unchecked) private var isRecording = false
    /// Faults by the number of the passage, and how many passages there were while anything was of interest.
    @exclusivity(unchecked) private var numbered: [Int: FaultAction] = [:]
    private var passages = 0

    /// What kills the daemon, or cuts the power; set by the host.
    package var killDaemon: () -> Void = {}
    package var losePower: () -> Void = {}

    /// Cancels what the daemon is doing, as its user would; set by whoever runs the daemon.
    public var cancelOperations: () -> Void = {}

    /// Every point passed since `startRecording`, in order.
    public private(set) var recording: [FaultPoint] = []
    /// Told of each fault that happens.
    public var onFault: ((FaultPoint, FaultAction) -> Void)?
    /// How many of the entrenched rules have struck.
    public var struckCount: Int { entries.count { $0.outlivesHealing && $0.hasStruck } }
    /// Faults that have happened, in order.
    public private(set) var history: [(at: Instant, point: FaultPoint, action: FaultAction)] = []

    public init(timeline: Timeline) { self.timeline = timeline }

    /// Puts a rule behind those that are there; the first that matches counts.
    public func add(_ rule: FaultRule) { entries.append(Entry(rule: rule, since: timeline.now)) }

    /// Those that are in force, the first that matches counts.
    public var rules: [FaultRule] { entries.map(\.rule) }

    /// Lets the rules there are now outlive `heal`: a sweep's fault may come after a scenario has healed its own.
    public func entrench() { for index in entries.indices { entries[index].outlivesHealing = true } }

    /// Removes the rules that are not entrenched, and lets what hangs go on.
    public func heal() {
        entries.removeAll { !$0.outlivesHealing }
        numbered = [:]
        let released = hanging.sorted { $0.key < $1.key }
        hanging = [:]
        for (_, entry) in released { entry.resume() }
    }

    /// Removes the rules for these points, and lets what hangs because of them go on.
    /// - Returns: false when there is none.
    public func heal(_ pattern: FaultPattern) -> Bool {
        let count = entries.count
        entries.removeAll { $0.rule.pattern == pattern && !$0.outlivesHealing }
        guard entries.count < count else { return false }
        let released = hanging.filter { $0.value.pattern == pattern }.sorted { $0.key < $1.key }
        for (number, _) in released { hanging[number] = nil }
        for (_, entry) in released { entry.resume() }
        return true
    }

    /// Lets the Nth point that is passed from now on, of whatever kind, have this fault: what a sweep needs, which
    /// has the numbers from a recording of the same run.
    public func add(atPoint number: Int, _ action: FaultAction) { numbered[passages + number] = action }

    /// From now on every passage through a point is kept, for a sweep.
    public func startRecording() {
        recording = []
        isRecording = true
    }

    /// What was recorded stays.
    public func stopRecording() { isRecording = false }

    /// Whether no point is of interest to anybody.
    package var isQuiet: Bool { !isRecording && entries.isEmpty && numbered.isEmpty }

    /// Whether nothing whatever gets past this point until it is healed. Nobody passes it by asking.
    package func isClosed(_ kind: FaultPoint.Kind, _ name: String, _ detail: String) -> Bool {
        entries.contains { entry in
            entry.rule.selector == .always && Optional(entry.rule.action).isSilence
                && entry.rule.pattern.matches(FaultPoint(kind, name, detail))
        }
    }

    /// The fault that happens here now, if any. Of several rules that are due, the one added first.
    package func pass(
        _ kind: FaultPoint.Kind, _ name: @autoclosure () -> String, _ detail: @autoclosure () -> String = ""
    ) -> FaultAction? {
        guard !isQuiet else { return nil }
        passages += 1
        let point = FaultPoint(kind, name(), detail())
        if isRecording, recording.count < Self.recordingLimit { recording.append(point) }
        var due = numbered.removeValue(forKey: passages)
        for index in entries.indices where entries[index].rule.pattern.matches(point) {
            entries[index].passages += 1
            guard due == nil, isDue(entries[index]) else { continue }
            due = entries[index].rule.action
            struck = entries[index].rule.pattern
            entries[index].hasStruck = true
        }
        guard let due else { return nil }
        if history.count < Self.recordingLimit { history.append((timeline.now, point, due)) }
        onFault?(point, due)
        guard due == .cancel else { return due }
        timeline.schedule(at: timeline.now) { [weak self] in self?.cancelOperations() }
        return nil
    }

    /// The fault that happens at a point that the daemon does not pass itself: in a kernel, a guest, on the wire. A
    /// kill or power cut that is due there happens at once, but after what is being done.
    package func meet(
        _ kind: FaultPoint.Kind, _ name: @autoclosure () -> String, _ detail: @autoclosure () -> String = ""
    ) -> FaultAction? {
        let action = pass(kind, name(), detail())
        guard let end = action.end else { return action }
        timeline.schedule(at: timeline.now) { [weak self] in
            switch end.of {
            case .daemon: self?.killDaemon()
            case .power: self?.losePower()
            }
        }
        return nil
    }

    private func isDue(_ entry: Entry) -> Bool {
        switch entry.rule.selector {
        case .always: true
        case .nth(let number): entry.passages == number
        case .every(let number): entry.passages % max(1, number) == 0
        case .after(let delay): timeline.now >= entry.since + delay
        case .probability(let chance): Double(timeline.random() >> 11) < chance * 0x1p53
        }
    }

    /// Notes something that hangs; `resume` runs at `heal`.
    package func hang(_ resume: @escaping () -> Void) -> Int {
        nextHanging += 1
        hanging[nextHanging] = (struck, resume)
        return nextHanging
    }

    func forget(hanging number: Int) { hanging[number] = nil }
}
