import CLinux
import Glibc
import NIOPosix
import Synchronization

/// Accepts the connections of any number of listening sockets, with one thread.
///
/// A machine with ten thousand domains has ten thousand consoles, and hardly ever does anybody connect to one: a socket
/// that waits costs an entry in a table here, no channel and no event loop's time.
final class Acceptor: Sendable {
    /// The one of this process.
    static let shared = Acceptor()

    /// Connections that come together are taken in turns of so many.
    private static let batch = 64
    /// When descriptors have run out, none is taken for so long.
    private static let backoffMicroseconds: UInt32 = 100_000

    private struct Listener {
        var socket: CInt
        var accepted: @Sendable (CInt) -> Void
    }
    private struct State {
        var listeners: [UInt64: Listener] = [:]
        var newest: UInt64 = 0
    }

    private let poll: CInt
    private let state = Mutex(State())
    /// One thread, which never comes back.
    private let thread = NIOThreadPool(numberOfThreads: 1)

    private init() {
        poll = epoll_create1(CInt(EPOLL_CLOEXEC))
        precondition(poll >= 0, "epoll cannot be had: \(errorText(errno))")
        thread.start()
        thread.submit { [self] _ in
            while true { acceptSome() }
        }
    }

    /// Listens with a socket until `remove`; it belongs to this from now on.
    ///
    /// - Parameter accepted: gets the descriptor of each connection and closes it one day. Must not block.
    /// - Returns: a number to remove it with.
    func add(_ socket: CInt, accepted: @escaping @Sendable (CInt) -> Void) -> UInt64 {
        state.withLock { state in
            state.newest += 1
            state.listeners[state.newest] = Listener(socket: socket, accepted: accepted)
            var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: state.newest))
            // It fails for a lack of memory only: then nobody can connect.
            epoll_ctl(poll, EPOLL_CTL_ADD, socket, &event)
            return state.newest
        }
    }

    /// Closes a listening socket. Idempotent.
    func remove(_ number: UInt64) {
        state.withLock { state in
            // Closing takes it out of the set as well.
            if let listener = state.listeners.removeValue(forKey: number) { close(listener.socket) }
        }
    }

    private func acceptSome() {
        var events = [epoll_event](repeating: epoll_event(), count: Self.batch)
        let count = epoll_wait(poll, &events, CInt(events.count), -1)
        var isShort = false
        for event in events.prefix(Int(max(0, count))) where !accept(event.data.u64) { isShort = true }
        if isShort { usleep(Self.backoffMicroseconds) }
    }

    /// Takes one connection of a listener; if there are more, the next round does.
    /// - Returns: false when there are no descriptors left.
    private func accept(_ number: UInt64) -> Bool {
        // Under the lock, so that the descriptor is still that of the listener.
        let (connection, error, accepted) = state.withLock { state in
            guard let listener = state.listeners[number] else {
                return (CInt(-1), EAGAIN, nil as (@Sendable (CInt) -> Void)?)
            }
            let connection = clinux_accept(listener.socket)
            return (connection, connection < 0 ? errno : 0, listener.accepted)
        }
        guard connection < 0 else {
            accepted?(connection)
            return true
        }
        return ![EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error)
    }
}
