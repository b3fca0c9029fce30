#if RealXen
import CXen
import Glibc
import HypervisorInterface
import Synchronization

/// A connection to xenstored by libxenstore: requests on one thread, watch events read on another.
final class XenStoreConnection: Sendable {
    /// libxenstore locks each handle itself: one thread asks while another waits for watch events.
    nonisolated(unsafe) private let handle: OpaquePointer?
    private let openErrno: Int32
    private let watchers = Mutex<[String: AsyncStream<String>.Continuation]>([:])

    /// Connects to xenstored's socket. Not through /dev/xen/xenbus, where a request to a dead xenstored waits for ever.
    init() {
        handle = xs_open(UInt(XS_OPEN_SOCKETONLY))
        openErrno = handle == nil ? errno : 0
    }

    /// The handle for a call; throws when there is none.
    func open(_ action: String, _ path: String) throws(XenStoreError) -> OpaquePointer {
        if let handle { return handle }
        switch openErrno {
        case EACCES, EPERM: throw XenStoreError(action, path, .notPermitted)
        default: throw XenStoreError(action, path, .unavailable)
        }
    }

    // MARK: Watches

    /// Where the events of the watch with this token go.
    func register(_ token: String, _ changes: AsyncStream<String>.Continuation) {
        watchers.withLock { $0[token] = changes }
    }

    /// Ends the stream of the watch; nil when it has ended before.
    func unregister(_ token: String) -> AsyncStream<String>.Continuation? {
        watchers.withLock { $0.removeValue(forKey: token) }
    }

    /// Starts the thread that reads watch events, until `stopWatching`.
    func startWatching() {
        guard let handle else { return }
        let address = UInt(bitPattern: handle)
        startThread(named: "xenstore-watch") { [self] in
            guard let handle = OpaquePointer(bitPattern: address) else { return }
            while let (path, token) = nextEvent(handle) {
                if token == stopToken { break }
                watchers.withLock { _ = $0[token]?.yield(path) }
            }
            endAllWatches()
            xs_close(handle)
        }
    }

    /// Has the reading thread end, and close the connection. No request may follow.
    func stopWatching() {
        guard let handle else { return }
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

    private func endAllWatches() {
        let all = watchers.withLock { state in
            defer { state = [:] }
            return state
        }
        for (_, changes) in all { changes.finish() }
    }
}

private let stopToken = "stop"
#endif
