// The machine xm runs on: standard streams, files, time, chance.

import Glibc
import HostInterface
import XendClient
import XmCommands

/// `XmHost` by the C library.
struct Machine: XmHost {
    /// A configuration of more bytes than this is something else.
    private static let fileLimit = 16 << 20

    // Where nobody reads what is said, there is nowhere to say so.
    func write(_ text: String) { try? Machine.write(Array(text.utf8), to: STDOUT_FILENO) }

    func writeError(_ text: String) { try? Machine.write(Array(text.utf8), to: STDERR_FILENO) }

    func write(_ bytes: [UInt8]) throws(XmFailure) { try Machine.write(bytes, to: STDOUT_FILENO) }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) throws(XmFailure) {
        var bytes = bytes[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                bytes = bytes.dropFirst(count)
            } else if errno != EINTR {
                throw .error("cannot write to standard output: \(String(cString: strerror(errno)))")
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

    /// What is in the file of a token.
    func readSecret(_ path: String) throws(XendError) -> [UInt8] {
        do {
            return try readFile(path)
        } catch {
            throw .invalid("\(error)")
        }
    }

    private static func failure(_ path: String) -> XmFailure {
        .error("cannot read \(path): \(String(cString: strerror(errno)))")
    }

    func openFile(_ path: String) throws(XmFailure) -> any ReadableFile {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Machine.failure(path) }
        return LocalFile(path: path, descriptor: descriptor)
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

    func elapsedSeconds() -> Double {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
    }

    var showsProgress: Bool { isatty(STDERR_FILENO) == 1 }

    var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    var showsColours: Bool {
        let terminal = environment("TERM") ?? ""
        return outputIsTerminal && (environment("NO_COLOR") ?? "").isEmpty && !["", "dumb"].contains(terminal)
    }

    func page(_ text: String) {
        if !outputIsTerminal || !Pager(environment("PAGER")).show(text) { write(text) }
    }

    func attachConsole(host: String, port: Int, ticket: String?) async throws(XmFailure) {
        try ConsoleSession(host: host, port: port, ticket: ticket).run(self)
    }
}

/// A file of this machine, read front to back.
private struct LocalFile: ReadableFile {
    let path: String
    let descriptor: Int32

    func read(_ count: Int) async throws(FileError) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: count)
        while true {
            let result = Glibc.read(descriptor, &buffer, count)
            if result >= 0 { return Array(buffer.prefix(result)) }
            guard errno == EINTR else {
                throw FileError("read", path, .system(errno: errno, text: String(cString: strerror(errno))))
            }
        }
    }

    func close() async { Glibc.close(descriptor) }
}
