#if RealXen
    import CLinux
    import Glibc
    import HypervisorInterface
    import Synchronization

    /// A pipe: libxenguest writes or reads one end, blocking, on its thread; the other is ours.
    ///
    /// A pipe and not a pair of sockets: it wakes who waits when it was empty or full, and a socket for every few pages. A file goes into it
    /// without being copied.
    final class ImageStream: Sendable {
        /// Of the bytes.
        enum Way { case toLibrary, fromLibrary }

        let libraryEnd: Int32
        private let ourEnd: Int32
        private let poller: Poller
        private let isOurs = Atomic(true)

        init(_ way: Way, poller: Poller) throws(HypervisorError) {
            // Writing to who has given up is an error and never a signal.
            signal(SIGPIPE, SIG_IGN)
            var ends: [Int32] = [-1, -1]
            guard pipe2(&ends, O_CLOEXEC) == 0 else {
                throw HypervisorError("pipe", nil, HypervisorError.Reason(errno: errno))
            }
            (libraryEnd, ourEnd) = way == .toLibrary ? (ends[0], ends[1]) : (ends[1], ends[0])
            self.poller = poller
            _ = fcntl(ourEnd, F_SETFL, fcntl(ourEnd, F_GETFL) | O_NONBLOCK)
            // The usual one is filled by a few pages, and each time it is full both sides wait for each other.
            if clinux_set_pipe_size(ourEnd, bufferSize) < 0 { _ = clinux_set_pipe_size(ourEnd, CInt(pieceSize)) }
        }

        /// The library is done; what waits on the other end wakes up.
        func closeLibraryEnd() { Glibc.close(libraryEnd) }

        /// We are: the library's next call fails, or finds the end. Idempotent.
        func end() {
            guard isOurs.exchange(false, ordering: .relaxed) else { return }
            poller.forget(ourEnd)
            Glibc.close(ourEnd)
        }

        /// The next bytes, a piece of them at most, into the memory of one that nobody has any more; none at the end.
        private func read(into piece: inout [UInt8]) async {
            while true {
                var (count, reason): (Int, Int32) = (0, 0)
                piece.removeAll(keepingCapacity: true)
                piece.append(addingCapacity: pieceSize) { span in
                    span.withUnsafeMutableBufferPointer { buffer, used in
                        count = Glibc.read(ourEnd, buffer.baseAddress, pieceSize)
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
                    end()
                    return error
                }
            }
        }

        /// Hands over an input that can send itself, and its end.
        func send(_ input: any ImageInput) async throws {
            while true {
                guard let count = try await input.send(Int(bufferSize), to: ourEnd) else {
                    guard await poller.wait(for: ourEnd, .writing) else { return }
                    continue
                }
                if count == 0 { break }
            }
            end()
        }

        /// Returns false when the library does not read any more.
        func write(_ bytes: [UInt8]) async -> Bool {
            var sent = 0
            while sent < bytes.count {
                let count = bytes.withUnsafeBytes { all in
                    let rest = UnsafeRawBufferPointer(rebasing: all[sent...])
                    return Glibc.write(ourEnd, rest.baseAddress, rest.count)
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

    /// Bytes that may be under way between us and the library: a batch of its pages, where the machine allows so much.
    private let bufferSize: Int32 = 4 << 20
#endif
