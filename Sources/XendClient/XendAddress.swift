// Where a daemon is.

/// The address of a daemon, from the environment variables `XEND` and `XEND_ROOT` of 2004.
public struct XendAddress: Equatable, Sendable {
    /// A name or an address; of IPv6 without brackets.
    public var host: String
    /// From 1 to 65535.
    public var port: Int
    /// The path of the root, without its closing slash: `/xend`.
    public var root: String

    /// The daemon of this machine.
    public static let standard = XendAddress(host: "localhost", port: 8000)

    public init(host: String, port: Int, root: String = "/xend") {
        self.host = host
        self.port = port
        self.root = root
    }

    /// Reads the values of the two variables; absent ones mean `localhost:8000` and `/xend/`.
    /// - Throws: `XendError.invalid`. The colon is mandatory, as it always was.
    public init(server: String?, root: String?) throws(XendError) {
        self = XendAddress.standard
        if let server {
            guard let colon = server.lastIndex(of: ":") else {
                throw .invalid("XEND must be HOST:PORT, not \"\(server)\": it has no colon")
            }
            let digits = server[server.index(after: colon)...]
            guard let port = Int(digits), (1...65535).contains(port), digits.first != "+" else {
                throw .invalid("XEND must be HOST:PORT with a port from 1 to 65535, not \"\(server)\"")
            }
            host = XendAddress.unbracketed(server[..<colon])
            self.port = port
        }
        if let root {
            self.root = root.hasPrefix("/") ? root : "/" + root
            while self.root.hasSuffix("/") { self.root.removeLast() }
        }
    }

    /// `[::1]` is how an IPv6 address stands before a port.
    private static func unbracketed(_ host: Substring) -> String {
        if host.isEmpty { return "localhost" }
        return host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : String(host)
    }

    /// The value of the `Host` header.
    public var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
