import Digests
import DomainModel
import Foundation
import HostInterface
import HypervisorInterface
import SExpressions
import Synchronization
import Testing

@testable import Migration

/// Save files and a migration's bytes as an earlier xend made them: Tests/Fixtures/README.md.
enum TransferFixture {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures/format-1")

    /// A packed fixture's contents.
    static func bytes(_ name: String) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", root.appendingPathComponent(name + ".gz").path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let contents = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Array(contents)
    }
}

/// One side's end of a recorded connection: what the other side said is read, and what is said is compared.
private final class RecordedConnection: NetworkConnection {
    let peer = NetworkAddress(host: "127.0.0.1", port: 1)
    let identity = PeerIdentity.user(0)
    private let incoming: Mutex<ArraySlice<UInt8>>
    private let outgoing = Mutex<[UInt8]>([])

    init(_ bytes: [UInt8]) { incoming = Mutex(bytes[...]) }

    /// What this side has said.
    var said: [UInt8] { outgoing.withLock { $0 } }
    var unread: Int { incoming.withLock { $0.count } }

    func read(_ count: Int) async throws(NetworkError) -> [UInt8] {
        incoming.withLock { rest in
            let piece = rest.prefix(min(count, 5000))
            rest = rest.dropFirst(piece.count)
            return Array(piece)
        }
    }
    func write(_ bytes: [UInt8]) async throws(NetworkError) { outgoing.withLock { $0 += bytes } }
    func finish() async {}
    func close() async {}
}

/// The chance that one side had: its nonce.
private final class RecordedChance: RandomSource {
    private let numbers: Mutex<[UInt64]>

    /// - Parameter greeting: the first frame that the side sent, with `(nonce N)` in it.
    init(_ side: [UInt8]) throws {
        let length = Int(SaveFileLayout.number(side, at: 4, size: 4))
        let greeting = try SExpression.parseFirst(side[8..<8 + length])
        let nonce = try #require(greeting.childText("nonce").flatMap { Digests.bytes(hexadecimal: $0) })
        numbers = Mutex([0, 8].map { SaveFileLayout.number(nonce, at: $0, size: 8) })
    }

    func next() -> UInt64 { numbers.withLock { $0.removeFirst() } }
}

@Suite("Save files and migrations of earlier formats")
struct FormatTests {
    /// Of the fixtures' domains: beyond this nothing differs.
    private static let rest = """
        (devices (vif (idx 0) (vif 0) (mac aa:00:00:00:00:01) (evtchn 4 4) (index 0)
            (xend (backend 0) (config (vif (mac aa:00:00:00:00:01))) (port 4)))
          (vbd (idx 0) (vdev 2049) (device 2049) (mode w) (dev sda1) (uname phy:sda1) (node /dev/sda1) (evtchn 3 3) (index 0)
            (xend (backend 0) (config (vbd (uname phy:sda1) (dev sda1) (mode w))) (node /dev/sda1) (number 2049) (port 3))))
        """
    private static let devices =
        "(device (vif (mac aa:00:00:00:00:01))) (device (vbd (uname phy:sda1) (dev sda1) (mode w)))"

    private static func header(_ kind: GuestKind) throws -> SaveFileHeader {
        let size = MemorySize(mebibytes: 1)
        switch kind {
        case .pv:
            return SaveFileHeader(
                id: "ad120609d22dbb4b0ca57871cc81e3f8", time: 1099656001.21, host: "alpha", xenVersion: "4.17.7",
                kind: .pv, memory: size, maximumMemory: size, isPaused: false,
                record: try SExpression.parseFirst(
                    """
                    (domain (id 1) (name pv) (uuid 40c07857-2313-45e3-9571-e176fa83a3e2) (start_time 1099656000.024)
                      (console (console_port 34339) (id 1) (remote_port 2)) (next (vif 1) (vbd 1)) \(rest)
                      (config (vm (name pv) (memory 1)
                        (image (linux (kernel /boot/vmlinuz) (root /dev/sda1) (args 'ro 4'))) \(devices))))
                    """))
        case .pvh:
            return SaveFileHeader(
                id: "78fe1fd6fd3e1eb0f48325d918bf0acc", time: 1099656002.49, host: "alpha", xenVersion: "4.17.7",
                kind: .pvh, memory: size, maximumMemory: size, isPaused: true,
                record: try SExpression.parseFirst(
                    """
                    (domain (id 2) (name pvh) (uuid 8d096363-2409-4a8b-af02-095f28d10e9b) (start_time 1099656001.3038852)
                      (console (console_port 42355) (id 2) (remote_port 2)) (next (vif 1) (vbd 1)) \(rest)
                      (config (vm (name pvh) (memory 1) (image (pvh (kernel /boot/vmlinuz))) \(devices))))
                    """))
        }
    }

