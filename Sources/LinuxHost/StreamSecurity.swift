import HostInterface
import NIOCore
import NIOPosix
import Synchronization

/// What stands between a socket and its stream: TLS, in a xend that was built with the trait of that name.
final class StreamSecurity: Sendable {
    typealias Setup = @Sendable (ChannelPipeline.SynchronousOperations) throws -> Void

    struct Setups: Sendable {
        /// For connections that we open.
        var client: Setup
        /// For those that we accept.
        var server: Setup
    }

    private let setups: Mutex<Setups>

    init(_ setups: Setups) { self.setups = Mutex(setups) }

    var client: Setup { setups.withLock { $0.client } }
    var server: Setup { setups.withLock { $0.server } }

    func renew(_ setups: Setups) { self.setups.withLock { $0 = setups } }
}

#if TLS
    import NIOSSL

    extension LinuxNetwork {
        /// A network between the hosts of a pool: both ends of a connection show a certificate that the pool's authority has signed.
        ///
        /// Names in certificates are not looked at: whom the authority has signed may send domains, whatever its address.
        /// - Parameters:
        ///   - root: where the files are.
        ///   - inherited: who listens already.
        /// - Throws: the file that cannot be used, and why not.
        private static func secured(
            by security: TransportSecurity, root: HostRoot, _ inherited: InheritedSockets
        ) throws(NetworkError) -> any HostNetwork {
            LinuxNetwork(
                MultiThreadedEventLoopGroup.singleton,
                StreamSecurity(try StreamSecurity.Setups(security, root)), inherited
            ) { security throws(NetworkError) in try StreamSecurity.Setups(security, root) }
        }

        /// Makes secured networks, in a xend that has TLS.
        public static func securing(root: HostRoot = HostRoot(), inherited: InheritedSockets = .none) -> (
            @Sendable (TransportSecurity) throws -> any HostNetwork
        )? {
            { try secured(by: $0, root: root, inherited) }
        }
    }

    extension StreamSecurity.Setups {
        fileprivate init(_ files: TransportSecurity, _ root: HostRoot) throws(NetworkError) {
            let chain = try StreamSecurity.read(files.certificate) { try NIOSSLCertificate.fromPEMFile(root.file($0)) }
            let key = try StreamSecurity.read(files.key) { try NIOSSLPrivateKey(file: root.file($0), format: .pem) }
            let authority = try StreamSecurity.read(files.authority) {
                try NIOSSLCertificate.fromPEMFile(root.file($0))
            }
            var server = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
            server.trustRoots = .certificates(authority)
            server.certificateVerification = .noHostnameVerification
            server.minimumTLSVersion = .tlsv13
            var client = TLSConfiguration.makeClientConfiguration()
            client.certificateChain = server.certificateChain
            client.privateKey = server.privateKey
            client.trustRoots = server.trustRoots
            client.certificateVerification = .noHostnameVerification
            client.minimumTLSVersion = .tlsv13
            // A key that is not the certificate's is found here.
            let (clients, servers) = try StreamSecurity.read(files.key) { _ in
                (try NIOSSLContext(configuration: client), try NIOSSLContext(configuration: server))
            }
            self.client = { try $0.addHandler(NIOSSLClientHandler(context: clients, serverHostname: nil)) }
            self.server = { try $0.addHandler(NIOSSLServerHandler(context: servers)) }
        }
    }

    extension StreamSecurity {

        static func read<Value>(_ path: String, _ body: (String) throws -> Value) throws(NetworkError) -> Value {
            do {
                return try body(path)
            } catch {
                throw .system("cannot use \(path) for TLS: \(error)")
            }
        }

        /// Whether the two ends could not agree on a secure connection.
        static func isFailure(_ error: any Error) -> Bool { error is NIOSSLError || error is BoringSSLError }
    }
#else
    extension LinuxNetwork {
        /// Networks between hosts that prove by certificates that they belong to a pool: not in a xend without the trait TLS.
        public static func securing(root: HostRoot = HostRoot(), inherited: InheritedSockets = .none) -> (
            @Sendable (TransportSecurity) throws -> any HostNetwork
        )? {
            nil
        }
    }

    extension StreamSecurity {
        static func isFailure(_ error: any Error) -> Bool { false }
    }
#endif
