import Glibc
import HostInterface
import SystemPackage

/// A file being read front to back, on a thread of its own.
actor LinuxReadableFile: ReadableFile {
    private let thread = BlockingThread()
    private let path: String
    private var file: FileDescriptor?

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(_ path: String, _ file: FileDescriptor) {
        self.path = path
        self.file = file
    }

    deinit { try? file?.close() }

    func read(_ count: Int) async throws(FileError) -> [UInt8] {
        guard let file else { throw FileError.closed("read", path) }
        return try attempt("read", path) { try Blocking.chunk(file, count) }
    }

    nonisolated var canSend: Bool { true }

    func send(_ count: Int, to socket: Int32) async throws(FileError) -> Int? {
        guard let file else { throw FileError.closed("read", path) }
        return try attempt("read", path) {
            do {
                return try check { sendfile(socket, file.rawValue, nil, count) }
            } catch Errno.resourceTemporarilyUnavailable {
                return nil
            } catch Errno.brokenPipe {
                return 0
            }
        }
    }

    func close() async {
        try? file?.close()
        file = nil
    }
}
