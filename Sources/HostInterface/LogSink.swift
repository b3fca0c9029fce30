/// Where the lines of a log go, xend's own or the audit: a rotating file on a real host, memory on a simulated one.
public protocol LogSink: Sendable {
    /// Takes a line. Never waits: a line that cannot be kept is counted, and the count logged.
    func append(_ line: any LogEntry)
    /// The newest lines, whole ones, as text, at most `limit` bytes of it. Includes every line taken before the call.
    func newest(limit: Int) async -> [UInt8]
}
