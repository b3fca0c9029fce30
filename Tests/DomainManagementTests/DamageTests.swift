import DomainLifecycle
import DomainModel
import Logging
import SimulatedHost
import Testing

@testable import DomainManagement

/// A database that was damaged at rest: every way, at every place. With one damage nothing is lost, for what a line of the journal
/// says stands in the domain's file too; with two that meet it is at least told.
@Suite struct DamageTests {
    /// A database with three domains, as a daemon has left it that was killed.
    struct Sample: Sendable {
        var journal: [UInt8]
        /// By id.
        var files: [String: [UInt8]] = [:]

        var records: [DomainUUID: String] { Self.records(of: reading) }

        static func records(of reading: (JournalReplay, [String])) -> [DomainUUID: String] {
            reading.0.records.mapValues { "\($0.expression)" }
        }

        /// What is made of it, and what is said about it.
        var reading: (JournalReplay, [String]) {
            var complaints: [String] = []
            let found = files.sorted { $0.key < $1.key }.compactMap { id, bytes -> DomainFiles.Found? in
                let (number, expression) = DomainFiles.parse(bytes)
                guard let record = expression.flatMap(DomainRecord.init), record.id?.description == id else {
                    complaints.append("file \(id)")
                    return nil
                }
                return DomainFiles.Found(record: record, number: number)
            }
            do {
                var contents = try JournalContents(journal, path: "journal", format: 2)
                contents.expect(upTo: found.map(\.number).max() ?? 0)
                return (JournalReplay(files: found, journal: contents), complaints + contents.complaints)
            } catch {
                return (JournalReplay(files: found, journal: .empty), complaints + ["\(error)"])
            }
        }

        var lines: [[UInt8]] { journal.split(separator: 10).map(Array.init) }

        mutating func set(lines: [[UInt8]]) { journal = Array(lines.map { $0 + [10] }.joined()) }
    }

    static let path = ManagerSettings().databaseRoot + "/2"

