import HostInterface
import Synchronization

/// The trace (manual G2): while it is on, every call of the machine and the host and every exception goes to xend.trace.
///
/// Lines are `> module:function`, `< module:function`, `! Exception: …`, indented by depth with `|` at every fifth column
/// (reference/lifecycle-and-events.md §7). Tracing never waits for the disk: what cannot be written in time is counted.
final class Tracer: Sendable {
    /// Bytes waiting to be written; beyond it lines are dropped.
    static let backlog = 1 << 20
    static let endMark = "-------------------- TRACE OFF --------------------"

    private struct State {
        var isOn = false
        var isWriting = false
        var isNew = false
        var waiting: [UInt8] = []
        var dropped = 0
    }

    private let path: String
    private let files: any FileStore
    private let tasks: any TaskSpawner
    private let state = Mutex(State())
    /// As the state has it: asked at each call, and nearly always false.
    private let isTracing = Atomic(false)

    /// How deep the present task is in traced calls.
    @TaskLocal private static var depth = 0

    init(path: String, host: Host) {
        self.path = path
        files = host.files
        tasks = host.tasks
    }

    var isOn: Bool { isTracing.load(ordering: .relaxed) }

    /// Turns tracing on, with an empty file, or off, with the end mark.
    func set(_ isOn: Bool) {
        let changed = state.withLock { state in
            guard state.isOn != isOn else { return false }
            state.isOn = isOn
            isTracing.store(isOn, ordering: .relaxed)
            if isOn { (state.isNew, state.waiting) = (true, []) }
            return true
        }
        guard changed else { return }
        if isOn { flush() } else { write(Self.endMark, evenWhenOff: true) }
    }

    /// Runs `body` as a traced call named `module:function`.
    @inline(__always)
    func call<Value: Sendable, Failure: Error>(
        _ name: @autoclosure () -> String, _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        guard isOn else { return try await body() }
        return try await traced(name(), body)
    }

    private func traced<Value: Sendable, Failure: Error>(
        _ name: String, isolation: isolated (any Actor)? = #isolation, _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let depth = Self.depth
        line(depth, "> \(name)")
        let result: Result<Value, Failure> = await Self.$depth.withValue(depth + 1) {
            // Who traces is isolated as who does not.
            _ = isolation
            do throws(Failure) {
                return .success(try await body())
            } catch {
                return .failure(error)
            }
        }
        if case .failure(let error) = result { line(depth, "! Exception: \(error)") }
        line(depth, "< \(name)")
        return try result.get()
    }

    private func line(_ depth: Int, _ text: String) {
        let indent = String((0..<depth).map { $0 % 5 == 4 ? "|" : " " })
        write(indent + LogLine.onOneLine(text), evenWhenOff: false)
    }

    private func write(_ text: String, evenWhenOff: Bool) {
        state.withLock { state in
            guard state.isOn || evenWhenOff else { return }
            guard state.waiting.count + text.utf8.count < Self.backlog else {
                state.dropped += 1
                return
            }
            if state.dropped > 0 {
                state.waiting += Array("(\(state.dropped) lines dropped)\n".utf8)
                state.dropped = 0
            }
            state.waiting += Array(text.utf8)
            state.waiting.append(UInt8(ascii: "\n"))
        }
        flush()
    }

    /// Starts writing what waits, unless somebody does already.
    private func flush() {
        let starts = state.withLock { state in
            defer { state.isWriting = true }
            return !state.isWriting
        }
        if starts { tasks.spawn { await self.writeAll() } }
    }

    private func writeAll() async {
        while let (bytes, isNew) = next() {
            if isNew {
                try? await files.makeDirectory(files.directory(of: path))
                try? await files.write(path, [])
            }
            guard !bytes.isEmpty, let file = try? await files.openForAppending(path) else { continue }
            try? await file.append(bytes)
            await file.close()
        }
    }

    private func next() -> (bytes: [UInt8], isNew: Bool)? {
        state.withLock { state in
            guard state.isNew || !state.waiting.isEmpty else {
                state.isWriting = false
                return nil
            }
            defer { (state.waiting, state.isNew) = ([], false) }
            return (state.waiting, state.isNew)
        }
    }
}
