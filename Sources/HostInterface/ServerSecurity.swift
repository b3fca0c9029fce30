/// With what a server proves by TLS who it is, and checks who calls: paths of PEM files.
public struct ServerSecurity: Hashable, Sendable {
    /// The server's certificate, followed by those between it and an authority's.
    public var certificate: String
    /// Its private key.
    public var key: String
    /// The certificates of the authority that signs those of clients; nil: clients show none.
    public var authority: String?

    public init(certificate: String, key: String, authority: String? = nil) {
        self.certificate = certificate
        self.key = key
        self.authority = authority
    }
}