    private static func image(_ kind: GuestKind) -> ImageSummary {
        var summary = ImageSummary()
        (summary.kind, summary.xenMajor, summary.xenMinor, summary.pages) = (kind, 4, 17, 256)
        var types: [ImageRecordType] = [.end, .pageData, .tscInfo, .staticDataEnd, .cpuidPolicy, .msrPolicy]
        switch kind {
        case .pv:
            summary.bytes = 1_060_256
            types += [.pvInfo, .pvFrames, .pvVCPUBasic, .pvVCPUExtended, .sharedInfo]
        case .pvh:
            summary.bytes = 1_050_872
            types += [.hvmContext, .hvmParameters]
        }
        for type in types { summary.records[type] = 1 }
        return summary
    }

    @Test("A save file is read, header and image; damage anywhere in it is found", arguments: GuestKind.allCases)
    func saveFile(kind: GuestKind) async throws {
        let bytes = try TransferFixture.bytes("saves/\(kind.rawValue).save")
        let reader = try await SaveFileReader(path: "/x", files: MemoryFiles(["/x": bytes]))
        #expect(reader.header == (try Self.header(kind)))
        #expect(try await reader.verify() == Self.image(kind))
        for place in stride(from: 5, to: bytes.count, by: 100_003) {
            var damaged = bytes
            damaged[place] ^= 4
            let files = MemoryFiles(["/x": damaged])
            await #expect(throws: SaveFileError.self, "byte \(place)") {
                try await SaveFileReader(path: "/x", files: files).verify()
            }
        }
    }

    private static let migration = "ad120609d22dbb4b0ca57871cc81e3f8"
    private static let domain = "40c07857-2313-45e3-9571-e176fa83a3e2"

    private static func offer() throws -> MigrationOffer {
        MigrationOffer(
            id: migration, node: "b01e3efdd61ffe78", host: "alpha", port: 45861, xenMajor: 4, xenMinor: 17, kind: .pv,
            live: true, memory: MemorySize(mebibytes: 1), maximumMemory: MemorySize(mebibytes: 1), isPaused: false,
            record: try SExpression.parseFirst(
                """
                (domain (id 1) (name web) (uuid \(domain)) (start_time 1795998737.2395852)
                  (console (console_port 39935) (id 1) (remote_port 2)) (next (vif 1))
                  (devices (vif (idx 0) (vif 0) (mac aa:00:00:00:00:01) (evtchn 3 3) (index 0)
                    (xend (backend 0) (config (vif (mac aa:00:00:00:00:01))) (port 3))))
                  (config (vm (name web) (memory 1) (image (linux (kernel /boot/vmlinuz) (root /dev/sda1) (args 'ro 4')))
                    (device (vif (mac aa:00:00:00:00:01))))))
                """))
    }

    private static func note(
        _ message: HandoverMessage, to: MigrationRole, arrival: MigrationArrival? = nil
    ) throws -> MigrationMessage {
        .handover(
            HandoverNote(
                migration: migration, domain: try #require(DomainUUID(text: domain)), to: to, message: message,
                arrival: arrival))
    }

    /// All that comes over a channel: messages, and how long the image is between them.
    private static func all(_ channel: MigrationChannel) async -> (messages: [MigrationMessage], image: [UInt8]) {
        var (messages, image): ([MigrationMessage], [UInt8]) = ([], [])
        while let incoming = try? await channel.receive() {
            switch incoming {
            case .message(let message): messages.append(message)
            case .image(let bytes): image += bytes
            }
        }
        return (messages, image)
    }

    @Test("A recorded migration is understood, frame by frame, by either side, and its handshake said again as it was")
    func wire() async throws {
        let caller = try TransferFixture.bytes("wire/caller")
        let listener = try TransferFixture.bytes("wire/listener")
        let secret = try #require(PoolSecret(Array("fixture secret of two hosts".utf8)))
        let heard = RecordedConnection(caller)
        let there = try await MigrationChannel.answer(heard, secret: secret, random: try RecordedChance(listener))
        #expect(!heard.said.isEmpty && listener.starts(with: heard.said))
        let asked = await Self.all(there)
        #expect(
            asked.messages == [
                .offer(try Self.offer()), .imageEnd, try Self.note(.go, to: .destination),
                try Self.note(.released, to: .destination),
            ])
        var validator = ImageValidator(kind: .pv)
        #expect(try validator.feed(asked.image[...]) == asked.image.count && validator.isComplete)
        // One page was written to meanwhile, and sent again.
        #expect(validator.summary.pages == 257)
        #expect(heard.unread == 0)

        let told = RecordedConnection(listener)
        let here = try await MigrationChannel.call(told, secret: secret, random: try RecordedChance(caller))
        #expect(!told.said.isEmpty && caller.starts(with: told.said))
        let answered = await Self.all(here)
        let taken = try Self.note(
            .taken, to: .source, arrival: MigrationArrival(id: try #require(DomainID(text: "1")), httpPort: 38617))
        #expect(answered.messages == [.accept, try Self.note(.ready, to: .source), taken] && answered.image.isEmpty)
        #expect(told.unread == 0)
    }
}
