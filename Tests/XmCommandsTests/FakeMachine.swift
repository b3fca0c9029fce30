// A machine for xm to run on: files and answers are given, what is written and asked is kept.

import HostInterface
import SExpressions
import Synchronization
import XendClient

@testable import XmCommands

/// Standard streams and files in memory.
final class FakeHost: XmHost {
    private struct State {
        var output = ""
        var errors = ""
        var pauses = 0
        var attached: [String] = []
        var nextByte: UInt8 = 0
    }

    private let state = Mutex(State())
    let files: [String: [UInt8]]
    let showsProgress: Bool
    let outputIsTerminal: Bool
    /// Called at each pause, so that the world can go on.
    let onPause: @Sendable () -> Void

    convenience init(
        files: [String: String] = [:], showsProgress: Bool = false, outputIsTerminal: Bool = false,
        onPause: @escaping @Sendable () -> Void = {}
    ) {
        self.init(
            content: files.mapValues { Array($0.utf8) }, showsProgress: showsProgress,
            outputIsTerminal: outputIsTerminal, onPause: onPause)
    }

    init(
        content files: [String: [UInt8]], showsProgress: Bool = false, outputIsTerminal: Bool = false,
        onPause: @escaping @Sendable () -> Void = {}
    ) {
        self.files = files
        self.showsProgress = showsProgress
        self.outputIsTerminal = outputIsTerminal
        self.onPause = onPause
    }

    var output: String { state.withLock { $0.output } }
    var errors: String { state.withLock { $0.errors } }
    var attached: [String] { state.withLock { $0.attached } }
    var pauses: Int { state.withLock { $0.pauses } }

    var showsColours: Bool { outputIsTerminal }

    func write(_ text: String) { state.withLock { $0.output += text } }
    func page(_ text: String) { write(text) }
    func writeError(_ text: String) { state.withLock { $0.errors += text } }

    func readFile(_ path: String) throws(XmFailure) -> [UInt8] {
        guard let content = files[path] else { throw .error("cannot read \(path): No such file or directory") }
        return content
    }

    func openFile(_ path: String) throws(XmFailure) -> any ReadableFile {
        FakeFile(try readFile(path))
    }

    func write(_ bytes: [UInt8]) throws(XmFailure) { write(String(decoding: bytes, as: UTF8.self)) }

    func fileExists(_ path: String) -> Bool { files[path] != nil }
    var currentDirectory: String { "/root" }

    func pause(_ duration: Duration) async {
        state.withLock { $0.pauses += 1 }
        onPause()
        await Task.yield()
    }

    /// 1, 2, 3 …
    func randomByte() -> UInt8 {
        state.withLock {
            $0.nextByte &+= 1
            return $0.nextByte
        }
    }

    func timeOfDay() -> String { "12:34:56" }
    func machineUpTime() -> Double? { 3661 }
    /// Two seconds for each pause.
    func elapsedSeconds() -> Double { Double(pauses) * 2 }

    func attachConsole(host: String, port: Int, ticket: String?) async throws(XmFailure) {
        state.withLock { $0.attached.append("\(host):\(port)" + (ticket.map { " with ticket \($0)" } ?? "")) }
    }
}

/// A file of the machine, read front to back.
private final class FakeFile: ReadableFile {
    private let rest: Mutex<ArraySlice<UInt8>>

    init(_ bytes: [UInt8]) { rest = Mutex(bytes[...]) }

    func read(_ count: Int) async throws(FileError) -> [UInt8] {
        rest.withLock { rest in
            let piece = rest.prefix(count)
            rest = rest.dropFirst(count)
            return Array(piece)
        }
    }

    func close() async {}
}

/// A daemon that gives prepared answers. Several answers to one question are given in turn, the last for ever.
final class FakeDaemon: XendTransport {
    private struct State {
        var requests: [String] = []
        var answers: [String: [XendResponse]] = [:]
    }

