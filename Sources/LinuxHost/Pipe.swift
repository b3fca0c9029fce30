import CLinux
import Glibc
import SystemPackage

/// A pipe, both ends close-on-exec.
struct Pipe: Sendable {
    let reading: FileDescriptor
    let writing: FileDescriptor

    init() throws(Errno) {
        var ends: [CInt] = [-1, -1]
        try check { pipe2(&ends, O_CLOEXEC) }
        reading = FileDescriptor(rawValue: ends[0])
        writing = FileDescriptor(rawValue: ends[1])
    }

    /// All or none: out of descriptors is when none may be lost.
    static func make(_ count: Int) throws(Errno) -> [Pipe] {
        var pipes: [Pipe] = []
        do throws(Errno) {
            while pipes.count < count { pipes.append(try Pipe()) }
        } catch {
            for pipe in pipes { pipe.close() }
            throw error
        }
        return pipes
    }

    func close() {
        try? reading.close()
        try? writing.close()
    }
}
