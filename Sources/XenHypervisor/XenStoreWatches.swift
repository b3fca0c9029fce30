#if RealXen
    import CXen
    import Glibc
    import HypervisorInterface

    /// A connection to xenstored by libxenstore for watches, made with the first of them. It belongs to one thread, which hands out their
    /// events while it waits for something to do.
    ///
    /// The shared library is needed: it has a reader of its own. With the static one, which has none, a request fails when an
    /// event comes before its answer, and nothing tells that an event has come.
    final class XenStoreWatches {
        private var handle: OpaquePointer?
        /// Where events go, by token.
        private var watchers: [String: AsyncStream<String>.Continuation] = [:]
        private let onLoss: () -> Void

        /// - Parameter onLoss: called when xenstored has ended the connection.
        init(onLoss: @escaping () -> Void) { self.onLoss = onLoss }

        deinit { disconnect() }

        private func connect(_ path: String) throws(XenStoreError) -> OpaquePointer {
            if let handle { return handle }
            // libxenstore would try /dev/xen/xenbus next, where a request to a dead xenstored waits for ever.
            close(try XenStoreSocket.connected("watch", path))
            guard let new = xs_open(UInt(XS_UNWATCH_FILTER)) else {
                throw XenStoreError("watch", path, errno == EACCES || errno == EPERM ? .notPermitted : .unavailable)
            }
            handle = new
            return new
        }

        /// The next watch connects again.
        private func disconnect() {
            if let handle { xs_close(handle) }
            handle = nil
            // Their readers learn that they will hear no more, and look themselves.
            for (_, changes) in watchers { changes.finish() }
            watchers = [:]
        }

        /// Registers a watch. Its first event comes at once.
        ///
        /// - Throws: `unavailable` when xenstored does not run, or ended meanwhile; the next watch connects again.
        func watch(
            _ path: String, _ token: String, _ changes: AsyncStream<String>.Continuation
        ) throws(XenStoreError) {
            guard xs_watch(try connect(path), path, token) else {
                let error = XenStoreError("watch", path, XenStoreError.Reason(errno: errno))
                if error.reason == .unavailable { disconnect() }
                throw error
            }
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
#endif