    /// The second life of a daemon: what it found, and what was done since.
    static func make() throws -> (DaemonBench, Sample) {
        let bench = DaemonBench()
        try bench.start()
        try bench.create(DaemonBench.devices)
        try bench.create("(cpu_weight 2)", name: "db")
        bench.alpha.killDaemon()
        try bench.start()
        try bench.create("(device (vif (mac aa:00:00:00:00:03)))", name: "mail")
        try bench.create(name: "gone")
        let vif = try DeviceConfig(.parseFirst("(vif (mac aa:00:00:00:00:04))"))
        try bench.perform(.createDevice(vif), on: "db")
        try bench.perform(.rename(DomainName(foreign: "post")), on: "mail")
        try bench.perform(.destroy(.halt), on: "gone")
        bench.advance(.seconds(1))
        bench.alpha.killDaemon()
        var sample = Sample(journal: try #require(bench.alpha.files.contents("\(path)/journal")))
        for id in 1...9 {
            if let bytes = bench.alpha.files.contents("\(path)/domain/\(id)") { sample.files["\(id)"] = bytes }
        }
        #expect(sample.files.count == 3)
        return (bench, sample)
    }

    /// Every damage of one place, with its name.
    static func damages(of sample: Sample) -> [(name: String, sample: Sample)] {
        var all: [(name: String, sample: Sample)] = []
        // To what reads it every damage within a line is the same one, as `no damage of a line goes unseen` shows.
        for place in sample.journal.indices where place % 50 == 0 || sample.journal[place] == 10 {
            for bit in 0..<8 {
                var damaged = sample
                damaged.journal[place] ^= 1 << bit
                all.append(("bit \(bit) of byte \(place)", damaged))
            }
        }
        for length in stride(from: 0, to: sample.journal.count, by: 61) {
            var damaged = sample
            damaged.journal = Array(sample.journal.prefix(length))
            all.append(("only \(length) bytes", damaged))
            damaged.journal = Array(sample.journal.suffix(length))
            all.append(("only the last \(length) bytes", damaged))
            damaged = sample
            for place in length..<min(length + 512, sample.journal.count) { damaged.journal[place] = 0 }
            all.append(("zeroes at \(length)", damaged))
        }
        let lines = sample.lines
        for one in lines.indices {
            var damaged = sample
            damaged.set(lines: lines.enumerated().filter { $0.offset != one }.map(\.element))
            all.append(("without line \(one + 1)", damaged))
            for other in [0, one, lines.count] {
                var moved = lines
                moved.insert(lines[one], at: other)
                damaged.set(lines: moved)
                all.append(("line \(one + 1) also before \(other + 1)", damaged))
            }
            for other in one..<lines.count {
                var moved = lines
                moved.swapAt(one, other)
                damaged.set(lines: moved)
                all.append(("lines \(one + 1) and \(other + 1) swapped", damaged))
            }
        }
        for (id, bytes) in sample.files.sorted(by: { $0.key < $1.key }) {
            for place in stride(from: 0, to: bytes.count, by: 41) {
                var damaged = sample
                damaged.files[id]?[place] ^= 1 << (place * 3 % 8)
                all.append(("byte \(place) of file \(id)", damaged))
            }
            var damaged = sample
            damaged.files[id] = nil
            all.append(("without file \(id)", damaged))
        }
        return all
    }

    @Test func `no damage of a line goes unseen`() throws {
        let (_, sample) = try Self.make()
        var count = 0
        for line in sample.lines {
            for place in line.indices {
                for bit in 0..<8 {
                    var damaged = line
                    damaged[place] ^= 1 << bit
                    count += 1
                    if NumberedLine.parse(damaged[...]) != nil { Issue.record("bit \(bit) of byte \(place)") }
                }
                #expect(NumberedLine.parse(line.prefix(place)) == nil)
                count += 1
            }
        }
        print("\(count) damaged lines, all seen")
        #expect(count > 50_000)
    }

    @Test func `one damage, wherever it is, loses no domain, device or configuration, and is told`() throws {
        let (_, sample) = try Self.make()
        let expected = sample.records
        #expect(expected.count == 3)
        #expect(sample.reading.1 == [])
        var (count, untold) = (0, 0)
        for (name, damaged) in Self.damages(of: sample) {
            count += 1
            let reading = damaged.reading
            let records = Sample.records(of: reading)
            for (uuid, record) in expected where records[uuid] != record {
                Issue.record("\(name): \(record) has become \(records[uuid] ?? "nothing")")
            }
            if reading.1.isEmpty, damaged.journal != sample.journal { untold += 1 }
        }
        print("\(count) damaged databases, all kept; \(untold) of them not told of")
        #expect(count > 1_000)
        // A line swapped with itself is none; the last newline is missed by nobody.
        #expect(untold <= sample.lines.count + 1)
    }

    @Test func `what stands nowhere any more is named`() throws {
        let (_, sample) = try Self.make()
        let expected = sample.records
        for id in sample.files.keys.sorted() {
            for line in sample.lines.indices {
                var damaged = sample
                damaged.files[id]?[(sample.files[id]?.count ?? 0) - 20] ^= 1
                var lines = sample.lines
                lines[line][3] ^= 1
                damaged.set(lines: lines)
                let reading = damaged.reading
                #expect(reading.1.contains("file \(id)") && reading.1.contains("line \(line + 1) is damaged"))
                for (uuid, record) in expected where Sample.records(of: reading)[uuid] != record {
                    // What is not as it was may be older, or not there; then an entry behind it is known to be missing.
                    let contents = try JournalContents(damaged.journal, path: "journal", format: 2)
                    #expect(contents.mayMiss(after: reading.0.number(of: uuid)), "file \(id), line \(line + 1)")
                }
            }
        }
    }

    @Test func `a daemon that starts over a damaged line unplugs nothing`() throws {
        let count = try Self.make().1.lines.count
        for line in 0..<count {
            let (bench, sample) = try Self.make()
            try bench.start()
            let before = try bench.domains().map(\.facts)
            bench.alpha.killDaemon()
            // What was found at this start has been written anew.
            var lines = try #require(bench.alpha.files.contents("\(Self.path)/journal")).split(separator: 10).map(
                Array.init)
            guard line < lines.count else { continue }
            lines[line][3] ^= 1
            bench.alpha.files.install("\(Self.path)/journal", Array(lines.map { $0 + [10] }.joined()))
            try bench.start()
            bench.advance(.seconds(60))
            #expect(try bench.domains().map(\.facts) == before, "line \(line + 1) of \(sample.lines.count)")
        }
    }

