import Glibc
import ScenarioLanguage
import Testing

@testable import ScenarioRunner

/// What a lent machine carries and refuses, on the loopback interface; what it does is the lab's.
struct LentMachineTests {
    /// Lends this machine while `body` runs.
    private func lent(_ body: (LentMachine) throws -> Void) throws {
        let lender = try MachineLender(RemoteAddress("http://127.0.0.1:0")!, guestImage: "/nonexistent")
        let life = Life(lender)
        defer { life.end() }
        try body(LentMachine(RemoteAddress("http://127.0.0.1:\(lender.port)")!))
    }

    @Test func `bytes go both ways, to what listens there`() throws {
        let port = try MachineLender(RemoteAddress("http://127.0.0.1:0")!, guestImage: "/nonexistent")
        let life = Life(port)
        defer { life.end() }
        try lent { machine in
            // What listens is another lender: it answers a form that it does not know.
            let stream = try machine.connect(port.port, from: nil, alias: "beta")
            stream.send(Array("9\n(leaks x)".utf8))
            let end = ContinuousClock.now + .seconds(20)
            while !stream.isEnded, ContinuousClock.now < end { usleep(1000) }
            #expect(String(decoding: stream.received, as: UTF8.self) == "(failed 'no story has begun')")
        }
    }

    @Test func `where nobody listens the words are those of a story's host`() throws {
        let free = try MachineLender(RemoteAddress("http://127.0.0.1:0")!, guestImage: "/nonexistent").port
        try lent { machine in
            #expect(throws: ScenarioFailure("connection refused: no xend listens on beta")) {
                _ = try machine.connect(free, from: nil, alias: "beta")
            }
        }
    }

    @Test func `before a story nothing is done, and what is no form is refused`() throws {
        try lent { machine in
            #expect(throws: ScenarioFailure("no story has begun")) { _ = try machine.file("/etc/passwd") }
            let socket = try Socket(host: "127.0.0.1", port: machine.address.port)
            socket.send(Array("x\n(leaks)".utf8))
            let end = ContinuousClock.now + .seconds(20)
            while !socket.isEnded, ContinuousClock.now < end { usleep(1000) }
            #expect(String(decoding: socket.received, as: UTF8.self).contains("no form"))
        }
    }

    /// A thread that lends until it is told to end.
    private final class Life: @unchecked Sendable {
        private let lender: MachineLender
        private var isOver = false
        private var thread = pthread_t()

        init(_ lender: MachineLender) {
            self.lender = lender
            pthread_create(
                &thread, nil,
                { life in
                    let life = Unmanaged<Life>.fromOpaque(life!).takeUnretainedValue()
                    while !life.isOver { life.lender.turn() }
                    return nil
                }, Unmanaged.passUnretained(self).toOpaque())
        }

        func end() {
            isOver = true
            pthread_join(thread, nil)
        }
    }
}
