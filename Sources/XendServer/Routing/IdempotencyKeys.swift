import HostInterface
import NIOHTTP1

/// What was answered to requests with an `Idempotency-Key`: who sends one again gets the answer of the first, and nothing is done
/// twice. They are forgotten after a while, and with the daemon.
actor IdempotencyKeys {
    /// Older ones go first.
    static let maximum = 1000
    /// A client that does not know for so long what became of its request looks.
    static let lifetime = Duration.seconds(24 * 3600)
    /// Bytes.
    static let maximumKey = 255

    private struct Entry {
        var request: Int
        var time: Instant
        var reply: Reply?
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private nonisolated let executor: any SerialExecutor
    nonisolated let unownedExecutor: UnownedSerialExecutor
    private let clock: any HostClock
    private var entries: [String: Entry] = [:]
    private var order: [String] = []

    init(clock: any HostClock, tasks: any TaskSpawner) {
        executor = tasks.serialExecutor()
        unownedExecutor = executor.asUnownedSerialExecutor()
        self.clock = clock
    }

    /// What is to be done with a request.
    enum Verdict: Sendable {
        /// It is the first of its key.
        case perform
        case repeated(Reply)
        /// The key was another request's.
        case taken
    }

    /// - Parameters:
    ///   - key: with whose it is.
    ///   - request: what it asks, as a number.
    func begin(_ key: String, _ request: Int) async -> Verdict {
        forgetOld()
        while let entry = entries[key] {
            guard entry.request == request else { return .taken }
            if let reply = entry.reply { return .repeated(reply) }
            // The first is still being done.
            await withCheckedContinuation { entries[key]?.waiting.append($0) }
        }
        entries[key] = Entry(request: request, time: clock.now)
        order.append(key)
        return .perform
    }

    /// - Parameter reply: nil: nothing has come of it, and who comes next may try.
    func end(_ key: String, _ reply: Reply?) {
        let waiting = entries[key]?.waiting ?? []
        entries[key]?.waiting = []
        if let reply {
            entries[key]?.reply = reply
        } else {
            entries[key] = nil
            order.removeAll { $0 == key }
        }
        for continuation in waiting { continuation.resume() }
    }

    private func forgetOld() {
        // What is still being done stays.
        while let index = order.firstIndex(where: { entries[$0]?.reply != nil }), let entry = entries[order[index]],
            order.count >= Self.maximum || entry.time + Self.lifetime < clock.now
        {
            entries[order[index]] = nil
            order.remove(at: index)
        }
    }
}