    /// What a domain is for those who use it, and what the machine has of it.
    private static func facts(_ bench: DaemonBench) throws -> [String] {
        var facts: [String] = []
        for domain in try bench.domains() {
            facts.append("\(domain.name) \(domain.id), \(domain.config?.children().count ?? 0) fields")
            facts += domain.devices.map { "\($0.slot) \($0.handle)" }
        }
        let store = bench.alpha.machine.inspection
        for type in ["vif", "vbd"] { facts += store.storeChildren("/local/domain/0/backend/\(type)/1") }
        return facts
    }

    /// In its first tenth of a second a record stands in the journal alone, with the last of a creation and of each change.
    @Test(arguments: ["a creation", "a device", "a removal"])
    func `what stood in a damaged line alone comes back from the machine`(_ last: String) throws {
        var (line, told) = (0, 0)
        while true {
            let bench = DaemonBench()
            try bench.start()
            try bench.create(DaemonBench.devices)
            if last != "a creation" {
                try bench.perform(.unpause)
                bench.advance(.seconds(2))
            }
            if last == "a device" {
                try bench.perform(
                    .createDevice(DeviceConfig(.parseFirst("(vif (mac aa:00:00:00:00:07) (bridge xen-br0))"))))
            }
            if last == "a removal" { try bench.perform(.destroyDevice(.vif, index: 1)) }
            let before = try Self.facts(bench)
            bench.alpha.killDaemon()
            var lines = try #require(bench.alpha.files.contents("\(Self.path)/journal")).split(separator: 10).map(
                Array.init)
            guard line < lines.count else { break }
            lines[line][3] ^= 1
            bench.alpha.files.install("\(Self.path)/journal", Array(lines.map { $0 + [10] }.joined()))
            try bench.start()
            bench.advance(.seconds(60))
            let after = try Self.facts(bench)
            #expect(after == before, "line \(line + 1) of \(lines.count): \(after), not \(before)")
            let notices = try bench.notices()
            #expect(notices.contains { $0.contains("line \(line + 1) is damaged") })
            told += notices.count - 1
            // Known again for good, and to be got rid of.
            bench.alpha.killDaemon()
            try bench.start()
            #expect(try Self.facts(bench) == before)
            #expect(try bench.notices() == [])
            try bench.perform(.destroy(.halt))
            bench.advance(.seconds(10))
            #expect(bench.alpha.leaks() == [], "line \(line + 1)")
            line += 1
        }
        #expect(line > 4 && told > 0)
    }

    @Test func `written back in the first format it says the same`() throws {
        let (bench, sample) = try Self.make()
        let root = ManagerSettings().databaseRoot
        let host = bench.alpha.startIncarnation().1
        let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let downgrade = DatabaseDowngrade(root: root, host: host, log: log)
        #expect(try bench.run { try await downgrade.perform() } == 3)
        let older = try bench.run { try await Database(root: root, host: host, log: log).load() }
        #expect(older.format == 1 && older.journal.complaints.isEmpty && older.files.count == 3)
        let replay = JournalReplay(files: older.files, journal: older.journal)
        #expect(Sample.records(of: (replay, [])) == sample.records)
        #expect(try bench.run { try await downgrade.perform() } == nil, "once is enough")
        // The newer xend comes again, and goes on where the older one has ended.
        bench.alpha.killDaemon()
        try bench.start()
        bench.advance(.seconds(60))
        #expect(try bench.domains().map(\.name) == ["Domain-0", "web", "db", "post"])
        #expect(bench.alpha.leaks() == [])
    }

    @Test func `a newer format is refused, and left as it is`() throws {
        for isDirectory in [true, false] {
            let (bench, sample) = try Self.make()
            var line: [UInt8] = []
            NumberedLine.write(.element("journal", 3), number: 1, into: &line)
            let newer = isDirectory ? ManagerSettings().databaseRoot + "/3/journal" : "\(Self.path)/journal"
            bench.alpha.files.install(newer, line)
            let others = sample.files.keys.sorted().map { bench.alpha.files.contents("\(Self.path)/domain/\($0)") }
            #expect(throws: JournalContents.NewerFormat.self) { try bench.start() }
            #expect(bench.alpha.files.contents(newer) == line)
            #expect(
                sample.files.keys.sorted().map { bench.alpha.files.contents("\(Self.path)/domain/\($0)") } == others)
        }
    }
}

extension DomainInformation {
    /// What does not change by itself.
    fileprivate var facts: String { "\(name) \(id) \(devices.map { "\($0)" }) \(config?.description ?? "")" }
}
