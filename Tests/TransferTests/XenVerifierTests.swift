import DomainLifecycle
import DomainModel
import Foundation
import HostInterface
import HypervisorInterface
import Migration
import SExpressions
import SimulatedHost
import Synchronization
import Testing

/// A saved file, out of the simulated machine.
private final class SavedFile: ReadableFile {
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

/// What the simulated machine writes into save files, held against Xen's own verifier: with `XEND_VERIFIER` naming
/// the directory of
/// Debian's xen-utils-4.17 (`/usr/lib/xen-4.17`), as CI does.
@Suite("Save files and Xen's own tools")
struct XenVerifierTests {
    private static let tools = ProcessInfo.processInfo.environment["XEND_VERIFIER"]

    private final class Collector: ImageOutput {
        let bytes = Mutex<[UInt8]>([])
        func write(_ bytes: [UInt8]) async throws { self.bytes.withLock { $0 += bytes } }
    }

    @Test(
        "The stream in a save file is accepted by verify-stream-v2", .enabled(if: tools != nil),
        arguments: GuestKind.allCases)
    func verified(kind: GuestKind) throws {
        let hosts = TwoHosts()
        try hosts.startBoth()
        let text = "(vm (name web) (memory 16) (image (\(kind == .pv ? "linux" : "pvh") (kernel /boot/vmlinuz))))"
        try hosts.perform(.create(DomainConfig(SExpression.parseFirst(text))), on: hosts.alpha)
        try hosts.perform(.unpause, on: hosts.alpha)
        hosts.advance(.seconds(5))
        try hosts.perform(.save(path: "/tmp/web.img"), on: hosts.alpha)
        let collector = Collector()
        let image = try #require(hosts.alpha.files.contents("/tmp/web.img"))
        try hosts.run { try await SaveFileInspection.stream("web.img", file: SavedFile(image), to: collector) }
        let information = try hosts.run { try await SaveFileInspection.information("web.img", file: SavedFile(image)) }
        #expect(information.child("image")?.childText("kind") == kind.rawValue)
        let path = NSTemporaryDirectory() + "xend-image-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(collector.bytes.withLock { $0 }).write(to: URL(fileURLWithPath: path))
        let (status, output) = try verify(path)
        #expect(status == 0, "\(output)")
    }

    private func verify(_ path: String) throws -> (Int32, String) {
        let tools = try #require(Self.tools)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "\(tools)/bin/verify-stream-v2", "-v", "-i", path]
        process.environment = ["PYTHONPATH": "\(tools)/lib/python", "PATH": "/usr/bin:/bin"]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}
