import CLinux
import Glibc
import HostInterface
import NIOCore

/// Whose the other end of a TCP connection is (manual, decision 14).
///
/// The kernel is asked once, when the connection is accepted, for the socket at the other end: only one with exactly these addresses and
/// ports, with an owner and still open counts. One whose process has closed it already has none.
enum SocketOwner {
    static func identity(of channel: any Channel) -> PeerIdentity {
        guard let local = channel.localAddress, let remote = channel.remoteAddress else { return .unknown }
        let ways = ways(local, remote)
        for (here, there) in ways {
            if let uid = owner(of: there, connectedTo: here) { return .user(uid) }
        }
        // A kernel that does not know our own end has no tcp_diag.
        if !ways.contains(where: { here, there in owner(of: here, connectedTo: there) != nil }) {
            for (here, there) in ways {
                if let uid = listedOwner(of: there, connectedTo: here) { return .user(uid) }
            }
        }
        return isOwn(remote, reached: local) ? .unknown : .remote
    }

    /// Who has connected to a Unix socket: the kernel has noted it then, and it stays so.
    static func localIdentity(of channel: any Channel) -> EventLoopFuture<PeerIdentity> {
        guard let socket = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeSucceededFuture(.unknown)
        }
        let credentials: EventLoopFuture<Credentials> = socket.unsafeGetSocketOption(
            level: .socket, name: NIOBSDSocket.Option(rawValue: SO_PEERCRED))
        return credentials.map { .user($0.uid) }.recover { _ in .unknown }
    }

    /// `struct ucred`, which Swift's Glibc does not show.
    private struct Credentials {
        var pid: Int32 = 0
        var uid: UInt32 = 0
        var gid: UInt32 = 0
    }

    /// The ends as the kernel may have them: a connection over IPv4 to a socket of IPv6 is of one family at each end.
    private static func ways(_ local: SocketAddress, _ remote: SocketAddress) -> [(End, End)] {
        guard let local = End(local), let remote = End(remote) else { return [] }
        guard let local4 = local.unmapped, let remote4 = remote.unmapped else { return [(local, remote)] }
        return [(local4, remote4), (local4.mapped, remote4.mapped)]
    }

    /// Whether the other end is this machine, as far as addresses tell.
    private static func isOwn(_ remote: SocketAddress, reached local: SocketAddress) -> Bool {
        guard let address = remote.ipAddress else { return true }
        return address == local.ipAddress || NetworkAddress(host: address, port: 0).isLoopback
    }

    private static func owner(of end: End, connectedTo other: End) -> UInt32? {
        let owner = end.bytes.withUnsafeBytes { own in
            other.bytes.withUnsafeBytes { peer in
                clinux_socket_owner(end.family, own.baseAddress, end.port, peer.baseAddress, other.port)
            }
        }
        return owner < 0 ? nil : UInt32(truncatingIfNeeded: owner)
    }

    // MARK: - Without tcp_diag

    /// Bytes of a list of the kernel's: 150 for each connection, and thousands of those.
    private static let listLimit = 4 << 20
    /// ESTABLISHED, FIN_WAIT1, FIN_WAIT2, CLOSE_WAIT: somebody still has it open.
    private static let openStates: Set<Substring> = ["01", "04", "05", "08"]

    /// The same out of the lists of all connections, which every kernel has; it costs with their number.
    static func listedOwner(of end: End, connectedTo other: End) -> UInt32? {
        let path = end.bytes.count == 4 ? "/proc/self/net/tcp" : "/proc/self/net/tcp6"
        guard let bytes = try? Blocking.read(path, limit: listLimit) else { return nil }
        let (own, peer) = (end.listed, other.listed)
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst() {
            // sl local_address rem_address st queues tr:when retrnsmt uid timeout inode
            let words = line.split(separator: " ")
            guard words.count > 9, words[1] == own, words[2] == peer else { continue }
            guard openStates.contains(words[3]), words[9] != "0" else { return nil }
            return UInt32(words[7])
        }
        return nil
    }

    /// One end, as the kernel is asked for it.
    struct End {
        /// 4 or 16, in the order of the wire.
        var bytes: [UInt8]
        var port: UInt16

        var family: CInt { bytes.count == 4 ? AF_INET : AF_INET6 }

        init(_ bytes: [UInt8], _ port: UInt16) {
            self.bytes = bytes
            self.port = port
        }

        init?(_ address: SocketAddress) {
            switch address {
            case .v4(let address): bytes = withUnsafeBytes(of: address.address.sin_addr) { Array($0) }
            case .v6(let address): bytes = withUnsafeBytes(of: address.address.sin6_addr) { Array($0) }
            case .unixDomainSocket: return nil
            }
            port = UInt16(address.port ?? 0)
        }

        private static let prefix: [UInt8] = Array(repeating: 0, count: 10) + [0xFF, 0xFF]

        /// As an address of IPv4; nil: it is none.
        var unmapped: End? {
            if bytes.count == 4 { return self }
            return bytes.starts(with: Self.prefix) ? End(Array(bytes.dropFirst(Self.prefix.count)), port) : nil
        }

        /// As the kernel's lists have it: each four bytes as a number of this machine, in hexadecimal, and the port.
        var listed: String {
            var text = ""
            for start in stride(from: 0, to: bytes.count, by: 4) {
                let word = bytes[start..<start + 4].withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }
                text += Self.hexadecimal(word, digits: 8)
            }
            return text + ":" + Self.hexadecimal(UInt32(port), digits: 4)
        }

        private static func hexadecimal(_ number: UInt32, digits: Int) -> String {
            let text = String(number, radix: 16, uppercase: true)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }

        /// An address of IPv4 as one of IPv6.
        var mapped: End { bytes.count == 4 ? End(Self.prefix + bytes, port) : self }
    }
}
