// Who asks, where a connection alone does not tell.

/// What a client shows of itself; without anything it is whoever its connection is of.
public struct XendCredentials: Equatable, Sendable {
    /// The secret of a token (`xend token create`).
    public var token: String?
    /// The path of the client's certificate, and those above it, in PEM. Has ``key``.
    public var certificate: String?
    /// The path of the certificate's private key, in PEM.
    public var key: String?
    /// The path of the certificates in PEM that may have signed the daemon's; nil: those that this machine trusts.
    public var authority: String?

    public init(token: String? = nil, certificate: String? = nil, key: String? = nil, authority: String? = nil) {
        self.token = token
        self.certificate = certificate
        self.key = key
        self.authority = authority
    }

    /// Bytes of a file that holds a token; what is longer holds something else.
    private static let tokenFileLimit = 4096

    /// Reads `XEND_TOKEN` or the file that `XEND_TOKEN_FILE` names, `XEND_CERTIFICATE`, `XEND_KEY` and `XEND_CA`. Empty ones are absent.
    ///
    /// - Parameters:
    ///   - variable: the value of a variable.
    ///   - readFile: what is in a file; it throws why that cannot be read.
    /// - Throws: `XendError.invalid` for contradictions and for what is no token.
    public init(
        variable: (String) -> String?, readFile: (String) throws(XendError) -> [UInt8]
    ) throws(XendError) {
        func value(_ name: String) -> String? { variable(name).flatMap { $0.isEmpty ? nil : $0 } }
        self.init(certificate: value("XEND_CERTIFICATE"), key: value("XEND_KEY"), authority: value("XEND_CA"))
        if (certificate == nil) != (key == nil) {
            let absent = key == nil ? "XEND_KEY" : "XEND_CERTIFICATE"
            throw .invalid("XEND_CERTIFICATE and XEND_KEY belong together: \(absent) is not set")
        }
        switch (value("XEND_TOKEN"), value("XEND_TOKEN_FILE")) {
        case (_?, _?): throw .invalid("XEND_TOKEN and XEND_TOKEN_FILE are both set; which one counts?")
        case (let token?, nil): self.token = try Self.checked(token, "XEND_TOKEN")
        case (nil, let path?):
            let content = try readFile(path)
            guard content.count <= Self.tokenFileLimit else {
                throw .invalid("\(path) (XEND_TOKEN_FILE) holds no token: it has \(content.count) bytes")
            }
            self.token = try Self.checked(String(decoding: content, as: UTF8.self), "\(path) (XEND_TOKEN_FILE)")
        case (nil, nil): break
        }
    }

    /// Whether anything tells who asks.
    public var tellWhoAsks: Bool { token != nil || certificate != nil }

    /// A token goes into a header. The text is not in the message: it may be a secret with a mistake in it.
    private static func checked(_ text: String, _ what: String) throws(XendError) -> String {
        var text = text[...]
        while let last = text.last, last.isWhitespace { text.removeLast() }
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw .invalid("\(what) holds no token: a token is one word of letters, digits and signs")
        }
        return String(text)
    }
}
