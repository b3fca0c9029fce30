import HostInterface
import SimulatedHypervisor

/// A file of the tree in memory, open for appending, writing or reading. It stays the same file when its name is
/// taken by another.
///
/// `@unchecked Sendable`: used on the thread of the simulation's executor only, like the host it belongs to.
final class OpenFile: AppendableFile, WritableFile, ReadableFile, @unchecked Sendable {
    private let store: FileStoreHandle
    private let path: String
    private let node: FileNode
    private var position = 0

    init(store: FileStoreHandle, path: String, node: FileNode) {
        self.store = store
        self.path = path
        self.node = node
    }

    func append(_ bytes: [UInt8]) async throws(FileError) { try await add(bytes, "append to") }

    func write(_ bytes: [UInt8]) async throws(FileError) { try await add(bytes, "write") }

    func skip(_ count: Int) async throws(FileError) { try await write(Array(repeating: 0, count: count)) }

    private func add(_ bytes: [UInt8], _ action: String) async throws(FileError) {
        let fault = try await store.pass(.write, action, path)
        if fault == .drop { return }
        try store.host.files.append(fault.torn.map { Array(bytes.prefix($0)) } ?? bytes, to: node, path)
        try store.finish(fault, action, path)
    }

    func truncate(to length: Int) async throws(FileError) {
        let fault = try await store.pass(.write, "truncate", path)
        store.host.files.truncate(node, to: length)
        try store.finish(fault, "truncate", path)
    }

    func sync() async throws(FileError) {
        let fault = try await store.pass(.fsync, "sync", path, takes: store.host.latencies.sync)
        if fault != .drop { node.sync() }
        try store.finish(fault, "sync", path)
    }

    func read(_ count: Int) async throws(FileError) -> [UInt8] {
        let fault = try await store.pass(.read, "read", path)
        let end = min(node.contents.count, position + max(0, count))
        guard position < end else { return [] }
        let bytes = fault.damaged(Array(node.contents[position..<end]))
        // What comes back short is the last that comes.
        position = bytes.count < end - position ? node.contents.count : end
        return bytes
    }

    func close() async {}
}

/// A file of the real store behind the same fence and the same faults.
struct RealFile: AppendableFile, WritableFile, ReadableFile {
    let store: FileStoreHandle
    let path: String
    var appending: (any AppendableFile)?
    var writing: (any WritableFile)?
    var reading: (any ReadableFile)?

    func append(_ bytes: [UInt8]) async throws(FileError) {
        let fault = try await store.pass(.write, "append to", path)
        try await appending?.append(fault.torn.map { Array(bytes.prefix($0)) } ?? bytes)
        try store.finish(fault, "append to", path)
    }

    func write(_ bytes: [UInt8]) async throws(FileError) {
        let fault = try await store.pass(.write, "write", path)
        try await writing?.write(fault.torn.map { Array(bytes.prefix($0)) } ?? bytes)
        try store.finish(fault, "write", path)
    }

    func skip(_ count: Int) async throws(FileError) {
        try await store.pass(.write, "write", path)
        try await writing?.skip(count)
    }

    func truncate(to length: Int) async throws(FileError) {
        try await store.pass(.write, "truncate", path)
        try await appending?.truncate(to: length)
    }

    func sync() async throws(FileError) {
        let fault = try await store.pass(.fsync, "sync", path)
        if let appending { try await appending.sync() }
        if let writing { try await writing.sync() }
        try store.finish(fault, "sync", path)
    }

    func read(_ count: Int) async throws(FileError) -> [UInt8] {
        let fault = try await store.pass(.read, "read", path)
        return fault.damaged(try await reading?.read(count) ?? [])
    }

    func close() async {
        await appending?.close()
        await writing?.close()
        await reading?.close()
    }
}
