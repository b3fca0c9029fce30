import Glibc
import ScenarioLanguage
import XendTesting

/// A TCP connection of the runner itself, over a real socket that never blocks.
final class Socket: ByteStream {
    private var descriptor: Int32
    private var bytes: [UInt8] = []
    private var unsent: [UInt8] = []
    private var hasEnded = false

    /// Connects to an IPv4 address or `localhost`.
    /// - Parameters:
    ///   - alias: the scenario's name of the host whose xend listens there, for the words of a refusal.
    ///   - address: which of its own the runner's machine shall have; nil: any.
    init(host: String, port: UInt16, alias: String? = nil, from address: String? = nil) throws(ScenarioFailure) {
        let name = host == "localhost" ? "127.0.0.1" : host
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_family = AF_UNSPEC
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(name, String(port), &hints, &found) == 0, let first = found else {
            throw ScenarioFailure("cannot find \(host)")
        }
        defer { freeaddrinfo(found) }
        descriptor = socket(first.pointee.ai_family, first.pointee.ai_socktype, 0)
        guard descriptor >= 0 else { throw ScenarioFailure("no socket: \(Self.errorText)") }
        if let address { try bind(to: address) }
        guard connect(descriptor, first.pointee.ai_addr, first.pointee.ai_addrlen) == 0 else {
            let reason = Self.errorText
            let isRefused = errno == ECONNREFUSED
            Glibc.close(descriptor)
            descriptor = -1
            if isRefused, let alias { throw .refused(by: alias) }
            throw ScenarioFailure("cannot connect to \(host):\(port): \(reason)")
        }
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }

    /// A connection that somebody else has made.
    init(adopting descriptor: Int32) {
        self.descriptor = descriptor
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }

    deinit { close() }

    private func bind(to address: String) throws(ScenarioFailure) {
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(address, nil, &hints, &found) == 0, let first = found else {
            throw ScenarioFailure("\(address) is no address")
        }
        defer { freeaddrinfo(found) }
        guard Glibc.bind(descriptor, first.pointee.ai_addr, first.pointee.ai_addrlen) == 0 else {
            throw ScenarioFailure("\(address) cannot be had: \(Self.errorText)")
        }
    }

    private static var errorText: String { String(cString: strerror(errno)) }

    var received: [UInt8] {
        pump()
        return bytes
    }

    var isEnded: Bool {
        pump()
        return hasEnded
    }

    func send(_ more: [UInt8]) {
        unsent += more
        pump()
    }

    /// Sends and receives what can be without waiting.
    private func pump() {
        guard descriptor >= 0 else { return }
        while !unsent.isEmpty {
            let count = unsent.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { break }
            unsent.removeFirst(count)
        }
        var piece = [UInt8](repeating: 0, count: 65_536)
        while !hasEnded {
            let count = recv(descriptor, &piece, piece.count, 0)
            if count > 0 {
                bytes += piece.prefix(count)
            } else {
                if count == 0 || (errno != EAGAIN && errno != EINTR) { hasEnded = true }
                return
            }
        }
    }

    /// Its own machine's address in it, an IPv4 one.
    var ownAddress: String? {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isKnown = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) == 0 }
        }
        var text = [CChar](repeating: 0, count: Int(INET_ADDRSTRLEN))
        guard isKnown, inet_ntop(AF_INET, &address.sin_addr, &text, socklen_t(INET_ADDRSTRLEN)) != nil else {
            return nil
        }
        return String(cString: text)
    }

    /// Forgets what has been received first.
    func skip(_ count: Int) { bytes.removeFirst(min(count, bytes.count)) }

    /// Sends what has been received to another, and forgets it.
    func carry(to other: Socket) {
        pump()
        let received = bytes
        bytes = []
        other.send(received)
    }

    var hasUnsent: Bool {
        pump()
        return !unsent.isEmpty && descriptor >= 0
    }

    /// Closes when everything has been sent, or nobody takes it any more.
    func finish() {
        let end = ContinuousClock.now + .seconds(10)
        while hasUnsent, ContinuousClock.now < end { usleep(1000) }
        close()
    }

    func close() {
        guard descriptor >= 0 else { return }
        pump()
        Glibc.close(descriptor)
        descriptor = -1
        hasEnded = true
    }
}
