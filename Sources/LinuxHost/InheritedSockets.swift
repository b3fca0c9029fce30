import Glibc
import HostInterface
import NIOCore
import Synchronization

/// Sockets on which a service manager listens already for the daemon (sd_listen_fds(3)). Whoever listens on an address gets those that
/// are of it; what nobody asks for is told and closed.
public final class InheritedSockets: Sendable {
    /// There are none.
    public static let none = InheritedSockets(descriptors: [])
    /// The first of them, as systemd counts.
    private static let first: CInt = 3
    /// A unit has a handful.
    private static let maximum = 64

    private struct Inherited {
        var descriptor: CInt
        var place: Place
    }

    private enum Place: Hashable {
        case port(address: String, UInt16)
        case path(String)
        case other

        var description: String {
            switch self {
            case .port(let address, let port): "\(NetworkAddress(host: address, port: port))"
            case .path(let path): path
            case .other: "something that is no listening stream"
            }
        }
    }

    private let sockets: Mutex<[Inherited]>

    /// Takes over what the starter handed to this process. Once, at the start of the program.
    public convenience init() {
        let count = Self.count { getenv($0).map { String(cString: $0) } }
        // Scripts shall not take them for theirs.
        for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] { unsetenv(name) }
        self.init(descriptors: (0..<count).map { Self.first + CInt($0) })
    }

    /// How many there are, by the variables of the environment.
    static func count(_ variable: (String) -> String?) -> Int {
        guard variable("LISTEN_PID").flatMap(pid_t.init) == getpid() else { return 0 }
        return min(max(variable("LISTEN_FDS").flatMap(Int.init) ?? 0, 0), maximum)
    }

    /// - Parameter descriptors: of the sockets.
    init(descriptors: [CInt]) {
        sockets = Mutex(
            descriptors.compactMap { descriptor in
                guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else { return nil }
                _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
                return Inherited(descriptor: descriptor, place: Self.place(of: descriptor))
            })
    }

    /// Those that listen on a port; whoever takes them closes them.
    ///
    /// - Parameters:
    ///   - port: of TCP.
    ///   - address: "" = all interfaces, `localhost`, or an address, on which alone the port may be reached.
    /// - Throws: `system`, where one listens on other addresses than these: it would let in whom the configuration keeps out, or the
    ///   other way round.
    func take(port: UInt16, of address: String) throws(NetworkError) -> [CInt] {
        let found = sockets.withLock { sockets in
            sockets.filter { if case .port(_, port) = $0.place { true } else { false } }
        }
        for socket in found {
            guard case .port(let other, _) = socket.place, !Self.isCovered(other, by: address) else { continue }
            throw .system(
                "systemd listens on \(socket.place.description) for xend, which is to listen on "
                    + "\(address.isEmpty ? "all interfaces" : address) alone: xend.socket and the configuration must say the same"
            )
        }
        return remove(found)
    }

    /// The one that listens on a path; whoever takes it closes it.
    func take(path: String) -> CInt? {
        let found = sockets.withLock { sockets in
            sockets.filter { if case .path(let other) = $0.place { Self.isSame(other, path) } else { false } }
        }
        return remove(Array(found.prefix(1))).first
    }

    /// Closes those that nobody has taken.
    /// - Returns: where they listened, in words.
    public func closeRest() -> [String] {
        let rest = sockets.withLock { sockets in
            defer { sockets = [] }
            return sockets
        }
        for socket in rest { close(socket.descriptor) }
        return rest.map(\.place.description)
    }

    private func remove(_ taken: [Inherited]) -> [CInt] {
        let descriptors = taken.map(\.descriptor)
        sockets.withLock { $0.removeAll { descriptors.contains($0.descriptor) } }
        return descriptors
    }

    private static func isCovered(_ inherited: String, by address: String) -> Bool {
        if address.isEmpty { return true }
        let isLoopback = NetworkAddress(host: inherited, port: 0).isLoopback
        if address == "localhost" { return isLoopback }
        let wanted = (try? SocketAddress.makeAddressResolvingHost(address, port: 0))?.ipAddress
        return wanted == inherited || address == inherited
    }

    /// /var/run is /run.
    private static func isSame(_ path: String, _ other: String) -> Bool {
        var (first, second) = (stat(), stat())
        return path == other
            || stat(path, &first) == 0 && stat(other, &second) == 0 && first.st_dev == second.st_dev
                && first.st_ino == second.st_ino
    }

    private static func place(of descriptor: CInt) -> Place {
        var (isListening, size) = (CInt(0), socklen_t(MemoryLayout<CInt>.size))
        guard getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &isListening, &size) == 0, isListening != 0 else {
            return .other
        }
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let isNamed = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) == 0 }
        }
        guard isNamed else { return .other }
        let family = CInt(address.ss_family)
        switch family {
        case AF_UNIX: return .path(unixPath(address, length))
        case AF_INET, AF_INET6:
            let known = withUnsafePointer(to: address) { pointer in
                family == AF_INET
                    ? pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { SocketAddress($0.pointee) }
                    : pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { SocketAddress($0.pointee) }
            }
            return .port(address: known.ipAddress ?? "", UInt16(known.port ?? 0))
        default: return .other
        }
    }

    private static func unixPath(_ address: sockaddr_storage, _ length: socklen_t) -> String {
        withUnsafeBytes(of: address) { bytes in
            let path = bytes[MemoryLayout<sa_family_t>.size..<min(Int(length), bytes.count)]
            return String(decoding: path.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
