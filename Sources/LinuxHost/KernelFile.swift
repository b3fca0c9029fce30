/// Small files of /proc and /sys. They do not block, and one that is missing reads as empty.
enum KernelFile {
    /// Longer than any mount table seen; the kernel's files have no size to ask for.
    static let limit = 4 << 20

    static func text(_ path: String) -> String? {
        guard let bytes = try? Blocking.read(path, limit: limit) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func lines(_ path: String) -> [Substring] { text(path)?.split(separator: "\n") ?? [] }

    /// The first line, nil when there is none.
    static func line(_ path: String) -> String? { lines(path).first.map(String.init) }

    static func names(_ path: String) -> [String] { (try? Blocking.list(path)) ?? [] }
}
