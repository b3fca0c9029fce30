import Glibc
import Synchronization

/// Says which story a thread was at when it traps: the process ends there, and without a seed nobody could find the place again.
///
/// The words are made before the story begins: a signal's handler may do hardly more than write.
enum TrapNotice {
    private static let signals = [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV]
    private static let isInstalled = Mutex(false)

    /// Runs `body`; should it trap, `words` are written to standard error first.
    static func during<Result>(_ words: String, _ body: () -> Result) -> Result {
        install()
        let bytes = Array((words + "\n").utf8)
        return bytes.withUnsafeBufferPointer { buffer in
            var notice = Notice(start: buffer.baseAddress, count: buffer.count)
            return withUnsafeMutablePointer(to: &notice) { pointer in
                let outer = pthread_getspecific(noticeKey)
                pthread_setspecific(noticeKey, pointer)
                defer { pthread_setspecific(noticeKey, outer) }
                return body()
            }
        }
    }

    private static func install() {
        isInstalled.withLock { isInstalled in
            guard !isInstalled else { return }
            isInstalled = true
            for signal in signals { _ = Glibc.signal(signal, tell) }
        }
    }
}

private struct Notice {
    var start: UnsafePointer<UInt8>?
    var count: Int
}

/// Where a thread finds its notice.
private let noticeKey: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key, nil)
    return key
}()

private func tell(_ number: Int32) {
    if let place = pthread_getspecific(noticeKey) {
        let notice = place.assumingMemoryBound(to: Notice.self).pointee
        _ = write(STDERR_FILENO, notice.start, notice.count)
    }
    // As without us.
    _ = signal(number, SIG_DFL)
    _ = raise(number)
}
