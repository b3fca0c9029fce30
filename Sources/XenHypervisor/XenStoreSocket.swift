#if RealXen
    import CXen
    import Glibc
    import HypervisorInterface

    /// A connection to xenstored, made at the first request. It belongs to one thread.
    ///
    /// Not by libxenstore, which has each request answered before it sends the next one: of a domain's introduction these are forty, and
    /// together they take half as long.
    final class XenStoreSocket {
        private var descriptor: Int32?
        /// What has come of answers, and how much of it has been taken.
        private var received: [UInt8] = []
        private var taken = 0

        deinit { disconnect() }

        /// The next request connects again.
        func disconnect() {
            if let descriptor { close(descriptor) }
            (descriptor, received, taken) = (nil, [], 0)
        }

        /// Makes a request.
        ///
        /// - Throws: `unavailable` when xenstored does not run, or ended meanwhile; the next request connects again.
        func ask(_ request: XenStoreRequest) throws(XenStoreError) -> [UInt8] { try ask([request])[0] }

        /// Makes requests, all of them before the first is answered.
        ///
        /// - Returns: the answers, in their order.
        /// - Throws: why the first of those that failed did; others may have been done.
        func ask(_ requests: [XenStoreRequest]) throws(XenStoreError) -> [[UInt8]] {
            var (answers, waiting): ([[UInt8]], ArraySlice<XenStoreRequest>) = ([], [])
            var size = 0
            for (place, request) in requests.enumerated() {
                size += request.size
                waiting = requests[place - waiting.count...place]
                guard size > together || place == requests.count - 1 else { continue }
                answers += try exchange(waiting)
                (waiting, size) = ([], 0)
            }
            return answers
        }

        /// Bytes that are sent before answers are read: whoever reads slowly has room for them.
        private var together: Int {
            #if DEBUG
                // What strikes after a request has to find it done.
                if StorePoints.areHeard { return 0 }
            #endif
            return 32 * 1024
        }

        private func exchange(_ requests: ArraySlice<XenStoreRequest>) throws(XenStoreError) -> [[UInt8]] {
            for request in requests {
                guard request.isWellFormed else { throw request.error(.invalid) }
                guard !request.isTooLong else { throw request.error(.quota) }
            }
            guard let first = requests.first else { return [] }
            do throws(XenStoreError) {
                #if DEBUG
                    for request in requests { try strike(request) }
                #endif
                var bytes: [UInt8] = []
                for (number, request) in requests.enumerated() { request.write(UInt32(number), into: &bytes) }
                try send(bytes, for: first)
                return try answers(to: requests)
            } catch {
                if error.reason == .unavailable { disconnect() }
                throw error
            }
        }

        #if DEBUG
            /// Lets a request fail that the lab lets fail. A transaction that does is over, as when another writer was first.
            private func strike(_ request: XenStoreRequest) throws(XenStoreError) {
                do throws(XenStoreError) {
                    try StorePoints.pass(request)
                } catch {
                    if let abort = request.abort {
                        var bytes: [UInt8] = []
                        abort.write(0, into: &bytes)
                        try send(bytes, for: abort)
                        _ = try receive(0, for: abort)
                    }
                    throw error
                }
            }
        #endif

        private func answers(to requests: ArraySlice<XenStoreRequest>) throws(XenStoreError) -> [[UInt8]] {
            var (answers, failure): ([[UInt8]], XenStoreError?) = ([], nil)
            for (number, request) in requests.enumerated() {
                var (type, payload) = try receive(UInt32(number), for: request)
                if type == XS_ERROR.rawValue {
                    let name = String(decoding: payload.prefix { $0 != 0 }, as: UTF8.self)
                    failure = failure ?? request.error(XenStoreError.Reason(errno: Self.errnos[name] ?? EIO))
                }
                #if DEBUG
                    StorePoints.wasAnswered(&payload)
                #endif
                answers.append(payload)
            }
            if let failure { throw failure }
            return answers
        }

        /// What xenstored says instead of a number (xsd_errors of xs_wire.h).
        private static let errnos = [
            "EINVAL": EINVAL, "EACCES": EACCES, "EEXIST": EEXIST, "EISDIR": EISDIR, "ENOENT": ENOENT,
            "ENOMEM": ENOMEM, "ENOSPC": ENOSPC, "EIO": EIO, "ENOTEMPTY": ENOTEMPTY, "ENOSYS": ENOSYS, "EROFS": EROFS,
            "EBUSY": EBUSY, "EAGAIN": EAGAIN, "EISCONN": EISCONN, "E2BIG": E2BIG, "EPERM": EPERM,
        ]

        // MARK: Bytes

        private func send(_ bytes: [UInt8], for request: XenStoreRequest) throws(XenStoreError) {
            let descriptor = try connect(request)
            var sent = 0
            while sent < bytes.count {
                let count = bytes.withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress! + sent, $0.count - sent, CInt(MSG_NOSIGNAL))
                }
                guard count > 0 || errno == EINTR else { throw request.error(.unavailable) }
                sent += max(0, count)
            }
        }

        /// One answer: its type, and what it says.
        private func receive(_ number: UInt32, for request: XenStoreRequest) throws(XenStoreError) -> (UInt32, [UInt8])
        {
            let header = MemoryLayout<xsd_sockmsg>.size
            try gather(header, request)
            let head = received.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: taken, as: xsd_sockmsg.self) }
            // Another answer, or more than one may say: this is no xenstored.
            guard head.req_id == number, head.len <= UInt32(XENSTORE_PAYLOAD_MAX) else {
                throw request.error(.unavailable)
            }
            try gather(header + Int(head.len), request)
            let start = taken + header
            taken = start + Int(head.len)
            return (head.type, Array(received[start..<taken]))
        }

        /// Until so many bytes are there.
        private func gather(_ count: Int, _ request: XenStoreRequest) throws(XenStoreError) {
            if taken == received.count {
                received.removeAll(keepingCapacity: true)
                taken = 0
            }
            while received.count - taken < count {
                var (got, reason): (Int, Int32) = (0, 0)
                let descriptor = descriptor ?? -1
                received.append(addingCapacity: Self.piece) { span in
                    span.withUnsafeMutableBufferPointer { buffer, used in
                        got = recv(descriptor, buffer.baseAddress, Self.piece, 0)
                        (used, reason) = (max(0, got), errno)
                    }
                }
                guard got > 0 || (got < 0 && reason == EINTR) else { throw request.error(.unavailable) }
            }
        }

        /// Bytes that are read at once: the answers to most that is asked together.
        private static let piece = 8192

        private func connect(_ request: XenStoreRequest) throws(XenStoreError) -> Int32 {
            if let descriptor { return descriptor }
            let new = try Self.connected(request.action, request.path)
            descriptor = new
            return new
        }

        /// A descriptor on which xenstored is. (One in a domain of its own has no socket; it is not supported.)
        ///
        /// - Parameters: for the error.
        /// - Throws: `notPermitted`, or `unavailable` when nobody listens.
        static func connected(_ action: String, _ path: String) throws(XenStoreError) -> Int32 {
            let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
            if descriptor >= 0, let place = xs_daemon_socket(), cxen_connect_unix(descriptor, place) == 0 {
                return descriptor
            }
            let reason: XenStoreError.Reason = errno == EACCES || errno == EPERM ? .notPermitted : .unavailable
            if descriptor >= 0 { close(descriptor) }
            throw XenStoreError(action, path, reason)
        }
    }

    extension XenStoreRequest {
        func error(_ reason: XenStoreError.Reason) -> XenStoreError { XenStoreError(action, path, reason) }
    }
#endif
