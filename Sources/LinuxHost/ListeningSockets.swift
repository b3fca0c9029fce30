import Glibc
import HostInterface
import NIOCore
import SystemPackage

/// The sockets behind one listening address: `localhost` is 127.0.0.1 and ::1, all interfaces is one socket for both
/// protocols where the kernel has IPv6. They share one port, are non-blocking and close-on-exec.
struct ListeningSockets: Sendable {
    /// As many as Linux queues by default for programs that ask for more (net.core.somaxconn in older kernels).
    static let backlog: CInt = 128
    /// How often a free port of 127.0.0.1 is tried that another program has on ::1.
    static let freePortAttempts = 16

    /// The descriptors; whoever asked for them closes them.
    let sockets: [CInt]
    let port: UInt16

    /// Listens on `address` ("" = all interfaces), or takes over who does already. Waits for nothing, unless the address is a name.
    /// - Throws: `addressInUse`, or `system` for an address this machine does not have.
    init(address: String, port: UInt16, inherited: InheritedSockets = .none) throws(NetworkError) {
        let taken = port == 0 ? [] : try inherited.take(port: port, of: address)
        guard taken.isEmpty else {
            sockets = taken
            self.port = port
            return
        }
        do {
            switch address {
            case "": sockets = [try Self.listenToAll(port)]
            case "localhost": sockets = try Self.listenToLocalhost(port)
            default: sockets = [try Self.listen(address, port)]
            }
            self.port = try Self.port(of: sockets[0])
        } catch {
            throw NetworkError(listening: error, port: port)
        }
    }

    /// Whether listening on an address waits for nothing: it is no name that has to be resolved.
    static func isKnown(_ address: String) -> Bool {
        address.isEmpty || address == "localhost" || (try? SocketAddress(ipAddress: address, port: 0)) != nil
    }

    private static func listenToAll(_ port: UInt16) throws -> CInt {
        try listenIfAvailable("::", port, isOnlyV6: false) ?? listen("0.0.0.0", port)
    }

    private static func listenToLocalhost(_ port: UInt16) throws -> [CInt] {
        var attempts = 1
        while true {
            let first = try listen("127.0.0.1", port)
            do {
                let second = try listenIfAvailable("::1", try self.port(of: first))
                return [first] + (second.map { [$0] } ?? [])
            } catch {
                Glibc.close(first)
                guard port == 0, attempts < freePortAttempts, error as? Errno == .addressInUse else { throw error }
                attempts += 1
            }
        }
    }

    /// Listens on an IPv6 address; nil where the kernel has no IPv6 or not this address.
    private static func listenIfAvailable(_ host: String, _ port: UInt16, isOnlyV6: Bool = true) throws -> CInt? {
        do {
            return try listen(host, port, isOnlyV6: isOnlyV6)
        } catch let error as Errno
            where [.addressFamilyNotSupported, .addressNotAvailable, .protocolNotSupported].contains(error)
        {
            return nil
        }
    }

    private static func listen(_ host: String, _ port: UInt16, isOnlyV6: Bool = true) throws -> CInt {
        let literal = try? SocketAddress(ipAddress: host, port: Int(port))
        let address = try literal ?? SocketAddress.makeAddressResolvingHost(host, port: Int(port))
        let kind = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        let socket = try check { Glibc.socket(CInt(address.protocol.rawValue), CInt(kind), 0) }
        do {
            try set(SO_REUSEADDR, SOL_SOCKET, to: true, of: socket)
            if address.protocol == .inet6 { try set(IPV6_V6ONLY, CInt(IPPROTO_IPV6), to: isOnlyV6, of: socket) }
            try address.withSockAddr { pointer, size in
                _ = try check { Glibc.bind(socket, pointer, socklen_t(size)) }
            }
            _ = try check { Glibc.listen(socket, backlog) }
            return socket
        } catch {
            Glibc.close(socket)
            throw error
        }
    }

    private static func set(_ option: CInt, _ level: CInt, to isOn: Bool, of socket: CInt) throws(Errno) {
        var value: CInt = isOn ? 1 : 0
        _ = try check { setsockopt(socket, level, option, &value, socklen_t(MemoryLayout<CInt>.size)) }
    }

    /// The port a socket is bound to, of either protocol.
    private static func port(of socket: CInt) throws(Errno) -> UInt16 {
        var address = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        _ = try check {
            withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &length) }
            }
        }
        // It stands in the same place in addresses of both.
        return UInt16(bigEndian: address.sin6_port)
    }
}
