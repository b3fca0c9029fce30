// Where a daemon is.

/// The address of a daemon, from the environment variables `XEND` and `XEND_ROOT` of 2004.
public struct XendAddress: Equatable, Sendable {
    /// A name or an address; of IPv6 without brackets.
    public var host: String
    /// From 1 to 65535.
    public var port: Int
    /// The path of the root, without its closing slash: `/xend`.
    public var root: String
    /// The path of a Unix socket, in place of host and port; nil: none.
    public var socket: String?
    /// Whether it is asked over TLS.
    public var isSecured = false

    /// The daemon of this machine, where it has no socket.
    public static let standard = XendAddress(host: "localhost", port: 8000)

    /// Where the daemon of this machine has its socket.
    public static let standardSocket = "/run/xend/xend.sock"

    /// A daemon at a Unix socket.
    public init(socket: String, root: String = "/xend") {
        self.init(host: "localhost", port: 8000, root: root)
        self.socket = socket
    }

    public init(host: String, port: Int, root: String = "/xend") {
        self.host = host
        self.port = port
        self.root = root
    }

    /// Reads the values of the two variables: `HOST:PORT`, `https://HOST:PORT`, `unix:PATH` or `/PATH`; absent ones mean the socket of this
    /// machine's daemon or, where there is none, `localhost:8000`, and `/xend/`.
    ///
    /// - Parameters:
    ///   - server: of `XEND`.
    ///   - root: of `XEND_ROOT`.
    ///   - hasSocket: whether there is a socket at a path.
    /// - Throws: `XendError.invalid`. The colon is mandatory, as it always was.
    public init(
        server: String?, root: String?, hasSocket: (String) -> Bool = { _ in false }
    ) throws(XendError) {
        self = XendAddress.standard
        if let path = XendAddress.path(server) {
            guard path.hasPrefix("/") else {
                throw .invalid("XEND must be HOST:PORT or unix:/PATH, not \"\(server ?? "")\"")
            }
            socket = path
        } else if server == nil, hasSocket(XendAddress.standardSocket) {
            socket = XendAddress.standardSocket
        } else if let server {
            try read(server)
        }
        if let root {
            self.root = root.hasPrefix("/") ? root : "/" + root
            while self.root.hasSuffix("/") { self.root.removeLast() }
        }
    }

    /// `HOST:PORT`, with or without what a browser has before and after it.
    private mutating func read(_ server: String) throws(XendError) {
        var rest = server[...]
        for (scheme, isSecured) in [("https://", true), ("http://", false)] where rest.lowercased().hasPrefix(scheme) {
            rest = rest.dropFirst(scheme.count)
            if rest.hasSuffix("/") { rest.removeLast() }
            self.isSecured = isSecured
        }
        guard let colon = rest.lastIndex(of: ":") else {
            throw .invalid(
                "XEND must be HOST:PORT or https://HOST:PORT, not \"\(server)\": it has no colon before a port")
        }
        let digits = rest[rest.index(after: colon)...]
        guard let port = Int(digits), (1...65535).contains(port), digits.first != "+" else {
            throw .invalid("XEND must be HOST:PORT with a port from 1 to 65535, not \"\(server)\"")
        }
        host = XendAddress.unbracketed(rest[..<colon])
        self.port = port
    }

    /// Whether what is sent there stays on this machine.
    public var isLocal: Bool { socket != nil || host == "localhost" || host == "::1" || host.hasPrefix("127.") }

    /// `unix:/PATH`, `/PATH`
    private static func path(_ server: String?) -> String? {
        guard let server else { return nil }
        if server.hasPrefix("unix:") { return String(server.dropFirst(5)) }
        return server.hasPrefix("/") ? server : nil
    }

    /// `[::1]` is how an IPv6 address stands before a port.
    private static func unbracketed(_ host: Substring) -> String {
        if host.isEmpty { return "localhost" }
        return host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : String(host)
    }

    /// The value of the `Host` header.
    public var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
