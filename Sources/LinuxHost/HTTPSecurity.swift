import HTTPInterface
import HostInterface
import NIOCore

#if TLS
    import NIOSSL
    import NIOTLS
    import Synchronization

    /// TLS under the HTTP server, in a xend that was built with the trait of that name.
    struct HTTPSecurity: Sendable {
        private let context: NIOSSLContext

        /// - Throws: the file that cannot be used, and why not.
        init(_ files: ServerSecurity, _ root: HostRoot) throws(NetworkError) {
            let chain = try StreamSecurity.read(files.certificate) {
                try NIOSSLCertificate.fromPEMFile(root.file($0))
            }
            let key = try StreamSecurity.read(files.key) { try NIOSSLPrivateKey(file: root.file($0), format: .pem) }
            var server = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
            server.minimumTLSVersion = .tlsv12
            if let authority = files.authority {
                server.trustRoots = .certificates(
                    try StreamSecurity.read(authority) { try NIOSSLCertificate.fromPEMFile(root.file($0)) })
                // Who shows one must be of the authority; who shows none is known otherwise, or not at all.
                server.certificateVerification = .optionalVerification
            }
            // A key that is not the certificate's is found here.
            context = try StreamSecurity.read(files.key) { [server] _ in try NIOSSLContext(configuration: server) }
        }

        /// Makes a connection of a channel as soon as it is secured; what is not within the time is closed.
        func configure(
            _ channel: any Channel, limit: TimeAmount,
            then connected: @escaping @Sendable (String?) -> EventLoopFuture<Void>
        ) -> EventLoopFuture<Void> {
            channel.eventLoop.makeCompletedFuture {
                let pipeline = channel.pipeline.syncOperations
                try pipeline.addHandler(NIOSSLServerHandler(context: context))
                try pipeline.addHandler(HandshakeHandler(limit: limit, connected))
            }
        }
    }

    /// What is shown to whoever connects now.
    final class RenewableSecurity: Sendable {
        private let held: Mutex<HTTPSecurity>

        init(_ security: HTTPSecurity) { held = Mutex(security) }

        var current: HTTPSecurity { held.withLock { $0 } }

        func renew(_ security: HTTPSecurity) { held.withLock { $0 = security } }
    }

    /// Waits for the end of the handshake, and keeps what comes behind it until somebody is there who reads it.
    private final class HandshakeHandler: ChannelInboundHandler, RemovableChannelHandler {
        typealias InboundIn = ByteBuffer

        private let limit: TimeAmount
        private let connected: @Sendable (String?) -> EventLoopFuture<Void>
        private var kept: [ByteBuffer] = []
        private var isOver = false
        private var timer: Scheduled<Void>?

        init(limit: TimeAmount, _ connected: @escaping @Sendable (String?) -> EventLoopFuture<Void>) {
            self.limit = limit
            self.connected = connected
        }

        func handlerAdded(context: ChannelHandlerContext) {
            let channel = context.channel
            timer = context.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
        }

        func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { kept.append(unwrapInboundIn(data)) }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case .handshakeCompleted? = event as? TLSUserEvent, !isOver {
                isOver = true
                return begin(context)
            }
            context.fireUserInboundEventTriggered(event)
        }

        private func begin(_ context: ChannelHandlerContext) {
            timer?.cancel()
            let certificate = (try? context.pipeline.syncOperations.nioSSL_peerCertificate()) ?? nil
            let name = (try? certificate?.toDERBytes()).flatMap { CertificateName.commonName(of: $0) }
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            connected(name).whenComplete { result in
                let (handler, context) = bound.value
                guard case .success = result else { return context.close(promise: nil) }
                for bytes in handler.kept { context.fireChannelRead(NIOAny(bytes)) }
                if !handler.kept.isEmpty { context.fireChannelReadComplete() }
                handler.kept = []
                context.pipeline.syncOperations.removeHandler(handler, promise: nil)
                // Whoever came later has asked for nothing yet.
                context.channel.read()
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            isOver ? context.fireErrorCaught(error) : context.close(promise: nil)
        }
    }
#endif
