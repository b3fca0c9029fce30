import DomainModel
import HostInterface
import HypervisorInterface
import Testing

@testable import DomainManagement

/// What domains did in the last hour and day.
@Suite struct MeasureTests {
    private static let uuid = DomainUUID(bytes: [UInt8](repeating: 7, count: 16))
    private static let start = 1_100_000_000 / 10

    private static func report(_ id: Int, cpu: Duration, memory: Int = 64) -> DomainReport {
        DomainReport(
            id: DomainID(id) ?? .zero, uuid: uuid, kind: .pv, isRunning: true, isBlocked: false, isPaused: false,
            shutdownReason: nil,
            isDying: false, memory: MemorySize(mebibytes: memory), maximumMemory: MemorySize(mebibytes: memory),
            cpuTime: cpu, onlineVCPUs: 1)
    }

    private static func look(
        _ number: Int, at seconds: Double? = nil, slot: Int? = nil, _ reports: [DomainReport],
        _ counters: [DeviceCounter] = []
    ) -> MeasureBook.Look {
        MeasureBook.Look(
            time: Instant(nanoseconds: Int64((seconds ?? Double(number) * 10) * 1e9)), slot: slot ?? start + number,
            reports: reports,
            counters: counters)
    }

    private static func now(_ slot: Int) -> Double { Double(start + slot + 1) * 10 }

    private static func values(
        _ book: MeasureBook, _ quantity: MeasureQuantity, _ span: MeasureSpan = .hour, at slot: Int
    ) -> [Double?] {
        book.series(of: uuid)?.values(quantity, span, until: now(slot)) ?? []
    }

