#if RealXen
import CXen
import Glibc
import HypervisorInterface
import Synchronization

/// A connection to xenstored by libxenstore, made at the first request: requests come on one thread, watch events are
/// read on another.
final class XenStoreConnection: Sendable {
    private struct State {
        /// The address of the library's handle, which locks itself: one thread asks while another waits for events.
        var handle: UInt?
        /// xenstored is gone: the handle is of no use any more. The thread of requests closes it.
        var isLost = false
        var watchers: [String: AsyncStream<String>.Continuation] = [:]
    }

    private let state = Mutex(State())

    /// The handle for a call. Connects when there is no connection (yet).
    ///
    /// - Throws: `unavailable` when xenstored does not run.
    func open(_ action: String, _ path: String) throws(XenStoreError) -> OpaquePointer {
        closeIfLost()
        if let handle = current { return handle }
        // libxenstore would try /dev/xen/xenbus next, where a request to a dead xenstored waits for ever.
        guard xenstoredListens(), let handle = xs_open(UInt(XS_UNWATCH_FILTER)) else {
            throw XenStoreError(action, path, errno == EACCES || errno == EPERM ? .notPermitted : .unavailable)
        }
        state.withLock { $0.handle = UInt(bitPattern: handle) }
        readEvents(of: UInt(bitPattern: handle))
        return handle
    }

    private var current: OpaquePointer? { state.withLock { $0.handle.flatMap(OpaquePointer.init(bitPattern:)) } }

    private func closeIfLost() {
        let lost = state.withLock { state -> UInt? in
            guard state.isLost else { return nil }
            defer { (state.handle, state.isLost) = (nil, false) }
            return state.handle
        }
        if let lost { xs_close(OpaquePointer(bitPattern: lost)) }
    }

    // MARK: Watches

    /// Where the events of the watch with this token go.
    func register(_ token: String, _ changes: AsyncStream<String>.Continuation) {
        state.withLock { $0.watchers[token] = changes }
    }

    /// Ends the stream of the watch; nil when it has ended before.
    func unregister(_ token: String) -> AsyncStream<String>.Continuation? {
        state.withLock { $0.watchers.removeValue(forKey: token) }
    }

    /// Starts the thread that reads watch events, until `stopWatching` or until the connection is lost.
    private func readEvents(of address: UInt) {
        startThread(named: "xenstore-watch") { [self] in
            guard let handle = OpaquePointer(bitPattern: address) else { return }
            while let (path, token) = nextEvent(handle) {
                if token == stopToken {
                    endAllWatches()
                    xs_close(handle)
                    return
                }
                state.withLock { _ = $0.watchers[token]?.yield(path) }
            }
            state.withLock { $0.isLost = true }
            endAllWatches()
        }
    }

    /// Has the reading thread end, and close the connection. No request may follow.
    func stopWatching() {
        closeIfLost()
        guard let handle = current else { return }
        // A new watch fires at once; this one tells the reader to go.
        xs_watch(handle, "@introduceDomain", stopToken)
    }

    /// Waits for an event; nil when the connection is lost.
    private func nextEvent(_ handle: OpaquePointer) -> (path: String, token: String)? {
        var count: UInt32 = 0
        guard let event = xs_read_watch(handle, &count) else { return nil }
        defer { free(event) }
        guard let path = event[Int(XS_WATCH_PATH.rawValue)], let token = event[Int(XS_WATCH_TOKEN.rawValue)] else {
            return nil
        }
        return (String(cString: path), String(cString: token))
    }

    /// Their readers learn that they will hear no more, and look themselves.
    private func endAllWatches() {
        let all = state.withLock { state in
            defer { state.watchers = [:] }
            return state.watchers
        }
        for (_, changes) in all { changes.finish() }
    }
}

/// Whether someone listens on xenstored's socket. (A xenstored in a domain of its own has none; it is not supported.)
private func xenstoredListens() -> Bool {
    guard let path = xs_daemon_socket() else { return false }
    let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return cxen_connect_unix(descriptor, path) == 0
}

private let stopToken = "stop"
#endif
