#if RealXen
    import CXen
    import DomainModel
    import Glibc
    import HypervisorInterface
    import Synchronization

    /// xenstore over two connections: one for requests, whose answers come in their order, and one for watches, whose events come at any
    /// time.
    struct LibxenStore: XenStore {
        private let calls: CallThread<XenStoreSocket>
        private let watchCalls: CallThread<XenStoreWatches>
        private let tokens = WatchCounter()

        init() {
            let calls = CallThread(name: "xenstore") { XenStoreSocket() }
            // The loss of one is the loss of both: the next request shall not be made to a xenstored that has gone.
            watchCalls = CallThread(
                name: "xenstore-watch", open: { XenStoreWatches { calls.submit { $0.disconnect() } } },
                waiting: { $0.serve(until: $1) })
            self.calls = calls
        }

        /// Closes the connections. No request may follow.
        func close() {
            watchCalls.close()
            calls.close()
        }

        func read(_ path: String, in transaction: XenStoreTransaction?) async throws(XenStoreError) -> String {
            String(decoding: try await ask(.read(path, in: transaction)), as: UTF8.self)
        }

        func write(_ path: String, _ value: String, in transaction: XenStoreTransaction?) async throws(XenStoreError) {
            try await apply([.write(path, value)], in: transaction)
        }

        func makeDirectory(_ path: String, in transaction: XenStoreTransaction?) async throws(XenStoreError) {
            try await apply([.makeDirectory(path)], in: transaction)
        }

        func remove(_ path: String, in transaction: XenStoreTransaction?) async throws(XenStoreError) {
            _ = try await ask(.remove(path, in: transaction))
        }

        func list(_ path: String, in transaction: XenStoreTransaction?) async throws(XenStoreError) -> [String] {
            try await calls.run { connection throws(XenStoreError) in
                let names: [UInt8]
                do throws(XenStoreError) {
                    names = try connection.ask(.list(path, in: transaction))
                } catch {
                    guard error.reason == .quota else { throw error }
                    names = try connection.parts(of: path, in: transaction)
                }
                return names.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }.sorted()
            }
        }

        func setPermissions(
            _ path: String, _ permissions: [XenStorePermission], in transaction: XenStoreTransaction?
        ) async throws(XenStoreError) {
            try await apply([.setPermissions(path, permissions)], in: transaction)
        }

        func apply(_ changes: [XenStoreChange], in transaction: XenStoreTransaction?) async throws(XenStoreError) {
            let requests = changes.map { XenStoreRequest.change($0, in: transaction) }
            try await calls.run { connection throws(XenStoreError) in
                guard transaction == nil else {
                    _ = try connection.ask(requests)
                    return
                }
                // Nothing would take back what comes after one that fails.
                for request in requests { _ = try connection.ask(request) }
            }
        }

        func beginTransaction() async throws(XenStoreError) -> XenStoreTransaction {
            let answer = String(decoding: try await ask(.begin).prefix { $0 != 0 }, as: UTF8.self)
            guard let id = UInt32(answer), id != 0 else {
                throw XenStoreError("begin", "a transaction", .system(errno: EIO))
            }
            return XenStoreTransaction(id)
        }

        func endTransaction(_ transaction: XenStoreTransaction, commit: Bool) async throws(XenStoreError) {
            _ = try await ask(.end(transaction, commit: commit))
        }

        func watch(_ path: String) async throws(XenStoreError) -> XenStoreWatch {
            let token = tokens.next()
            let (changes, continuation) = AsyncStream<String>.makeStream(bufferingPolicy: .bufferingNewest(watchLimit))
            try await watchCalls.run { connection throws(XenStoreError) in
                try connection.watch(path, token, continuation)
            }
            return XenStoreWatch(changes: changes) { [watchCalls] in
                continuation.finish()
                watchCalls.submit { $0.unwatch(path, token) }
            }
        }

        func introduce(_ id: DomainID, frame: UInt64, port: EventPort) async throws(XenStoreError) {
            _ = try await ask(.introduce(id, frame: frame, port: port))
        }

        func resume(_ id: DomainID) async throws(XenStoreError) { _ = try await ask(.resume(id)) }

        func release(_ id: DomainID) async throws(XenStoreError) { _ = try await ask(.release(id)) }

        private func ask(_ request: XenStoreRequest) async throws(XenStoreError) -> [UInt8] {
            try await calls.run { connection throws(XenStoreError) in try connection.ask(request) }
        }
    }

    extension XenStoreSocket {
        /// A list of names that is too long for one answer; each name ends with a zero.
        fileprivate func parts(
            of path: String, in transaction: XenStoreTransaction?
        ) throws(XenStoreError) -> [UInt8] {
            var (names, generation): ([UInt8], ArraySlice<UInt8>?) = ([], nil)
            while true {
                let part = try ask(.list(path, from: names.count, in: transaction))
                let head = part.prefix { $0 != 0 }
                // What was there has changed meanwhile.
                guard generation == nil || generation == head else {
                    (names, generation) = ([], nil)
                    continue
                }
                generation = head
                names += part.dropFirst(head.count + 1)
                // The last part ends with an empty name.
                if names.last == 0, names.count == 1 || names.dropLast().last == 0 { return names }
                guard part.count > head.count + 1 else { return names }
            }
        }
    }

    /// Events of one watch that wait for their reader. They only say "look again": who is this far behind loses nothing by
    /// losing the oldest.
    private let watchLimit = 1024

    /// Makes tokens, which tell watches apart.
    final class WatchCounter: Sendable {
        private let last = Atomic<UInt64>(0)
        func next() -> String { "w\(last.add(1, ordering: .relaxed).newValue)" }
    }
#endif