    @Test("Two bytes are exact up to 4095, and to one part in four thousand beyond") func value() {
        #expect(MeasureValue(nil).number == nil && MeasureValue(-1).number == nil && MeasureValue(.nan).number == nil)
        for number in 0...4095 { #expect(MeasureValue(Double(number)).number == Double(number)) }
        for power in 12...41 {
            for number in [
                Double(1 << power), Double((1 << power) + (1 << (power - 1)) + 1), Double((1 << (power + 1)) - 1),
            ] {
                let kept = MeasureValue(number).number ?? 0
                #expect(abs(kept - number) / number < 1 / 2048, "\(number) is kept as \(kept)")
            }
        }
        #expect(MeasureValue(1e300).number.map { $0 > 4e12 } == true)
        for bits in UInt16.min..<UInt16.max {
            #expect(MeasureValue(MeasureValue(bits: bits).number).bits == bits)
        }
    }

    @Test("Rates are worked out of two looks, and sums are the node's") func rates() {
        var book = MeasureBook()
        let other = DomainUUID(bytes: [UInt8](repeating: 8, count: 16))
        for number in 0...3 {
            var second = Self.report(2, cpu: .milliseconds(number * 100), memory: 32)
            second.uuid = other
            let reports = [Self.report(1, cpu: .milliseconds(number * 2500)), second]
            let counters = [
                DeviceCounter(device: "vif-1-0", inward: UInt64(number * 1000), outward: UInt64(number * 20)),
                DeviceCounter(device: "vif-1-1", inward: UInt64(number * 500), outward: 0),
                DeviceCounter(device: "vbd-1-2049", inward: UInt64(number * 40), outward: UInt64(number * 10)),
                DeviceCounter(device: "vbd-2-2049", inward: UInt64(number * 4), outward: 0),
                DeviceCounter(device: "pci-1-0", inward: 1, outward: 1),
            ]
            book.add(Self.look(number, reports, counters))
        }
        #expect(Self.values(book, .cpu, at: 3).suffix(4) == [nil, 25, 25, 25])
        #expect(Self.values(book, .memory, at: 3).suffix(5) == [nil, 64, 64, 64, 64])
        #expect(Self.values(book, .vifReceived, at: 3).suffix(3) == [150, 150, 150])
        #expect(Self.values(book, .vifSent, at: 3).suffix(3) == [2, 2, 2])
        #expect(Self.values(book, .vbdRead, at: 3).suffix(3) == [4, 4, 4])
        #expect(Self.values(book, .vbdWritten, at: 3).suffix(3) == [1, 1, 1])
        #expect(book.node.values(.cpu, .hour, until: Self.now(3)).suffix(3) == [26, 26, 26])
        #expect(book.node.values(.memory, .hour, until: Self.now(3)).last == 96)
        #expect(book.node.values(.vbdRead, .hour, until: Self.now(3)).last.flatMap { $0 } == 4.4)
    }

    @Test("Where nobody looked there is a gap, and the rate over it is none") func gaps() {
        var book = MeasureBook()
        for number in [0, 1, 2, 6, 7] { book.add(Self.look(number, [Self.report(1, cpu: .seconds(number))])) }
        #expect(Self.values(book, .cpu, at: 8).suffix(9) == [nil, 10, 10, nil, nil, nil, nil, 10, nil])
        #expect(Self.values(book, .memory, at: 7).suffix(8) == [64, 64, 64, nil, nil, nil, 64, 64])
    }

    @Test("A calendar that jumps leaves a gap; where it goes back what was told of later is forgotten") func jumps() {
        var book = MeasureBook()
        for number in 0...2 { book.add(Self.look(number, [Self.report(1, cpu: .seconds(number))])) }
        // An hour forward, by the calendar alone: of the rate it is known as of any other.
        book.add(Self.look(3, slot: Self.start + 3 + 300, [Self.report(1, cpu: .seconds(3))]))
        let forward = Self.values(book, .cpu, at: 303)
        #expect(forward.last == 10 && forward[forward.count - 302] == 10)
        #expect(forward.dropLast().suffix(300).allSatisfy { $0 == nil })
        book.add(Self.look(4, slot: Self.start + 1, [Self.report(1, cpu: .seconds(4))]))
        let back = Self.values(book, .cpu, at: 303)
        #expect(back.suffix(302).allSatisfy { $0 == nil })
        #expect(Self.values(book, .cpu, at: 1).suffix(2) == [nil, 10])
        // Far back, and before 1970.
        book.add(Self.look(5, slot: 17, [Self.report(1, cpu: .seconds(5))]))
        book.add(Self.look(6, slot: -3, [Self.report(1, cpu: .seconds(6))]))
        #expect(book.series(of: Self.uuid)?.values(.cpu, .hour, until: 180).last == 10)
    }

    @Test("The day has means of five minutes, which outlive the hour") func day() {
        var book = MeasureBook()
        for number in 0..<90 {
            book.add(
                Self.look(
                    number, slot: Self.start / 30 * 30 + number,
                    [Self.report(1, cpu: .zero, memory: number < 30 ? 64 : 128)]))
        }
        let now = Double(Self.start / 30 * 30 + 90) * 10
        let series = book.series(of: Self.uuid) ?? MeasureSeries()
        #expect(series.values(.memory, .day, until: now - 1).suffix(4) == [nil, 64, 128, 128])
        #expect(series.values(.memory, .day, until: now + 7200).filter { $0 != nil }.count == 3)
        #expect(series.values(.memory, .hour, until: now + 7200).allSatisfy { $0 == nil })
    }

    @Test("A domain that reboots goes on; its devices count anew") func reboot() {
        var book = MeasureBook()
        let counters = { (id: Int, bytes: UInt64) in [DeviceCounter(device: "vif-\(id)-0", inward: bytes, outward: 0)] }
        book.add(Self.look(0, [Self.report(1, cpu: .seconds(90))], counters(1, 9000)))
        book.add(Self.look(1, [Self.report(1, cpu: .seconds(91))], counters(1, 9100)))
        book.add(Self.look(2, [Self.report(2, cpu: .seconds(1))], counters(2, 70)))
        book.add(Self.look(3, [Self.report(2, cpu: .seconds(2))], counters(2, 90)))
        #expect(Self.values(book, .cpu, at: 3).suffix(4) == [nil, 10, nil, 10])
        #expect(Self.values(book, .vifReceived, at: 3).suffix(4) == [nil, 10, nil, 2])
    }

    @Test("What is kept does not grow: so many bytes a domain, so many domains, and those that are gone go")
    func bounded() {
        #expect(MeasureSeries.bytes == (360 + 288) * 6 * 2)
        var book = MeasureBook()
        let reports = (0..<MeasureBook.limit + 40).map { number in
            var report = Self.report(number % 30_000, cpu: .zero)
            report.uuid = DomainUUID(bytes: (0..<16).map { UInt8(truncatingIfNeeded: number >> ($0 % 2 == 0 ? 0 : 8)) })
            return report
        }
        book.add(Self.look(0, reports))
        #expect(book.count == MeasureBook.limit && book.bytes == (MeasureBook.limit + 1) * MeasureSeries.bytes)
        book.add(Self.look(1, Array(reports.prefix(3))))
        #expect(book.count == MeasureBook.limit)
        book.add(Self.look(2, slot: Self.start + 2 * 24 * 360, Array(reports.prefix(3))))
        #expect(book.count == 3)
    }

    @Test("As SXP a gap is a dash") func expression() {
        var book = MeasureBook()
        for number in 0...1 { book.add(Self.look(number, [Self.report(1, cpu: .milliseconds(number * 125))])) }
        let expression = book.series(of: Self.uuid)?.expression(.hour, until: Self.now(1) + 3)
        #expect(expression?.childText("interval") == "10.0" || expression?.childText("interval") == "10")
        let cpu = expression?.children().first { $0.name == "cpu" }
        #expect(cpu?.children().count == 360)
        #expect(cpu?.children().suffix(2).map(\.description) == ["-", "1.25"])
    }
}
