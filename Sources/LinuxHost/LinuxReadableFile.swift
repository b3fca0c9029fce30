import Glibc
import HostInterface
import SystemPackage

/// A file being read front to back, on a thread of its own.
actor LinuxReadableFile: ReadableFile {
    private let thread = BlockingThread()
    private let path: String
    private var file: FileDescriptor?
    /// What was read last. Whoever reads an image has let go of it when he asks for the next: the kernel need not find other memory for
    /// each, page by page.
    private var piece: [UInt8] = []

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(_ path: String, _ file: FileDescriptor) {
        self.path = path
        self.file = file
    }

    deinit { try? file?.close() }

    func read(_ count: Int) async throws(FileError) -> [UInt8] {
        guard let file else { throw FileError.closed("read", path) }
        return try attempt("read", path) {
            try Blocking.chunk(file, count, into: &piece)
            return piece
        }
    }

    nonisolated var canSend: Bool { true }

    func send(_ count: Int, to pipe: Int32) async throws(FileError) -> Int? {
        guard let file else { throw FileError.closed("read", path) }
        return try attempt("read", path) {
            do {
                return try check { sendfile(pipe, file.rawValue, nil, count) }
            } catch Errno.resourceTemporarilyUnavailable {
                return nil
            } catch Errno.brokenPipe {
                return 0
            }
        }
    }

    func close() async {
        try? file?.close()
        (file, piece) = (nil, [])
    }
}
