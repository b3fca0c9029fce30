extension XenStore {
    /// Reads a node outside of any transaction.
    ///
    /// - Throws: `notFound` where there is none.
    public func read(_ path: String) async throws(XenStoreError) -> String { try await read(path, in: nil) }

    /// Writes a node, and those above it that are missing, outside of any transaction.
    public func write(_ path: String, _ value: String) async throws(XenStoreError) {
        try await write(path, value, in: nil)
    }

    /// The names below a node, outside of any transaction.
    public func list(_ path: String) async throws(XenStoreError) -> [String] { try await list(path, in: nil) }

    /// One change after the other, for stores that know no better way.
    public func apply(_ changes: [XenStoreChange], in transaction: XenStoreTransaction?) async throws(XenStoreError) {
        try await applyEach(changes, in: transaction)
    }

    /// One change after the other, each a request of its own.
    public func applyEach(
        _ changes: [XenStoreChange], in transaction: XenStoreTransaction?
    ) async throws(XenStoreError) {
        for change in changes {
            switch change {
            case .write(let path, let value): try await write(path, value, in: transaction)
            case .makeDirectory(let path): try await makeDirectory(path, in: transaction)
            case .setPermissions(let path, let permissions):
                try await setPermissions(path, permissions, in: transaction)
            }
        }
    }

    /// In a transaction, for stores that know no better way.
    public func commit(_ changes: [XenStoreChange], below base: String) async throws(XenStoreError) {
        try await commitInTransaction(changes, below: base)
    }

    /// In a transaction, which takes a request more at the beginning and at the end.
    public func commitInTransaction(
        _ changes: [XenStoreChange], below base: String
    ) async throws(XenStoreError) {
        let resolved = changes.map { $0.resolved(below: base) }
        try await transaction { transaction throws(XenStoreError) in try await apply(resolved, in: transaction) }
    }

    /// The value, or nil when there is no such node.
    public func readIfPresent(_ path: String) async throws(XenStoreError) -> String? {
        do {
            return try await read(path)
        } catch {
            guard error.reason == .notFound else { throw error }
            return nil
        }
    }

    /// The names below `path`; none when there is no such node.
    public func listIfPresent(_ path: String) async throws(XenStoreError) -> [String] {
        do {
            return try await list(path)
        } catch {
            guard error.reason == .notFound else { throw error }
            return []
        }
    }

    /// Removes a node with everything below it; fine when it is not there.
    public func removeIfPresent(_ path: String) async throws(XenStoreError) {
        do {
            try await remove(path, in: nil)
        } catch {
            guard error.reason == .notFound else { throw error }
        }
    }

    /// Removes a directory that has nothing in it any more; leaves it when something is, or comes, in.
    public func removeIfEmpty(_ path: String) async throws(XenStoreError) {
        do {
            // Most often it is not there, or not empty: that needs no transaction.
            guard try await list(path).isEmpty else { return }
            try await transaction { transaction throws(XenStoreError) in
                guard try await list(path, in: transaction).isEmpty else { return }
                try await remove(path, in: transaction)
            }
        } catch {
            guard error.reason == .notFound else { throw error }
        }
    }

    /// Runs `body` in a transaction, again from the start while others interfere.
    ///
    /// - Throws: `conflict` after `transactionAttempts` tries: with so many conflicts something is wrong.
    public func transaction(
        _ body: (XenStoreTransaction) async throws(XenStoreError) -> Void
    ) async throws(XenStoreError) {
        for attempt in 1... {
            let transaction = try await beginTransaction()
            do {
                try await body(transaction)
            } catch {
                try? await endTransaction(transaction, commit: false)
                throw error
            }
            do {
                return try await endTransaction(transaction, commit: true)
            } catch {
                guard error.reason == .conflict, attempt < transactionAttempts else { throw error }
            }
        }
    }
}

/// xenstored serves other clients between two tries; a storm longer than this is reported instead of endured.
private let transactionAttempts = 100
