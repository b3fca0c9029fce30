/// The parts of `http://HOST[:PORT][/PATH]`. Nothing in them can end a line of the request.
public struct NotificationTarget: Hashable, Sendable {
    /// A name or an address; of IPv6 without brackets.
    public var host: String
    /// 80 unless the url says otherwise.
    public var port: Int
    /// With the query, and a slash in front.
    public var path: String
    /// Host and port as written, for the header.
    public var authority: String

    /// - Returns: nil when the url is of another form.
    public init?(_ url: String) {
        let scheme = "http://"
        guard url.lowercased().hasPrefix(scheme), url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return nil }
        let rest = url.dropFirst(scheme.count).prefix { $0 != "#" }
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        authority = String(rest[..<end])
        let path = rest[end...]
        self.path = path.hasPrefix("/") ? String(path) : "/\(path)"
        // Credentials have no place in a url that events are posted to, and are shown to everybody.
        guard !authority.contains("@") else { return nil }
        let portStart = NotificationTarget.portStart(authority)
        host = String(authority[..<(portStart ?? authority.endIndex)])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        guard !host.isEmpty else { return nil }
        var digits: Substring = "80"
        if let portStart { digits = authority[authority.index(after: portStart)...] }
        guard let port = UInt16(digits), port > 0 else { return nil }
        self.port = Int(port)
    }

    /// The colon before the port; those of an IPv6 address stand in brackets.
    private static func portStart(_ authority: String) -> String.Index? {
        let from = authority.lastIndex(of: "]") ?? authority.startIndex
        return authority[from...].firstIndex(of: ":")
    }
}
