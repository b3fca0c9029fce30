import DomainLifecycle
import DomainModel
import HostInterface
import HypervisorInterface
import Migration

/// Where an image goes on its way to another host: below the rate, past the task that counts it.
actor MigrationOutput: ImageOutput {
    private let channel: MigrationChannel
    private let task: TransferTask
    private let clock: any HostClock
    private let stall: Duration
    private var limit: RateLimit

    init(channel: MigrationChannel, task: TransferTask, clock: any HostClock, rate: Int, stall: Duration) {
        self.channel = channel
        self.task = task
        self.clock = clock
        self.stall = stall
        limit = RateLimit(megabits: rate)
    }

    /// Sent in pieces, so that the rate is kept within a record too: libxenguest writes batches of 4 MiB.
    private static let pieceSize = 64 * 1024

    func write(_ bytes: [UInt8]) async throws {
        guard limit.bytesPerSecond > 0 else { return try await send(bytes) }
        for start in stride(from: 0, to: bytes.count, by: Self.pieceSize) {
            try await send(Array(bytes[start..<min(start + Self.pieceSize, bytes.count)]))
        }
    }

    private func send(_ bytes: [UInt8]) async throws {
        try task.moved(bytes.count)
        let due = limit.admit(bytes.count, at: clock.now)
        if due > clock.now { try await clock.sleep(until: due) }
        let (channel, clock, deadline) = (channel, clock, clock.now + stall)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await channel.send(image: bytes)
                return true
            }
            group.addTask {
                try await clock.sleep(until: deadline)
                await channel.close()
                return false
            }
            defer { group.cancelAll() }
            guard try await group.next() == true else {
                throw WireError(.timedOut, "nothing could be sent for \(stall.inWords)")
            }
        }
    }
}
