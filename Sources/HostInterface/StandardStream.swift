import Glibc

/// One of the two streams that a program's own words go to. What it says of its work goes to a `LogWriter` instead.
public enum StandardStream: Sendable {
    /// Answers: what somebody may want to pass on to another program.
    case output
    /// Complaints: what is for people.
    case error

    /// Writes all of a text, waiting for a slow reader. Where nobody reads any more there is nobody to tell either.
    public func write(_ text: String) {
        let descriptor = self == .output ? STDOUT_FILENO : STDERR_FILENO
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR else { return }
            rest = rest.dropFirst(max(0, count))
        }
    }
}
