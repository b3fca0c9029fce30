/// With what a host proves by TLS that it belongs to a pool, and checks that another one does: paths of PEM files.
public struct TransportSecurity: Hashable, Sendable {
    /// This host's certificate, followed by those between it and the authority's.
    public var certificate: String
    /// Its private key.
    public var key: String
    /// The certificates of the pool's authority: whoever has one signed by it belongs to the pool.
    public var authority: String

    public init(certificate: String, key: String, authority: String) {
        self.certificate = certificate
        self.key = key
        self.authority = authority
    }
}
