/// The newest output of a console, for those who were not there when it came.
struct ConsoleBacklog {
    /// How much is kept (reference/lifecycle-and-events.md §3).
    static let limit = 64 * 1024

    private var bytes: [UInt8] = []
    /// How many of them, from the first, somebody has seen who was connected.
    private var seen = 0

    /// All of it has been seen.
    var isEmpty: Bool { seen == bytes.count }

    /// Of the last 64 KiB, what nobody has seen.
    var contents: [UInt8] { Array(bytes.dropFirst(seen).suffix(Self.limit)) }

    /// The last 64 KiB, seen or not.
    var all: [UInt8] { Array(bytes.suffix(Self.limit)) }

    mutating func append(_ new: [UInt8]) {
        bytes += new
        // Not at every byte: what is thrown away moves what stays.
        guard bytes.count > 2 * Self.limit else { return }
        let surplus = bytes.count - Self.limit
        bytes.removeFirst(surplus)
        seen = max(0, seen - surplus)
    }

    /// Everything has been seen.
    mutating func markSeen() { seen = bytes.count }
}
