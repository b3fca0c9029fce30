// TLS under a client's requests.

import NIOCore

#if TLS
    import NIOSSL
#endif

/// TLS towards one daemon, in a program that was built with the trait of that name.
struct ClientSecurity: Sendable {
    #if TLS
        private let context: NIOSSLContext
        /// What the daemon's certificate must be for; nil where that is an address, which a server is not told (RFC 6066, 3).
        private let name: String?

        /// - Throws: `XendError.invalid`: the file that cannot be used, and why not.
        init(_ credentials: XendCredentials, host: String) throws(XendError) {
            var client = TLSConfiguration.makeClientConfiguration()
            client.minimumTLSVersion = .tlsv12
            if let path = credentials.authority {
                client.trustRoots = .certificates(
                    try Self.read(path, "XEND_CA") { try NIOSSLCertificate.fromPEMFile($0) })
            }
            if let path = credentials.certificate, let key = credentials.key {
                client.certificateChain = try Self.read(path, "XEND_CERTIFICATE") {
                    try NIOSSLCertificate.fromPEMFile($0).map { .certificate($0) }
                }
                client.privateKey = .privateKey(
                    try Self.read(key, "XEND_KEY") { try NIOSSLPrivateKey(file: $0, format: .pem) })
            }
            // A key that is not the certificate's is found here.
            context = try Self.read(credentials.key ?? host, "TLS") { [client] _ in
                try NIOSSLContext(configuration: client)
            }
            name = (try? SocketAddress(ipAddress: host, port: 0)) == nil ? host : nil
        }

        private static func read<Value>(
            _ path: String, _ what: String, _ body: (String) throws -> Value
        ) throws(XendError) -> Value {
            do {
                return try body(path)
            } catch {
                throw .invalid("\(path) (\(what)) cannot be used: \(error)")
            }
        }

        func configure(_ pipeline: ChannelPipeline.SynchronousOperations) throws {
            try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: name))
        }
        /// What an error of TLS means; nil for other errors.
        static func explained(_ error: any Error) -> String? {
            guard error is NIOSSLError || error is BoringSSLError || error is NIOSSLExtraError else { return nil }
            return "TLS failed: \(error); the daemon's certificate must be for the host that XEND names, and signed by "
                + "one of XEND_CA or, without that, by one that this machine trusts"
        }
    #else
        /// - Throws: always.
        init(_ credentials: XendCredentials, host: String) throws(XendError) {
            throw .invalid(
                "this program was built without TLS (swift build --traits TLS): \(host) cannot be asked with https")
        }

        func configure(_ pipeline: ChannelPipeline.SynchronousOperations) throws {}

        static func explained(_ error: any Error) -> String? { nil }
    #endif
}
