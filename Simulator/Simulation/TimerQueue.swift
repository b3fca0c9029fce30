import HostInterface

/// Names a scheduled action, to cancel it.
public struct TimerToken: Hashable, Sendable {
    let timer: ScheduledAction

    public static func == (left: TimerToken, right: TimerToken) -> Bool { left.timer === right.timer }
    public func hash(into hasher: inout Hasher) { hasher.combine(timer.sequence) }
}

/// What is to happen at a time.
///
/// `@unchecked Sendable`: the action, all that changes, is touched by its queue alone.
final class ScheduledAction: @unchecked Sendable {
    let deadline: Instant
    /// Counts up, so that equal deadlines are kept in the order of scheduling.
    let sequence: UInt64
    /// nil when it was run or cancelled.
    @exclusivity(unchecked) fileprivate var action: TimerQueue.Action?

    fileprivate init(deadline: Instant, sequence: UInt64, action: @escaping TimerQueue.Action) {
        self.deadline = deadline
        self.sequence = sequence
        self.action = action
    }

    fileprivate func comes(before other: ScheduledAction) -> Bool {
        deadline == other.deadline ? sequence < other.sequence : deadline < other.deadline
    }
}

/// What is to happen later: a heap, earliest first, and first scheduled first among equal deadlines.
struct TimerQueue {
    typealias Action = @Sendable () -> Void

    /// Cancelled timers stay here until they come up or are too many.
    private var heap: [ScheduledAction] = []
    /// How many of them were neither run nor cancelled.
    private var living = 0
    private var nextSequence: UInt64 = 0

    /// The earliest deadline.
    var earliest: Instant? { heap.first?.deadline }

    mutating func schedule(at deadline: Instant, _ action: @escaping Action) -> TimerToken {
        let timer = ScheduledAction(deadline: deadline, sequence: nextSequence, action: action)
        nextSequence += 1
        living += 1
        heap.append(timer)
        siftUp(heap.count - 1)
        return TimerToken(timer: timer)
    }

    /// Without effect if the action has run or was cancelled before.
    mutating func cancel(_ token: TimerToken) {
        guard token.timer.action != nil else { return }
        token.timer.action = nil
        living -= 1
        dropCancelled()
    }

    /// The number of what will be scheduled next: everything with a lower one was there already.
    var end: UInt64 { nextSequence }

    /// Removes and returns the earliest action, if it is due at `now` and was scheduled before `end`.
    mutating func takeDue(at now: Instant, before end: UInt64) -> Action? {
        guard let first = heap.first, first.deadline <= now, first.sequence < end else { return nil }
        let action = first.action
        first.action = nil
        living -= 1
        removeFirst()
        dropCancelled()
        return action
    }

    /// Restores what `earliest` and `takeDue` rely on: the first entry is that of a living timer.
    ///
    /// Far deadlines that are nearly always cancelled (time-outs) would pile up behind it: more than half dead, the
    /// heap is rebuilt.
    private mutating func dropCancelled() {
        if heap.count > 2 * living {
            heap.removeAll { $0.action == nil }
            heap.sort { $0.comes(before: $1) }  // a sorted array is a heap
        }
        while let first = heap.first, first.action == nil { removeFirst() }
    }

    private mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        siftDown()
    }

    private mutating func siftUp(_ start: Int) {
        var index = start
        while index > 0, heap[index].comes(before: heap[(index - 1) / 2]) {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func siftDown() {
        var index = 0
        while true {
            var least = 2 * index + 1
            guard least < heap.count else { return }
            if least + 1 < heap.count, heap[least + 1].comes(before: heap[least]) { least += 1 }
            guard heap[least].comes(before: heap[index]) else { return }
            heap.swapAt(index, least)
            index = least
        }
    }
}
