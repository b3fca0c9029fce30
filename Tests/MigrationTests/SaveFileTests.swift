import DomainModel
import HostInterface
import HypervisorInterface
import SExpressions
import Synchronization
import Testing

@testable import Migration

@Suite("Save files")
struct SaveFileTests {
    private static let path = "/srv/web.img"

    private static func header(kind: GuestKind = .pv) -> SaveFileHeader {
        SaveFileHeader(
            id: "00ff", time: 1.5, host: "alpha", xenVersion: "4.17.7", kind: kind, memory: MemorySize(pages: 7),
            maximumMemory: MemorySize(pages: 300), isPaused: true, record: ["domain", ["name", "web"]])
    }

    /// Writes an image in pieces, as a hypervisor does.
    private static func save(
        _ image: [UInt8], _ header: SaveFileHeader = header(), to files: MemoryFiles, pieces: Int = 3000
    ) async throws {
        let writer = try await SaveFileWriter(path: path, header: header, files: files)
        do {
            try await writer.begin()
            for start in stride(from: 0, to: image.count, by: pieces) {
                try await writer.write(Array(image[start..<min(start + pieces, image.count)]))
            }
            try await writer.commit()
        } catch {
            try await writer.abandon()
            throw error
        }
    }

    private static func load(_ files: MemoryFiles) async throws -> (SaveFileHeader, [UInt8]) {
        let reader = try await SaveFileReader(path: path, files: files)
        var image: [UInt8] = []
        while true {
            let piece = try await reader.next(limit: 4000)
            if piece.isEmpty { return (reader.header, image) }
            image += piece
        }
    }

    @Test("What is saved is read again: header and image, byte for byte, at any size of the pieces")
    func roundTrip() async throws {
        let image = TestImage.complete(pages: 40, zero: 20)
        for pieces in [1 << 20, 4096, 777] {
            let files = MemoryFiles()
            try await Self.save(image, to: files, pieces: pieces)
            let (header, loaded) = try await Self.load(files)
            #expect(header == Self.header() && loaded == image)
            #expect(files.paths == [Self.path])
        }
    }

    @Test("What was verified is handed out as it is, and not if another file has taken its place")
    func verifiedImage() async throws {
        let image = TestImage.complete(pages: 40, zero: 20)
        let files = MemoryFiles()
        try await Self.save(image, to: files)
        let reader = try await SaveFileReader(path: Self.path, files: files)
        _ = try await reader.verify()
        let verified = try await VerifiedImage(of: reader, files: files)
        #expect(try await verified.read(image.count) == image)
        await #expect(throws: SaveFileError.self) { try await verified.read(1) }

        var other = Self.header()
        other.id = "0100"
        try await Self.save(image, other, to: files)
        await #expect(throws: SaveFileError.self) { try await VerifiedImage(of: reader, files: files) }
    }

    @Test("Zero pages become holes")
    func holes() async throws {
        let files = MemoryFiles()
        try await Self.save(TestImage.complete(pages: 64, zero: 64), to: files, pieces: 1 << 20)
        #expect(files.state.withLock { $0.holes } >= 63 * 4096)
    }

    @Test("Whichever write fails: no new file, no half one, and an old one is as it was")
    func diskFull() async throws {
        let image = TestImage.complete(pages: 10)
        let count = MemoryFiles()
        try await Self.save(image, to: count)
        let operations = count.state.withLock { $0.operations }
        // The last is that which makes the new name durable.
        for failing in 0..<operations - 1 {
            let files = MemoryFiles([Self.path: [1, 2, 3]])
            files.state.withLock { $0.failing = failing }
            await #expect(throws: SaveFileError.self) { try await Self.save(image, to: files) }
            #expect(files.paths == [Self.path] && files[Self.path] == [1, 2, 3])
        }
    }

    @Test("A file whose place cannot be made durable is taken away again: the domain in it runs on")
    func directoryNotSynced() async throws {
        let image = TestImage.complete(pages: 10)
        let count = MemoryFiles()
        try await Self.save(image, to: count)
        let files = MemoryFiles()
        files.state.withLock { state in state.failing = count.state.withLock { $0.operations } - 1 }
        await #expect(throws: SaveFileError.self) { try await Self.save(image, to: files) }
        #expect(files.paths == [])
    }

    @Test("An image that is none, or ends early, or goes on, is not saved")
    func badImages() async throws {
        let image = TestImage.complete()
        for bad in [Array(image.dropLast(8)), image + [0], [UInt8](repeating: 7, count: 100), []] {
            let files = MemoryFiles()
            await #expect(throws: SaveFileError.self) { try await Self.save(bad, to: files) }
            #expect(files.paths == [])
        }
    }

    @Test("Every truncation and every changed byte is found before anything is made of the file")
    func damage() async throws {
        let files = MemoryFiles()
        try await Self.save(TestImage.complete(pages: 1), to: files)
        let good = try #require(files[Self.path])
        for place in stride(from: 0, to: good.count, by: 7) {
            var changed = good
            changed[place] ^= 0x40
            for bad in [Array(good.prefix(place)), changed] {
                files[Self.path] = bad
                await #expect(throws: SaveFileError.self) {
                    _ = try await SaveFileReader(path: Self.path, files: files).verify()
                }
                #expect(files[Self.path] == bad)
            }
        }
        files[Self.path] = good + [0]
        await #expect(throws: SaveFileError.self) {
            _ = try await SaveFileReader(path: Self.path, files: files).verify()
        }
    }

    @Test("Foreign and newer files are refused with what they are")
    func foreign() async throws {
        let files = MemoryFiles()
        try await Self.save(TestImage.complete(), to: files)
        var newer = try #require(files[Self.path])
        newer[8] = 2
        let cases: [([UInt8], String)] = [
            ([], "it is empty"), (Array("Xen saved domain, xl format\n".utf8), "xl wrote it"),
            (Array("LinuxGuestRecord".utf8), "2004"), (TestImage.complete(), "bare libxc"),
            (Array("hello".utf8), "other bytes"), (newer, "newer xend (format 2"),
            (Array("XENDSAVE".utf8), "ends in its header"),
        ]
        for (bytes, text) in cases {
            files[Self.path] = bytes
            let error = await #expect(throws: SaveFileError.self) {
                _ = try await SaveFileReader(path: Self.path, files: files)
            }
            #expect(error?.description.contains(text) == true, "\(error?.description ?? "")")
        }
    }

    @Test("The command line shows the header and takes the stream out")
    func inspection() async throws {
        let files = MemoryFiles()
        let image = TestImage.complete(kind: .pv)
        try await Self.save(image, to: files)
        let information = try await SaveFileInspection.information(
            Self.path, file: try await files.openForReading(Self.path))
        #expect(information.childText("host") == "alpha")
        #expect(information.child("image")?.childText("pages") == "7")
        let collector = Collector()
        try await SaveFileInspection.stream(
            Self.path, file: try await files.openForReading(Self.path), to: collector)
        #expect(collector.bytes.withLock { $0 } == image)
    }
}

final class Collector: ImageOutput {
    let bytes = Mutex<[UInt8]>([])
    func write(_ bytes: [UInt8]) async throws { self.bytes.withLock { $0 += bytes } }
}
