/// Where a daemon is: `http://HOST:PORT`, with or without `/xend` behind it.
public struct RemoteAddress: Hashable, Sendable {
    /// A name or an address.
    public var host: String
    /// Of HTTP.
    public var port: UInt16

    /// nil when this is no such url.
    public init?(_ url: String) {
        var rest = Substring(url)
        if rest.hasPrefix("http://") { rest = rest.dropFirst(7) }
        if let slash = rest.firstIndex(of: "/") { rest = rest[..<slash] }
        if rest.hasPrefix("["), let close = rest.firstIndex(of: "]") {
            host = String(rest[rest.index(after: rest.startIndex)..<close])
            rest = rest[rest.index(after: close)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
            guard let port = rest.isEmpty ? 8000 : UInt16(rest.dropFirst()) else { return nil }
            self.port = port
            return
        }
        let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let name = parts.first, !name.isEmpty else { return nil }
        host = String(name)
        guard let port = parts.count == 2 ? UInt16(parts[1]) : 8000 else { return nil }
        self.port = port
    }

    /// As it stands in a `Host` header.
    public var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
