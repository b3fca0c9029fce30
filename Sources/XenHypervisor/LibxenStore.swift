#if RealXen
    import CXen
    import DomainModel
    import Glibc
    import HypervisorInterface
    import Synchronization

    /// xenstore through libxenstore, over two connections. As soon as one has a watch, libxenstore reads it with a thread of its
    /// own, and every answer to a request is handed from thread to thread: watches have a connection for themselves.
    struct LibxenStore: XenStore {
        private let calls: CallThread<XenStoreConnection>
        private let watchCalls: CallThread<XenStoreConnection>
        private let tokens = WatchCounter()

        init() {
            let calls = CallThread(name: "xenstore") { XenStoreConnection() }
            // The loss of one is the loss of both: the next request shall not be made to a xenstored that has gone.
            watchCalls = CallThread(
                name: "xenstore-watch", open: { XenStoreConnection { calls.submit { $0.disconnect() } } },
                waiting: { $0.serve(until: $1) })
            self.calls = calls
        }

        /// Closes the connections. No request may follow.
        func close() {
            watchCalls.close()
            calls.close()
        }

        func read(_ path: String, in transaction: XenStoreTransaction?) async throws(XenStoreError) -> String {
            try await calls.run { connection throws(XenStoreError) in
                try connection.request("read", path) { handle in
                    var length: UInt32 = 0
                    guard let value = xs_read(handle, transaction.id, path, &length) else { return nil }
                    defer { free(value) }
                    return String(decoding: UnsafeRawBufferPointer(start: value, count: Int(length)), as: UTF8.self)
                }
            }
        }

        func write(_ path: String, _ value: String, in transaction: XenStoreTransaction?) async throws(XenStoreError) {
            try await apply([.write(path, value)], in: transaction)
        }

        func makeDirectory(_ path: String, in transaction: XenStoreTransaction?) async throws(XenStoreError) {
            try await apply([.makeDirectory(path)], in: transaction)
        }

        func remove(_ path: String, in transaction: XenStoreTransaction?) async throws(XenStoreError) {
            try await call("remove", path) { xs_rm($0, transaction.id, path) }
        }

        func list(_ path: String, in transaction: XenStoreTransaction?) async throws(XenStoreError) -> [String] {
            try await calls.run { connection throws(XenStoreError) in
                try connection.request("list", path) { handle in
                    var count: UInt32 = 0
                    guard let names = xs_directory(handle, transaction.id, path, &count) else { return nil }
                    defer { free(names) }
                    return (0..<Int(count)).compactMap { names[$0].map { String(cString: $0) } }.sorted()
                }
            }
        }

        func setPermissions(
            _ path: String, _ permissions: [XenStorePermission], in transaction: XenStoreTransaction?
        ) async throws(XenStoreError) {
            try await apply([.setPermissions(path, permissions)], in: transaction)
        }

        func apply(_ changes: [XenStoreChange], in transaction: XenStoreTransaction?) async throws(XenStoreError) {
            try await calls.run { connection throws(XenStoreError) in
                for change in changes {
                    try connection.request(change.action, change.path) { change.make($0, transaction.id) ? () : nil }
                }
            }
        }

        func beginTransaction() async throws(XenStoreError) -> XenStoreTransaction {
            try await calls.run { connection throws(XenStoreError) in
                try connection.request("begin", "a transaction") { handle in
                    let id = xs_transaction_start(handle)
                    return id == 0 ? nil : XenStoreTransaction(id)
                }
            }
        }

        func endTransaction(_ transaction: XenStoreTransaction, commit: Bool) async throws(XenStoreError) {
            try await call(commit ? "commit" : "abort", "a transaction") {
                xs_transaction_end($0, transaction.rawValue, !commit)
            }
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
            try await call("introduce", "domain \(id)") {
                xs_introduce_domain($0, UInt32(id.rawValue), UInt(frame), port.rawValue)
            }
        }

        func resume(_ id: DomainID) async throws(XenStoreError) {
            try await call("resume", "domain \(id)") { xs_resume_domain($0, UInt32(id.rawValue)) }
        }

        func release(_ id: DomainID) async throws(XenStoreError) {
            try await call("release", "domain \(id)") { xs_release_domain($0, UInt32(id.rawValue)) }
        }

        private func call(
            _ action: String, _ path: String, _ body: @escaping @Sendable (OpaquePointer) -> Bool
        ) async throws(XenStoreError) {
            try await calls.run { connection throws(XenStoreError) in
                try connection.request(action, path) { body($0) ? () : nil }
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

    extension XenStoreChange {
        fileprivate var action: String {
            switch self {
            case .write: "write"
            case .makeDirectory: "make"
            case .setPermissions: "set permissions of"
            }
        }

        fileprivate var path: String {
            switch self {
            case .write(let path, _), .makeDirectory(let path), .setPermissions(let path, _): path
            }
        }

        /// Makes it; false with errno when it fails.
        fileprivate func make(_ handle: OpaquePointer, _ transaction: xs_transaction_t) -> Bool {
            switch self {
            case .write(let path, let value):
                return xs_write(handle, transaction, path, value, UInt32(value.utf8.count))
            case .makeDirectory(let path): return xs_mkdir(handle, transaction, path)
            case .setPermissions(let path, let permissions):
                var entries = permissions.map { xs_permissions(id: UInt32($0.domain.rawValue), perms: $0.access.bits) }
                return xs_set_permissions(handle, transaction, path, &entries, UInt32(entries.count))
            }
        }
    }

    extension XenStoreTransaction? {
        /// xs_transaction_t, where 0 is none.
        fileprivate var id: UInt32 { self?.rawValue ?? 0 }
    }

    extension XenStorePermission.Access {
        fileprivate var bits: UInt32 {
            switch self {
            case .none: UInt32(XS_PERM_NONE)
            case .read: UInt32(XS_PERM_READ)
            case .write: UInt32(XS_PERM_WRITE)
            case .readWrite: UInt32(XS_PERM_READ | XS_PERM_WRITE)
            }
        }
    }
#endif
