import HostInterface
import Synchronization

/// Files in memory, any write of which can be made to fail.
final class MemoryFiles: FileStore {
    struct State {
        var files: [String: [UInt8]] = [:]
        var holes = 0
        /// The write, sync or rename with this number fails; counted from 0.
        var failing: Int?
        var operations = 0
    }

    let state: Mutex<State>

    init(_ files: [String: [UInt8]] = [:]) { state = Mutex(State(files: files)) }

    subscript(path: String) -> [UInt8]? {
        get { state.withLock { $0.files[path] } }
        set { state.withLock { $0.files[path] = newValue } }
    }

    var paths: [String] { state.withLock { $0.files.keys.sorted() } }

    /// Counts an operation that can fail.
    func act<Result>(_ action: String, _ path: String, _ body: (inout State) -> Result) throws(FileError) -> Result {
        let result: Result? = state.withLock { state in
            defer { state.operations += 1 }
            return state.operations == state.failing ? nil : body(&state)
        }
        guard let result else { throw FileError(action, path, .noSpace) }
        return result
    }

    func read(_ path: String, limit: Int) async throws(FileError) -> [UInt8] {
        guard let bytes = self[path] else { throw FileError("read", path, .notFound) }
        return bytes
    }
    func write(_ path: String, _ bytes: [UInt8]) async throws(FileError) {
        try act("write", path) { $0.files[path] = bytes }
    }
    func sync(_ path: String) async throws(FileError) { try act("sync", path) { _ in } }
    func rename(_ path: String, to target: String) async throws(FileError) {
        try act("rename", path) { $0.files[target] = $0.files.removeValue(forKey: path) }
    }
    func syncDirectory(_ path: String) async throws(FileError) { try act("sync", path) { _ in } }
    func remove(_ path: String) async throws(FileError) {
        guard state.withLock({ $0.files.removeValue(forKey: path) }) != nil else {
            throw FileError("remove", path, .notFound)
        }
    }
    func makeDirectory(_ path: String) async throws(FileError) {}
    func list(_ path: String) async throws(FileError) -> [String] { paths }
    func information(_ path: String) async throws(FileError) -> FileInformation? {
        self[path].map {
            FileInformation(kind: .file, size: UInt64($0.count), modified: WallTime(nanoseconds: 0))
        }
    }
    func openForAppending(_ path: String) async throws(FileError) -> any AppendableFile {
        throw FileError("open", path, .notPermitted)
    }
    func openForWriting(_ path: String) async throws(FileError) -> any WritableFile {
        try act("open", path) { $0.files[path] = [] }
        return Handle(store: self, path: path)
    }
    func openForReading(_ path: String) async throws(FileError) -> any ReadableFile {
        guard let bytes = self[path] else { throw FileError("open", path, .notFound) }
        return Source(bytes)
    }

    private struct Handle: WritableFile {
        let store: MemoryFiles
        let path: String
        func write(_ bytes: [UInt8]) async throws(FileError) {
            try store.act("write", path) { $0.files[path, default: []] += bytes }
        }
        func skip(_ count: Int) async throws(FileError) {
            try store.act("write", path) { state in
                state.files[path, default: []] += [UInt8](repeating: 0, count: count)
                state.holes += count
            }
        }
        func sync() async throws(FileError) { try await store.sync(path) }
        func close() async {}
    }

    private final class Source: ReadableFile {
        let rest: Mutex<ArraySlice<UInt8>>
        init(_ bytes: [UInt8]) { rest = Mutex(bytes[...]) }
        func read(_ count: Int) async throws(FileError) -> [UInt8] {
            rest.withLock { rest in
                // A file may give less than asked for.
                let piece = rest.prefix(min(count, 5000))
                rest = rest.dropFirst(piece.count)
                return Array(piece)
            }
        }
        func close() async {}
    }
}
