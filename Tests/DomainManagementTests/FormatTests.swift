import DomainLifecycle
import DomainModel
import Foundation
import HostInterface
import Logging
import SExpressions
import SimulatedHost
import SimulatedHypervisor
import Testing

@testable import DomainManagement

/// Databases that an earlier xend has left: Tests/Fixtures/README.md.
enum DatabaseFixture: String, CaseIterable, Sendable {
    case settled, compacted, killed, source, destination

    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures/format-1")

    var place: URL { Self.root.appendingPathComponent(rawValue) }

    /// Puts it where xend looks for it.
    func install(on host: SimulatedHost, at database: String) throws {
        let domains = try FileManager.default.contentsOfDirectory(atPath: place.appendingPathComponent("domain").path)
        for path in ["journal"] + domains.map({ "domain/\($0)" }) {
            host.files.install("\(database)/\(path)", Array(try Data(contentsOf: place.appendingPathComponent(path))))
        }
    }
}

@Suite("Databases of earlier formats")
struct FormatTests {
    private static let database = ManagerSettings().databaseRoot

    /// What the reader makes of a fixture.
    private struct Reading: Sendable {
        /// The records in the domain files.
        var files: [DomainRecord]
        /// The journal, on top of them.
        var journal: JournalReplay
        var complaints: [String]

        init(_ fixture: DatabaseFixture) throws {
            let bench = DaemonBench()
            try fixture.install(on: bench.alpha, at: database)
            let host = bench.alpha.startIncarnation().1
            let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let database = Database(root: database, host: host, log: log)
            self = try bench.run {
                return Reading(try await database.load())
            }
        }

        private init(_ contents: Database.Contents) {
            files = contents.files.map(\.record)
            journal = JournalReplay(files: contents.files, journal: contents.journal)
            complaints = contents.journal.complaints
        }
    }

    @Test("All that an earlier xend wrote is read, every field of it", arguments: DatabaseFixture.allCases)
    func everyField(fixture: DatabaseFixture) throws {
        let reading = try Reading(fixture)
        #expect(reading.complaints.isEmpty && reading.journal.strange == 0)
        let portrait = Portrait.text(of: reading)
        let path = fixture.place.appendingPathComponent("expected")
        if ProcessInfo.processInfo.environment["XEND_RECORD_FIXTURES"] == "1" {
            try Data(portrait.utf8).write(to: path)
        }
        let expected = String(decoding: try Data(contentsOf: path), as: UTF8.self)
        for (line, (now, was)) in zip(lines(portrait), lines(expected)).enumerated() where now != was {
            Issue.record("line \(line + 1) of \(path.path) says \"\(was)\", the reader \"\(now)\"")
            return
        }
        #expect(lines(portrait).count == lines(expected).count)
    }

    private func lines(_ text: String) -> [Substring] { text.split(separator: "\n") }

    @Test("xend starts over it: what outlives a reboot of the machine is kept", arguments: DatabaseFixture.allCases)
    func start(fixture: DatabaseFixture) throws {
        let bench = DaemonBench()
        try fixture.install(on: bench.alpha, at: Self.database)
        let replay = try Reading(fixture).journal
        try bench.start()
        bench.advance(.seconds(60))
        #expect(try bench.domains().map(\.name) == ["Domain-0"])
        #expect(bench.alpha.leaks() == [])
        let manager = bench.manager
        #expect(try bench.run { manager.notification.url } == replay.notificationURL)
        let tasks = try bench.run { await manager.tasks() }
        #expect(tasks.map(\.id) == replay.transfers.tasks.map(\.id))
        #expect(tasks.allSatisfy { $0.outcome != .running })
    }

    @Test("On a full disk it is left as it is, and read again when there is space", arguments: DatabaseFixture.allCases)
    func fullDisk(fixture: DatabaseFixture) throws {
        let bench = DaemonBench()
        try fixture.install(on: bench.alpha, at: Self.database)
        let replay = try Reading(fixture).journal
        bench.alpha.faults.add(FaultRule(FaultPattern(.disk, "write"), .always, .error("ENOSPC")))
        try bench.start()
        bench.advance(.seconds(60))
        bench.alpha.killDaemon()
        #expect(bench.alpha.files.exists(Self.database + "/2/journal") == false)
        bench.alpha.faults.heal()
        try bench.start()
        let manager = bench.manager
        #expect(try bench.run { manager.notification.url } == replay.notificationURL)
        #expect(try bench.run { await manager.tasks() }.map(\.id) == replay.transfers.tasks.map(\.id))
    }
}
