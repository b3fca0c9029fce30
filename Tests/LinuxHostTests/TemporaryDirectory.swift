import Glibc
import LinuxHost

/// A directory of a test's own, removed with everything in it.
final class TemporaryDirectory: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/xend-linux-host-XXXXXX".utf8CString)
        precondition(mkdtemp(&template) != nil, "a temporary directory can be made")
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        TemporaryDirectory.removeTree(path)
    }

    private static func removeTree(_ path: String) {
        if let directory = opendir(path) {
            while let entry = readdir(directory) {
                let name = withUnsafePointer(to: entry.pointee.d_name) { pointer in
                    pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name == "." || name == ".." { continue }
                if entry.pointee.d_type == 4 { removeTree("\(path)/\(name)") } else { unlink("\(path)/\(name)") }
            }
            closedir(directory)
        }
        rmdir(path)
    }

    /// A host whose files lie here, and whose `/proc` and `/sys` lie in `kernel` below.
    var root: HostRoot { HostRoot(files: path, kernel: path + "/kernel") }

    /// Writes a file below the directory, making the directories on the way.
    func put(_ name: String, _ text: String, executable: Bool = false) {
        let full = path + name
        var at = full.index(after: full.startIndex)
        while let slash = full[at...].firstIndex(of: "/") {
            mkdir(String(full[..<slash]), 0o755)
            at = full.index(after: slash)
        }
        let file = fopen(full, "w")
        precondition(file != nil, "\(full) can be written")
        fwrite(text, 1, text.utf8.count, file)
        fclose(file)
        if executable { chmod(full, 0o755) }
    }
}
