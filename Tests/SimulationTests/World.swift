import HostInterface
import Simulation
import Synchronization

/// What happened, in order.
final class Log: Sendable {
    private let lines = Mutex<[String]>([])

    func note(_ line: String) {
        lines.withLock { $0.append(line) }
    }

    var all: [String] { lines.withLock { $0 } }
}

/// An actor without an executor of its own.
actor Counter {
    private(set) var value = 0

    func add(_ amount: Int) async -> Int {
        value += amount
        await Task.yield()
        return value
    }
}

/// A world in which everything happens that Swift offers to tasks.
struct World {
    let executor: SimulationExecutor
    let log = Log()

    init(order: ExecutionOrder) {
        executor = SimulationExecutor(order: order)
    }

    /// Starts the world's tasks.
    func start() {
        let counter = Counter()
        let log = self.log
        let executor = self.executor
        for name in ["a", "b", "c", "d"] {
            executor.spawn {
                for round in 1...3 {
                    log.note("\(name)\(round) \(await counter.add(1))")
                    try? await executor.sleep(until: Instant(nanoseconds: Int64(round)))
                }
            }
        }
        executor.spawn { await children(log) }
        executor.spawn { await stream(log, executor) }
    }
}

/// A task group and an `async let`.
private func children(_ log: Log) async {
    async let early: Void = log.note("early")
    await withTaskGroup(of: Int.self) { group in
        for child in 1...5 {
            group.addTask {
                await Task.yield()
                log.note("child \(child)")
                return child
            }
        }
        for await child in group { log.note("joined \(child)") }
    }
    await early
}

/// A stream and a continuation.
private func stream(_ log: Log, _ executor: SimulationExecutor) async {
    let (numbers, source) = AsyncStream.makeStream(of: Int.self)
    executor.spawn {
        for number in 1...5 {
            source.yield(number)
            await Task.yield()
        }
        source.finish()
    }
    for await number in numbers { log.note("number \(number)") }
    await withCheckedContinuation { continuation in
        executor.schedule(at: Instant(nanoseconds: 2)) {
            log.note("timer")
            continuation.resume()
        }
    }
    log.note("resumed")
}
