import DomainModel
import HypervisorInterface

private let root = "/contract"

/// Runs `body` in an empty directory of xenstore.
private func storeCase(
    _ name: String, _ body: @escaping @Sendable (any XenStore, ContractSetting) async throws -> Void
) -> ContractCase {
    ContractCase(name) { setting in
        let store = setting.machine.store
        try await store.removeIfPresent(root)
        do {
            try await body(store, setting)
        } catch {
            try? await store.removeIfPresent(root)
            throw error
        }
        try await store.removeIfPresent(root)
    }
}

let storeCases: [ContractCase] = [
    storeCase("a node reads as it was written, and those above it are made") { store, _ in
        try await store.write("\(root)/a/b", "value")
        try requireEqual(try await store.read("\(root)/a/b"), "value", "the value")
        try requireEqual(try await store.read("\(root)/a"), "", "the value of the node above")
        try await store.write("\(root)/a/b", "")
        try requireEqual(try await store.read("\(root)/a/b"), "", "the value")
    },
    storeCase("names are listed sorted") { store, _ in
        for name in ["c", "a", "b"] { try await store.write("\(root)/\(name)", "") }
        try requireEqual(try await store.list(root), ["a", "b", "c"], "the list")
        try requireEqual(try await store.list("\(root)/a"), [], "the list below a leaf")
    },
    storeCase("a list that is longer than a message, and changes that are longer than what lies between two programs") {
        store, _ in
        let names = (0..<2000).map { "name-of-a-node-\(10_000 + $0)" }
        let transaction = try await store.beginTransaction()
        let value = String(repeating: "v", count: 100)
        try await store.apply(names.map { .write("\(root)/\($0)", value) }, in: transaction)
        try requireEqual(try await store.list(root, in: transaction), names, "the list within the transaction")
        try await store.endTransaction(transaction, commit: true)
        try requireEqual(try await store.list(root), names, "the list")
        try requireEqual(try await store.read("\(root)/\(names[1999])"), value, "the last value")
    },
    storeCase("changes of which one cannot be made are not there when the transaction is aborted") { store, _ in
        let transaction = try await store.beginTransaction()
        try await requireStoreFailure(.invalid, "the second change") { () throws(XenStoreError) in
            try await store.apply(
                [.write("\(root)/a", ""), .write("\(root)//b", ""), .write("\(root)/c", "")], in: transaction)
        }
        try await store.endTransaction(transaction, commit: false)
        try await store.write("\(root)/d", "")
        try requireEqual(try await store.list(root), ["d"], "the list")
    },
    storeCase("what is not there is not found") { store, _ in
        try await requireStoreFailure(.notFound, "reading") { () throws(XenStoreError) in
            _ = try await store.read("\(root)/none")
        }
        try await requireStoreFailure(.notFound, "listing") { () throws(XenStoreError) in
            _ = try await store.list("\(root)/none")
        }
        try await requireStoreFailure(.notFound, "removing below nothing") { () throws(XenStoreError) in
            try await store.remove("\(root)/none/none", in: nil)
        }
    },
    storeCase("a node is removed with what is below it; removing it again is fine as long as its parent is there") {
        store, _ in
        try await store.write("\(root)/a/b", "value")
        for _ in 1...2 { try await store.remove("\(root)/a", in: nil) }
        try requireEqual(try await store.list(root), [], "the list")
    },
    storeCase("a path that is none is refused") { store, _ in
        for path in ["\(root)//a", "\(root)/a/", "\(root)/ä b", ""] {
            try await requireStoreFailure(.invalid, "writing to \"\(path)\"") { () throws(XenStoreError) in
                try await store.write(path, "value")
            }
        }
    },
    storeCase("a transaction shows its writes to itself, and to others when it is committed") { store, _ in
        let transaction = try await store.beginTransaction()
        try await store.write("\(root)/a", "new", in: transaction)
        try requireEqual(try await store.read("\(root)/a", in: transaction), "new", "the value inside")
        try requireEqual(try await store.readIfPresent("\(root)/a"), nil, "the value outside")
        try await store.endTransaction(transaction, commit: true)
        try requireEqual(try await store.read("\(root)/a"), "new", "the value afterwards")
    },
    storeCase("an aborted transaction leaves nothing") { store, _ in
        let transaction = try await store.beginTransaction()
        try await store.write("\(root)/a", "new", in: transaction)
        try await store.endTransaction(transaction, commit: false)
        try requireEqual(try await store.readIfPresent("\(root)/a"), nil, "the value")
    },
    storeCase("changes are committed all of them, below a directory or where they say, or none is made") { store, _ in
        let base = "\(root)/c"
        try await store.commit(
            [.makeDirectory("d/e"), .write("a", "1"), .write("\(root)/f", "2"), .write("a", "3")], below: base)
        try requireEqual(try await store.list(base), ["a", "d"], "the directory")
        try requireEqual(try await store.list("\(base)/d"), ["e"], "the directory that was made")
        try requireEqual(try await store.read("\(base)/a"), "3", "what was written twice")
        try requireEqual(try await store.read("\(root)/f"), "2", "what is elsewhere")
        let nobody = [XenStorePermission(.zero, .none)]
        for (change, reason) in [
            (XenStoreChange.setPermissions("none", nobody), XenStoreError.Reason.notFound),
            (.write("a//b", "1"), .invalid),
        ] {
            try await requireStoreFailure(reason, "committing \(change)") { () throws(XenStoreError) in
                try await store.commit([.write("a", "4"), .write("g/h", "5"), change], below: base)
            }
            try requireEqual(try await store.list(base), ["a", "d"], "the directory after that")
            try requireEqual(try await store.read("\(base)/a"), "3", "the value after that")
        }
    },
    storeCase("a transaction conflicts with a change of what it has read") { store, _ in
        try await store.write("\(root)/a", "1")
        let transaction = try await store.beginTransaction()
        let value = try await store.read("\(root)/a", in: transaction)
        try await store.write("\(root)/a", "2")
        try await store.write("\(root)/b", value, in: transaction)
        try await requireStoreFailure(.conflict, "committing") { () throws(XenStoreError) in
            try await store.endTransaction(transaction, commit: true)
        }
        try requireEqual(try await store.readIfPresent("\(root)/b"), nil, "what it wrote")
    },
    storeCase("a watch fires at once, for changes at and below its node, and for nothing else") { store, _ in
        try await store.write("\(root)/a", "")
        let watch = try await store.watch("\(root)/a")
        var changes = watch.changes.makeAsyncIterator()
        try requireEqual(await changes.next(), "\(root)/a", "the first event")
        try await store.write("\(root)/ab", "1")
        try await store.write("\(root)/a/b", "2")
        try requireEqual(await changes.next(), "\(root)/a/b", "the second event")
        try await store.remove("\(root)/a", in: nil)
        try requireEqual(await changes.next(), "\(root)/a", "the third event")
        watch.cancel()
        watch.cancel()
        try requireEqual(await changes.next(), nil, "what comes after the end")
    },
    storeCase("a watch sees a transaction's changes when it is committed") { store, _ in
        let watch = try await store.watch("\(root)/a")
        defer { watch.cancel() }
        var changes = watch.changes.makeAsyncIterator()
        try requireEqual(await changes.next(), "\(root)/a", "the first event")
        try await store.transaction { (transaction) throws(XenStoreError) in
            try await store.write("\(root)/a", "1", in: transaction)
        }
        try requireEqual(await changes.next(), "\(root)/a", "the second event")
        try requireEqual(try await store.read("\(root)/a"), "1", "the value")
    },
    storeCase("every change of a transaction that is tried again is there in the end") { store, _ in
        try await store.write("\(root)/n", "0")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<5 { try await increment(store, "\(root)/n") }
                }
            }
            try await group.waitForAll()
        }
        try requireEqual(try await store.read("\(root)/n"), "20", "the count")
    },
]

private func increment(_ store: any XenStore, _ path: String) async throws {
    try await store.transaction { (transaction) throws(XenStoreError) in
        let value = Int(try await store.read(path, in: transaction)) ?? 0
        try await store.write(path, "\(value + 1)", in: transaction)
    }
}
