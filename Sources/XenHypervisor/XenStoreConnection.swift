#if RealXen
    import CXen
    import Glibc
    import HypervisorInterface

    /// A connection to xenstored by libxenstore, made at the first request. It belongs to one thread, which asks, and hands
    /// out the events of watches while it waits for something to ask.
    ///
    /// The shared library is needed: it has a reader of its own. With the static one, which has none, a request fails when an
    /// event comes before its answer, and nothing tells that an event has come.
    final class XenStoreConnection {
        private var handle: OpaquePointer?
        /// Where the events of watches go, by token.
        private var watchers: [String: AsyncStream<String>.Continuation] = [:]
        private let onLoss: () -> Void

        /// - Parameter onLoss: called when xenstored has ended the connection.
        init(onLoss: @escaping () -> Void = {}) { self.onLoss = onLoss }

        deinit { disconnect() }

        // MARK: Requests

        /// Makes a request; `body` returns nil and leaves errno when it fails.
        ///
        /// - Throws: `unavailable` when xenstored does not run, or ended meanwhile; the next request connects again.
        func request<Value>(
            _ action: String, _ path: String, _ body: (OpaquePointer) -> Value?
        ) throws(XenStoreError) -> Value {
            let handle = try connect(action, path)
            if let value = body(handle) { return value }
            let error = XenStoreError(action, path, XenStoreError.Reason(errno: errno))
            if error.reason == .unavailable { disconnect() }
            throw error
        }

        private func connect(_ action: String, _ path: String) throws(XenStoreError) -> OpaquePointer {
            if let handle { return handle }
            // libxenstore would try /dev/xen/xenbus next, where a request to a dead xenstored waits for ever.
            guard xenstoredListens(), let new = xs_open(UInt(XS_UNWATCH_FILTER)) else {
                throw XenStoreError(action, path, errno == EACCES || errno == EPERM ? .notPermitted : .unavailable)
            }
            handle = new
            return new
        }

        /// The next request connects again.
        func disconnect() {
            if let handle { xs_close(handle) }
            handle = nil
            // Their readers learn that they will hear no more, and look themselves.
            for (_, changes) in watchers { changes.finish() }
            watchers = [:]
        }

        // MARK: Watches

        /// Registers a watch. Its first event comes at once.
        func watch(
            _ path: String, _ token: String, _ changes: AsyncStream<String>.Continuation
        ) throws(XenStoreError) {
            try request("watch", path) { xs_watch($0, path, token) ? () : nil }
            watchers[token] = changes
        }

        /// Removes a watch. Nothing happens when it has ended with the connection.
        func unwatch(_ path: String, _ token: String) {
            guard watchers.removeValue(forKey: token) != nil, let handle else { return }
            xs_unwatch(handle, path, token)
        }

        /// Hands out events until the signal comes.
        func serve(until signal: Signal) {
            while true {
                deliverEvents()
                var descriptors = [pollfd(fd: signal.descriptor, events: Int16(POLLIN), revents: 0)]
                if let handle { descriptors.append(pollfd(fd: xs_fileno(handle), events: Int16(POLLIN), revents: 0)) }
                guard poll(&descriptors, nfds_t(descriptors.count), -1) > 0 else { continue }
                if descriptors[0].revents != 0 { return signal.wait() }
            }
        }

        private func deliverEvents() {
            while let handle {
                guard let event = xs_check_watch(handle) else {
                    // Anything but "none": the connection is lost.
                    guard errno != EAGAIN else { return }
                    disconnect()
                    return onLoss()
                }
                defer { free(event) }
                guard let path = event[Int(XS_WATCH_PATH.rawValue)], let token = event[Int(XS_WATCH_TOKEN.rawValue)]
                else {
                    continue
                }
                watchers[String(cString: token)]?.yield(String(cString: path))
            }
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
#endif
