import Glibc
import HostInterface
import NIOCore
import NIOPosix

/// The sockets behind one listening address: `localhost` is 127.0.0.1 and ::1, all interfaces is one socket for both
/// protocols where the kernel has IPv6. They share one port.
struct ListeningSockets: Sendable {
    /// As many as Linux queues by default for programs that ask for more (net.core.somaxconn in older kernels).
    static let backlog: Int32 = 128
    /// How often a free port of 127.0.0.1 is tried that another program has on ::1.
    static let freePortAttempts = 16

    /// Makes a bootstrap; one for each socket, because they keep the options they are given.
    typealias Bootstrap = () -> ServerBootstrap

    let channels: [any Channel]
    let port: UInt16

    /// Binds `address` ("" = all interfaces).
    /// - Throws: `addressInUse`, or `system` for an address this machine does not have.
    static func bind(
        _ bootstrap: Bootstrap, address: String, port: UInt16
    ) async throws(NetworkError) -> ListeningSockets {
        switch address {
        case "": try await bindAll(bootstrap, port)
        case "localhost": try await bindLocalhost(bootstrap, port)
        default: try await ListeningSockets(bind(bootstrap(), address, port))
        }
    }

    func close() async {
        for channel in channels { try? await channel.close().get() }
    }

    private init(_ channels: any Channel...) {
        self.channels = channels
        port = UInt16(channels.first?.localAddress?.port ?? 0)
    }

    private static func bindAll(
        _ bootstrap: Bootstrap, _ port: UInt16
    ) async throws(NetworkError) -> ListeningSockets {
        let v6 = bootstrap().serverChannelOption(.socket(IPPROTO_IPV6, IPV6_V6ONLY), value: 0)
        if let both = try await bindIfAvailable(v6, "::", port) { return ListeningSockets(both) }
        return try await ListeningSockets(bind(bootstrap(), "0.0.0.0", port))
    }

    private static func bindLocalhost(
        _ bootstrap: Bootstrap, _ port: UInt16
    ) async throws(NetworkError) -> ListeningSockets {
        let v6 = bootstrap().serverChannelOption(.socket(IPPROTO_IPV6, IPV6_V6ONLY), value: 1)
        var attempts = 1
        while true {
            let first = try await ListeningSockets(bind(bootstrap(), "127.0.0.1", port))
            do {
                guard let second = try await bindIfAvailable(v6, "::1", first.port) else { return first }
                return ListeningSockets(first.channels[0], second)
            } catch {
                await first.close()
                guard port == 0, attempts < freePortAttempts, case .addressInUse = error else { throw error }
                attempts += 1
            }
        }
    }

    private static func bind(
        _ bootstrap: ServerBootstrap, _ host: String, _ port: UInt16
    ) async throws(NetworkError) -> any Channel {
        do {
            return try await bootstrap.bind(host: host, port: Int(port)).get()
        } catch {
            throw NetworkError(listening: error, port: port)
        }
    }

    /// Binds an IPv6 address; nil where the kernel has no IPv6 or not this address.
    private static func bindIfAvailable(
        _ bootstrap: ServerBootstrap, _ host: String, _ port: UInt16
    ) async throws(NetworkError) -> (any Channel)? {
        do {
            return try await bootstrap.bind(host: host, port: Int(port)).get()
        } catch let error as IOError where [EAFNOSUPPORT, EADDRNOTAVAIL, EPROTONOSUPPORT].contains(error.errnoCode) {
            return nil
        } catch {
            throw NetworkError(listening: error, port: port)
        }
    }
}
