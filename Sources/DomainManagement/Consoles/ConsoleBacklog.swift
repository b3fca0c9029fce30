/// The newest output of a console, for those who were not there when it came.
struct ConsoleBacklog {
    /// How much is kept (reference/lifecycle-and-events.md §3).
    static let limit = 64 * 1024

    private var bytes: [UInt8] = []

    var isEmpty: Bool { bytes.isEmpty }

    /// The last 64 KiB.
    var contents: [UInt8] { Array(bytes.suffix(Self.limit)) }

    mutating func append(_ new: [UInt8]) {
        bytes += new
        // Not at every byte: what is thrown away moves what stays.
        if bytes.count > 2 * Self.limit { bytes.removeFirst(bytes.count - Self.limit) }
    }

    /// Everything has been seen.
    mutating func removeAll() { bytes = [] }
}
