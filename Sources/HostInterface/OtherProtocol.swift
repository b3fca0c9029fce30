/// What speaks another protocol than the port it has reached: a page that sends a browser to a console, for example, whose body would be
/// typed there (manual, decision 14).
public enum OtherProtocol: Hashable, Sendable {
    /// The line of a request: `POST / HTTP/1.1`.
    case http
    /// A hello of TLS.
    case tls

    /// A method has no more letters: `VERSION-CONTROL`.
    private static let longestMethod = 20
    /// Of a request line, which may be long, so much is looked at.
    private static let lookedAt = 8192

    /// nil: it does not look so. Somebody who types `P` does not; a program sends its line at once.
    ///
    /// - Parameter first: the first segment of a connection.
    public init?(of first: [UInt8]) {
        if first.count >= 3, first[0] == 0x16, first[1] == 3, first[2] <= 4 {
            self = .tls
        } else if Self.isRequestLine(first) {
            self = .http
        } else {
            return nil
        }
    }

    private static func isRequestLine(_ bytes: [UInt8]) -> Bool {
        let line = bytes.prefix(lookedAt).prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
        let words = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard words.count >= 2, (3...longestMethod).contains(words[0].count),
            words[0].allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) || $0 == UInt8(ascii: "-") })
        else { return false }
        // A long target may not have come to its end in the first segment.
        return words.count > 2
            ? words[2].starts(with: Array("HTTP/".utf8))
            : words[1].first == UInt8(ascii: "/") && line.count == bytes.count
    }
}
