import DomainLifecycle
import HostInterface
import Migration

extension HostClock {
    /// Runs `body`, not longer than `limit`; a connection that keeps it waiting is closed.
    func within<Value: Sendable>(
        _ limit: Duration, closing connection: any NetworkConnection,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await within(limit, { await connection.close() }, body)
    }

    func within<Value: Sendable>(
        _ limit: Duration, closing channel: MigrationChannel, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await within(limit, { await channel.close() }, body)
    }

    private func within<Value: Sendable>(
        _ limit: Duration, _ close: @escaping @Sendable () async -> Void,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let clock = self
        let deadline = clock.now + limit
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await clock.sleep(until: deadline)
                await close()
                return nil
            }
            defer { group.cancelAll() }
            do {
                guard let value = try await group.next() ?? nil else {
                    throw WireError(.timedOut, "no answer within \(limit.inWords)")
                }
                return value
            } catch {
                guard clock.now >= deadline else { throw error }
                throw WireError(.timedOut, "no answer within \(limit.inWords)")
            }
        }
    }
}
