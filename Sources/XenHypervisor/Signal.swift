#if RealXen
    import CXen
    import Glibc

    /// Wakes a waiting thread. A signal that comes first is kept.
    final class Signal: Sendable {
        /// Readable when signalled.
        let descriptor: Int32

        init() {
            descriptor = eventfd(0, CInt(EFD_CLOEXEC))
            precondition(descriptor >= 0, "no file descriptor left for an eventfd: errno \(errno)")
        }

        deinit { close(descriptor) }

        func signal() {
            var one: UInt64 = 1
            _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
        }

        /// Blocks the thread until signalled.
        func wait() {
            var count: UInt64 = 0
            while read(descriptor, &count, MemoryLayout<UInt64>.size) < 0, errno == EINTR {}
        }
    }
#endif
