#if RealXen
    import Glibc
    import HypervisorInterface

    /// A pair of connected sockets: libxenguest writes or reads one end, blocking, on its thread; the other is ours.
    ///
    /// A socket and not a pipe, so that writing to a library that has given up is an error and never a signal.
    struct ImageStream: Sendable {
        let libraryEnd: Int32
        let ourEnd: Int32
        let poller: Poller

        init(poller: Poller) throws(HypervisorError) {
            var ends: [Int32] = [-1, -1]
            let kind = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
            guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
                throw HypervisorError("socketpair", nil, HypervisorError.Reason(errno: errno))
            }
            libraryEnd = ends[0]
            ourEnd = ends[1]
            self.poller = poller
            _ = fcntl(ourEnd, F_SETFL, fcntl(ourEnd, F_GETFL) | O_NONBLOCK)
            // The usual buffer is filled by a few pages, and each time it is full both sides wait for each other.
            var size = CInt(bufferSize)
            for end in ends {
                setsockopt(end, SOL_SOCKET, SO_SNDBUFFORCE, &size, socklen_t(MemoryLayout<CInt>.size))
            }
        }

        /// Nobody uses the end any more; what waits on the other one wakes up.
        func closeLibraryEnd() { Glibc.close(libraryEnd) }
        func closeOurEnd() {
            poller.forget(ourEnd)
            Glibc.close(ourEnd)
        }

        /// No more bytes in either direction; both ends wake up, and stay open for who still has them.
        func shutdown() { _ = Glibc.shutdown(ourEnd, CInt(SHUT_RDWR)) }

        /// The next bytes, a piece of them at most, into the memory of one that nobody has any more; none at the end.
        private func read(into piece: inout [UInt8]) async {
            while true {
                var (count, reason): (Int, Int32) = (0, 0)
                piece.removeAll(keepingCapacity: true)
                piece.append(addingCapacity: pieceSize) { span in
                    span.withUnsafeMutableBufferPointer { buffer, used in
                        count = recv(ourEnd, buffer.baseAddress, pieceSize, 0)
                        (used, reason) = (max(0, count), errno)
                    }
                }
                if count >= 0 { return }
                guard reason == EAGAIN || reason == EINTR, await poller.wait(for: ourEnd, .reading) else { return }
            }
        }

        /// Hands on what the library writes, until it has written all.
        /// - Parameter failed: told why it could not be, before the library's next write fails for it.
        /// - Returns: the same; the library may have written its last bytes by then, and know nothing of it.
        func carry(
            to output: any ImageOutput, failed: @Sendable (any Error) -> Void = { _ in }
        ) async -> (any Error)? {
            var piece: [UInt8] = []
            while true {
                await read(into: &piece)
                if piece.isEmpty { return nil }
                do {
                    try await output.write(piece)
                } catch {
                    failed(error)
                    shutdown()
                    return error
                }
            }
        }

        /// Hands over an input that can send itself, and its end.
        func send(_ input: any ImageInput) async throws {
            while true {
                guard let count = try await input.send(bufferSize, to: ourEnd) else {
                    guard await poller.wait(for: ourEnd, .writing) else { return }
                    continue
                }
                if count == 0 { break }
            }
            _ = Glibc.shutdown(ourEnd, CInt(SHUT_WR))
        }

        /// Returns false when the library does not read any more.
        func write(_ bytes: [UInt8]) async -> Bool {
            var sent = 0
            while sent < bytes.count {
                let count = bytes.withUnsafeBytes { all in
                    let rest = UnsafeRawBufferPointer(rebasing: all[sent...])
                    return Glibc.send(ourEnd, rest.baseAddress, rest.count, CInt(MSG_NOSIGNAL))
                }
                if count >= 0 {
                    sent += count
                } else if errno != EINTR {
                    guard errno == EAGAIN, await poller.wait(for: ourEnd, .writing) else { return false }
                }
            }
            return true
        }
    }

    /// Of bytes under way between us and the library: a batch of its pages.
    private let bufferSize = 4 << 20
#endif
