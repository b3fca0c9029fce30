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
    }
    private let timeline: Timeline
    private var entries: [Entry] = []
    /// What to do when the faults are healed: let go of what hangs.
    private var hanging: [Int: () -> Void] = [:]
    private var nextHanging = 0
    private var isRecording = false

    /// Every point passed since `startRecording`, in order.
    public private(set) var recording: [FaultPoint] = []
    /// Told of each fault that happens.
    public var onFault: ((FaultPoint, FaultAction) -> Void)?
    /// Faults that have happened, in order.
    public private(set) var history: [(at: Instant, point: FaultPoint, action: FaultAction)] = []

    public init(timeline: Timeline) { self.timeline = timeline }

    public func add(_ rule: FaultRule) { entries.append(Entry(rule: rule, since: timeline.now)) }

    /// Removes all rules and lets what hangs go on.
    public func heal() {
        entries = []
        let released = hanging.sorted { $0.key < $1.key }
        hanging = [:]
        for (_, resume) in released { resume() }
    }

    public func startRecording() {
        recording = []
        isRecording = true
    }

    public func stopRecording() { isRecording = false }

    /// The fault that happens here now, if any. Of several rules that are due, the one added first.
    package func pass(
        _ kind: FaultPoint.Kind, _ name: @autoclosure () -> String, _ detail: @autoclosure () -> String = ""
    ) -> FaultAction? {
        guard isRecording || !entries.isEmpty else { return nil }
        let point = FaultPoint(kind, name(), detail())
        if isRecording, recording.count < Self.recordingLimit { recording.append(point) }
        var due: FaultAction?
        for index in entries.indices where entries[index].rule.pattern.matches(point) {
            entries[index].passages += 1
            if due == nil, isDue(entries[index]) { due = entries[index].rule.action }
        }
        guard let due else { return nil }
        if history.count < Self.recordingLimit { history.append((timeline.now, point, due)) }
        onFault?(point, due)
        return due
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
        hanging[nextHanging] = resume
        return nextHanging
    }

    func forget(hanging number: Int) { hanging[number] = nil }
}
