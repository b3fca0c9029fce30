/// One line of a log, as a ``LogSink`` takes it.
public protocol LogEntry: Sendable {
    /// When it was said.
    var time: WallTime { get }
    /// What it says, field by field, for logs that keep fields: names in capitals, with underscores.
    var fields: [(name: String, value: String)] { get }
    /// Appends the line as text, without a line end.
    /// - Parameters:
    ///   - bytes: what it is appended to.
    ///   - offset: how far local time is ahead of UTC.
    func write(into bytes: inout [UInt8], ahead offset: Duration)
    /// Says in the same log that lines are missing behind this one.
    /// - Parameter lost: how many; the disk was too slow, or full.
    func gap(of lost: Int) -> any LogEntry
}

extension LogEntry {
    /// The line alone.
    public var fields: [(name: String, value: String)] { [("MESSAGE", formatted(ahead: .zero))] }

    /// The line as text, without a line end.
    /// - Parameter offset: how far local time is ahead of UTC.
    public func formatted(ahead offset: Duration = .zero) -> String {
        var bytes: [UInt8] = []
        write(into: &bytes, ahead: offset)
        return String(decoding: bytes, as: UTF8.self)
    }
}
