import HostInterface
import Synchronization

/// A few files in memory, and a disk that can be full.
final class HeldFiles: FileStore {
    private struct State {
        var contents: [String: [UInt8]] = [:]
        var unsynced: Set<String> = []
        var isFull = false
    }

    private let state = Mutex(State())

    /// What stands in the one file without an ending, and in those with one.
    var text: String { text(of: "") }
    func text(of ending: String) -> String {
        state.withLock { state in
            let name = state.contents.keys.sorted().first { ending.isEmpty ? !$0.contains(".") : $0.hasSuffix(ending) }
            return name.flatMap { state.contents[$0] }.map { String(decoding: $0, as: UTF8.self) } ?? ""
        }
    }
    var isDurable: Bool { state.withLock { $0.unsynced.isEmpty } }
    func put(_ text: String) {
        state.withLock { state in
            for name in state.contents.keys.filter({ !$0.contains(".") }) { state.contents[name] = Array(text.utf8) }
        }
    }
    /// What stands in them now, in files that nobody else writes.
    func copy() -> HeldFiles {
        let copy = HeldFiles()
        let contents = state.withLock { $0.contents }
        copy.state.withLock { $0.contents = contents }
        return copy
    }
    func fail(_ isFull: Bool) { state.withLock { $0.isFull = isFull } }

    func read(_ path: String, limit: Int) async throws(FileError) -> [UInt8] {
        guard let bytes = state.withLock({ $0.contents[path] }) else { throw FileError("read", path, .notFound) }
        return bytes
    }
    func write(_ path: String, _ bytes: [UInt8]) async throws(FileError) {
        guard !state.withLock({ $0.isFull }) else { throw FileError("write", path, .noSpace) }
        state.withLock { state in
            state.contents[path] = bytes
            state.unsynced.insert(path)
        }
    }
    func sync(_ path: String) async throws(FileError) { state.withLock { _ = $0.unsynced.remove(path) } }
    func rename(_ path: String, to target: String) async throws(FileError) {
        state.withLock { $0.contents[target] = $0.contents.removeValue(forKey: path) }
    }
    func syncDirectory(_ path: String) async throws(FileError) {}
    func remove(_ path: String) async throws(FileError) { state.withLock { $0.contents[path] = nil } }
    func makeDirectory(_ path: String) async throws(FileError) {}
    func list(_ path: String) async throws(FileError) -> [String] { [] }
    func information(_ path: String) async throws(FileError) -> FileInformation? { nil }
    func openForAppending(_ path: String) async throws(FileError) -> any AppendableFile { throw unused(path) }
    func openForWriting(_ path: String) async throws(FileError) -> any WritableFile { throw unused(path) }
    func openForReading(_ path: String) async throws(FileError) -> any ReadableFile { throw unused(path) }
    private func unused(_ path: String) -> FileError { FileError("open", path, .notPermitted) }
}

/// A clock that goes on when it is told to, and whose calendar can be set.
final class SetClock: HostClock {
    private let time = Mutex((now: Instant(nanoseconds: 0), wall: WallTime(seconds: 784_111_777)))

    func pass(_ duration: Duration) {
        time.withLock { time in
            time.now = time.now + duration
            time.wall.nanoseconds += duration.nanoseconds
        }
    }
    func set(back duration: Duration) { time.withLock { $0.wall.nanoseconds -= duration.nanoseconds } }
    var now: Instant { time.withLock { $0.now } }
    var wallTime: WallTime { time.withLock { $0.wall } }
    func sleep(until deadline: Instant) async throws(CancellationError) {
        try await StillClock().sleep(until: deadline)
    }
}

/// Numbers one after another, spread over all bits.
final class CountedRandom: RandomSource {
    private static let count = Mutex(UInt64(0))

    func next() -> UInt64 {
        Self.count.withLock { count in
            count += 1
            return count &* 0x9E37_79B9_7F4A_7C15
        }
    }
}

/// Always the same.
struct FixedRandom: RandomSource {
    func next() -> UInt64 { 42 }
}
