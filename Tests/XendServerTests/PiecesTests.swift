import Glibc
import HTTPInterface
import HostInterface
import LinuxHost
import Testing

@testable import XendServer

/// Clients that send a request piece by piece, over real sockets.
@Suite(.timeLimit(.minutes(2))) struct PiecesTests {
    @Test("Who sends the head, and then the body, is not kept waiting between them", arguments: [1, 3])
    func pieces(_ cuts: Int) async throws {
        let pipeline = HTTPPipeline(
            service: Sample.service, tasks: LinuxTasks(), clock: LinuxClock(), authenticator: .sample())
        let listener = try await LinuxHTTPListening().listen(
            address: "127.0.0.1", port: 0, configure: pipeline.configure)
        await listener.accept()
        let client = try NaglesClient(port: listener.port)
        let form = "op=pause"
        let head =
            "POST /xend/domain/nobody HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            + "Content-Length: \(form.utf8.count)\r\n\r\n"
        let pieces = (0..<cuts).map { head.utf8.dropFirst($0 * 60).prefix($0 == cuts - 1 ? 1000 : 60) }.map(Array.init)
        var times: [Duration] = []
        let clock = ContinuousClock()
        // The first ones of a connection are acknowledged at once by any kernel.
        for _ in 0..<12 {
            let start = clock.now
            for piece in pieces + [Array(form.utf8)] { try client.write(piece) }
            #expect(try client.read().hasPrefix("HTTP/1.1 4"))
            times.append(clock.now - start)
        }
        // Whoever is kept waiting is so by 40 ms each time; on a busy machine one of them may be late for other reasons.
        let quickest = try #require(times.suffix(8).min())
        #expect(quickest < .milliseconds(30), "\(times)")
        await listener.close()
    }
}

/// A connection whose kernel sends no second small piece before the first has been acknowledged (RFC 896), as it is unless asked.
private struct NaglesClient: ~Copyable {
    private let socket: CInt

    init(port: UInt16) throws {
        socket = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        try #require(socket >= 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        let result = withUnsafeBytes(of: &address) { bytes in
            connect(socket, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t(bytes.count))
        }
        try #require(result == 0)
    }

    deinit { close(socket) }

    func write(_ bytes: [UInt8]) throws {
        try #require(Glibc.write(socket, bytes, bytes.count) == bytes.count)
    }

    /// What has come, at least something.
    func read() throws -> String {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(socket, &bytes, bytes.count)
        try #require(count > 0)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}
