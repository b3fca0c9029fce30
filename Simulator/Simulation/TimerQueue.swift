import HostInterface

/// Names a scheduled action, to cancel it.
public struct TimerToken: Hashable, Sendable {
    /// Counts up, so that equal deadlines are kept in the order of scheduling.
    let sequence: UInt64
}

/// What is to happen later: a heap, earliest first, and first scheduled first among equal deadlines.
struct TimerQueue {
    typealias Action = @Sendable () -> Void

    private struct Entry: Comparable {
        let deadline: Instant
        let sequence: UInt64

        static func < (left: Entry, right: Entry) -> Bool {
            (left.deadline, left.sequence) < (right.deadline, right.sequence)
        }
    }

    /// Entries of cancelled timers stay here until they come up or are too many.
    private var heap: [Entry] = []
    /// The actions of the timers that were neither run nor cancelled.
    private var actions: [UInt64: Action] = [:]
    private var nextSequence: UInt64 = 0

    /// The earliest deadline.
    var earliest: Instant? { heap.first?.deadline }

    mutating func schedule(at deadline: Instant, _ action: @escaping Action) -> TimerToken {
        let entry = Entry(deadline: deadline, sequence: nextSequence)
        nextSequence += 1
        actions[entry.sequence] = action
        heap.append(entry)
        siftUp(heap.count - 1)
        return TimerToken(sequence: entry.sequence)
    }

    /// Without effect if the action has run or was cancelled before.
    mutating func cancel(_ token: TimerToken) {
        guard actions.removeValue(forKey: token.sequence) != nil else { return }
        dropCancelled()
    }

    /// What a later `schedule` will be named: everything before it was there already.
    var end: TimerToken { TimerToken(sequence: nextSequence) }

    /// Removes and returns the earliest action, if it is due at `now` and was scheduled before `end`.
    mutating func takeDue(at now: Instant, before end: TimerToken) -> Action? {
        guard let first = heap.first, first.deadline <= now, first.sequence < end.sequence else { return nil }
        let action = actions.removeValue(forKey: first.sequence)
        removeFirst()
        dropCancelled()
        return action
    }

    /// Restores what `earliest` and `takeDue` rely on: the first entry is that of a living timer.
    ///
    /// Far deadlines that are nearly always cancelled (time-outs) would pile up behind it: more than half dead, the
    /// heap is rebuilt.
    private mutating func dropCancelled() {
        if heap.count > 2 * actions.count {
            heap.removeAll { actions[$0.sequence] == nil }
            heap.sort()  // a sorted array is a heap
        }
        while let first = heap.first, actions[first.sequence] == nil { removeFirst() }
    }

    private mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        siftDown()
    }

    private mutating func siftUp(_ start: Int) {
        var index = start
        while index > 0, heap[index] < heap[(index - 1) / 2] {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func siftDown() {
        var index = 0
        while true {
            let children = (2 * index + 1)..<min(2 * index + 3, max(heap.count, 2 * index + 1))
            guard let least = children.min(by: { heap[$0] < heap[$1] }), heap[least] < heap[index] else { return }
            heap.swapAt(index, least)
            index = least
        }
    }
}
