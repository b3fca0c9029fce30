// The machine xm runs on: standard streams, files, time, chance.

import Glibc
import XmCommands

/// `XmHost` by the C library.
struct Machine: XmHost {
    /// A configuration of more bytes than this is something else.
    private static let fileLimit = 16 << 20

    func write(_ text: String) { Machine.write(text, to: STDOUT_FILENO) }

    func writeError(_ text: String) { Machine.write(text, to: STDERR_FILENO) }

    private static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                bytes = bytes.dropFirst(count)
            } else if errno != EINTR {
                // Nobody reads; there is nowhere to say so.
                return
            }
        }
    }

    func readFile(_ path: String) throws(XmFailure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Machine.failure(path) }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count == 0 { return content }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw Machine.failure(path) }
            content += buffer[..<count]
            guard content.count <= Machine.fileLimit else {
                throw .error("\(path) is larger than \(Machine.fileLimit) bytes")
            }
        }
    }

    private static func failure(_ path: String) -> XmFailure {
        .error("cannot read \(path): \(String(cString: strerror(errno)))")
    }

    func fileExists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    var currentDirectory: String {
        guard let path = getcwd(nil, 0) else { return "/" }
        defer { free(path) }
        return String(cString: path)
    }

    func pause(_ duration: Duration) async {
        // The one place where xm waits for real time; a cancelled wait ends early, which is all right.
        try? await Task.sleep(for: duration)
    }

    func randomByte() -> UInt8 { UInt8.random(in: .min ... .max) }

    func timeOfDay() -> String {
        var now = time(nil)
        var parts = tm()
        localtime_r(&now, &parts)
        return [parts.tm_hour, parts.tm_min, parts.tm_sec].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    }

    func machineUpTime() -> Double? {
        guard let content = try? readFile("/proc/uptime") else { return nil }
        return String(decoding: content, as: UTF8.self).split(separator: " ").first.flatMap { Double($0) }
    }

    var showsProgress: Bool { isatty(STDERR_FILENO) == 1 }

    func attachConsole(host: String, port: Int) async throws(XmFailure) {
        try ConsoleSession(host: host, port: port).run(self)
    }
}