    private let state = Mutex(State())

    let hasCredentials: Bool

    /// - Parameter answers: `GET /path` or `POST /path op=…` to SXP.
    init(_ answers: [String: String] = [:], hasCredentials: Bool = false) {
        self.hasCredentials = hasCredentials
        for (question, text) in answers { answer(question, text) }
    }

    func answer(_ question: String, _ sxp: String) {
        answer(
            question,
            XendResponse(
                status: 200, reason: "OK", headers: [("Content-Type", "application/sxp")], body: Array(sxp.utf8)))
    }

    func answer(_ question: String, _ response: XendResponse) {
        state.withLock { $0.answers[question, default: []].append(response) }
    }

    /// What was asked: method, path, and the form of a POST.
    var requests: [String] { state.withLock { $0.requests } }

    func perform(_ request: XendRequest) async throws(XendError) -> XendResponse {
        let body = String(decoding: request.body, as: UTF8.self)
        let line = "\(request.method.rawValue) \(request.target)" + (body.isEmpty ? "" : " " + body)
        return state.withLock { state in
            state.requests.append(line)
            let keys = state.answers.keys.filter { line == $0 || line.hasPrefix($0 + " ") || line.hasPrefix($0 + "?") }
            guard let key = keys.max(by: { $0.count < $1.count }), var left = state.answers[key] else {
                return FakeDaemon.standard(request)
            }
            let answer = left[0]
            if left.count > 1 { left.removeFirst() }
            state.answers[key] = left
            return answer
        }
    }

    /// Operations succeed; what is not there is not found.
    private static func standard(_ request: XendRequest) -> XendResponse {
        if request.method == .post {
            return XendResponse(
                status: 200, reason: "OK", headers: [("Content-Type", "application/sxp")], body: Array("0".utf8))
        }
        let name = request.target.split(separator: "/").last.map(String.init) ?? ""
        return XendResponse(
            status: 404, reason: "invalid domain:\(name)", headers: [("Content-Type", "text/html")], body: [])
    }
}

/// Two domains, as the original daemon told of them (reference/xm-cli.md §3).
let twoDomains = [
    "GET /xend/domain/": "(k1 Domain-0)",
    "GET /xend/domain/Domain-0":
        "(domain (id 0) (name Domain-0) (memory 128) (maxmem 128) (state r----) (cpu 0) (cpu_time 172.2) (devices))",
    "GET /xend/domain/k1": """
    (domain (id 1) (name k1) (memory 32) (maxmem 64) (state -b----) (cpu 0) (cpu_time 1.5) (up_time 93784.2)
     (console (status listening) (id 11) (domain 1) (local_port 7) (remote_port 3) (console_port 9777))
     (uuid 8f3a4a4e-0000-4000-8000-000000000001) (vcpus 2)
     (devices (vif (idx 0) (vif 0) (mac aa:00:00:00:00:01) (evtchn 21 22) (index 0))
              (vbd (idx 1) (vdev 2049) (device 1792) (mode w) (dev sda1) (uname phy:vg/k1) (node vg/k1) (index 0)))
     (config (vm (name k1) (memory 32) (image (linux (kernel /boot/k) (root '/dev/sda1 ro')))
      (device (vbd (uname phy:vg/k1) (dev sda1) (mode w))) (device (vif (mac aa:00:00:00:00:01))))))
    """,
]

/// What one run of xm did.
struct Outcome {
    var status: Int32
    var output: String
    var errors: String
    var requests: [String]
}

/// Runs xm once.
func run(
    _ arguments: [String], daemon: FakeDaemon = FakeDaemon(twoDomains), host: FakeHost = FakeHost(),
    format: XmFormat = .original
) async -> Outcome {
    let xm = Xm(client: XendClient(transport: daemon), host: host, format: format)
    let status = await xm.run(arguments)
    return Outcome(status: status, output: host.output, errors: host.errors, requests: daemon.requests)
}
