/// In which order jobs that are ready at the same time are run.
public enum ExecutionOrder: Hashable, Sendable {
    /// In the order in which they became ready: what a person expects who reads a transcript.
    case fifo
    /// In an order drawn from the seed, to find what depends on the order.
    case seeded(UInt64)
}

/// The jobs that can run now.
struct ReadyList {
    private let order: ExecutionOrder
    private var generator: SplitMix64
    private var jobs: [UnownedJob] = []
    /// How many jobs at the start of `jobs` were taken; always 0 in a seeded order.
    private var taken = 0
    /// Tasks in the middle of changing their executor.
    private var changing: [UnownedJob] = []

    init(order: ExecutionOrder) {
        self.order = order
        switch order {
        case .fifo: generator = SplitMix64(seed: 0)
        case .seeded(let seed): generator = SplitMix64(seed: seed)
        }
    }

    var count: Int { changing.count + jobs.count - taken }
    var isEmpty: Bool { count == 0 }

    mutating func append(_ job: UnownedJob) {
        jobs.append(job)
    }

    /// A task goes from one actor to another, or leaves one. That is no place where orders differ: how often it happens is the
    /// optimizer's affair, and a debug and a release build must tell the same story.
    mutating func goOn(_ job: UnownedJob) {
        changing.append(job)
    }

    mutating func next() -> UnownedJob? {
        guard !isEmpty else { return nil }
        // Nearly always it is the only one, and then there is nothing to move down.
        if !changing.isEmpty { return changing.count == 1 ? changing.popLast() : changing.removeFirst() }
        switch order {
        case .fifo: return takeFirst()
        case .seeded:
            jobs.swapAt(Int.random(in: jobs.indices, using: &generator), jobs.count - 1)
            return jobs.popLast()
        }
    }

    private mutating func takeFirst() -> UnownedJob {
        let job = jobs[taken]
        taken += 1
        // Moving the rest down only when it is the smaller half keeps each job's share of the work constant.
        if taken * 2 >= jobs.count {
            jobs.removeFirst(taken)
            taken = 0
        }
        return job
    }
}
