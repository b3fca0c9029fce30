import HostInterface
import Testing

@testable import LinuxHost

@Suite("Notifications of a Linux host", .timeLimit(.minutes(1))) struct LinuxNotificationsTests {
    let network = LinuxNetwork()
    let sender = LinuxNotifications()
    var soon: Instant { LinuxClock().now + .seconds(30) }

    @Test("an event is posted, and the status of the answer told") func posting() async throws {
        let listener = try await network.listen(address: "127.0.0.1", port: 0)
        let url = "http://127.0.0.1:\(listener.port)/events?node=a"
        let receiver = LinuxTasks().spawn { await receive(listener) }
        let status = try await sender.post(Array("(x)".utf8), contentType: "application/sxp", to: url, deadline: soon)
        #expect(status == 202)
        await receiver.value
        await listener.close()
    }

    /// Checks one request to the byte, answers it, waits for the end of the connection.
    private func receive(_ listener: any NetworkListener) async {
        var accepted = listener.connections.makeAsyncIterator()
        guard let connection = await accepted.next() else { return }
        let expected = """
            POST /events?node=a HTTP/1.1\r
            Host: 127.0.0.1:\(listener.port)\r
            Content-Type: application/sxp\r
            Content-Length: 3\r
            Connection: close\r
            \r
            (x)
            """
        var received: [UInt8] = []
        while received.count < expected.utf8.count, let bytes = try? await connection.read(1000), !bytes.isEmpty {
            received += bytes
        }
        #expect(String(decoding: received, as: UTF8.self) == expected)
        try? await connection.write(Array("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\n".utf8))
        try? await connection.write(Array("Content-Length: 0\r\n\r\n".utf8))
        while let bytes = try? await connection.read(1000), !bytes.isEmpty {}
    }

    @Test("a receiver that never answers, is not there or talks nonsense is an error") func failures() async throws {
        let silent = try await network.listen(address: "127.0.0.1", port: 0)
        let url = "http://127.0.0.1:\(silent.port)/"
        await #expect(throws: NetworkError.timedOut) {
            try await sender.post([], contentType: "a/b", to: url, deadline: LinuxClock().now + .milliseconds(100))
        }
        await silent.close()
        await #expect(throws: NetworkError.refused(host: "127.0.0.1", port: silent.port)) {
            try await sender.post([], contentType: "a/b", to: url, deadline: soon)
        }
        let hasty = try await network.listen(address: "127.0.0.1", port: 0)
        let closing = LinuxTasks().spawn {
            var accepted = hasty.connections.makeAsyncIterator()
            await accepted.next()?.close()
        }
        await #expect(throws: NetworkError.self) {
            try await sender.post([], contentType: "a/b", to: "http://127.0.0.1:\(hasty.port)/", deadline: soon)
        }
        await closing.value
    }

    @Test("urls are taken apart, and others refused")
    func urls() {
        let table: [(String, String?)] = [
            ("http://host", "host 80 /"), ("HTTP://host:81/a/b?c#d", "host 81 /a/b?c"),
            ("http://[::1]:8/x", "::1 8 /x"),
            ("http://[fe80::1]", "fe80::1 80 /"), ("http://h?q", "h 80 /?q"),
            ("https://host", nil), ("http://", nil), ("http://:80/", nil), ("http://h:0", nil), ("http://h:99999", nil),
            ("http://h:x", nil), ("http://u:p@h/", nil), ("http://h/a b", nil), ("http://h/\r\nX: y", nil), ("", nil),
        ]
        for (url, expected) in table {
            let target = NotificationTarget(url)
            #expect(target.map { "\($0.host) \($0.port) \($0.path)" } == expected, "\(url)")
        }
    }
}
