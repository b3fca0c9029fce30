import DomainModel
import SExpressions
import Testing

@testable import DomainLifecycle

/// A text that is kept says at any time what one made anew says.
@Suite("A domain's text") struct DomainTextTests {
    /// All that a text is made of.
    private struct Sight {
        var record: DomainRecord
        var report: DomainReport?
        var console: ConsoleInformation?
        var now = 1_700_000_005.25

        init() {
            let uuid = DomainUUID(bytes: Array(0..<16))
            record = DomainRecord(uuid: uuid, name: DomainName(foreign: "web"), config: nil, stage: .live)
            record.id = .zero
            record.startTime = 1_700_000_000.25
            report = DomainReport(
                id: .zero, uuid: uuid, memory: MemorySize(mebibytes: 64), maximumMemory: MemorySize(mebibytes: 64),
                cpuTime: .milliseconds(172_200))
            console = ConsoleInformation(status: .connected, channel: 3, domain: .zero, eventPort: 5, port: 9601)
            console?.client = ("127.0.0.1", 40_000)
        }
    }

    /// None of these makes another record.
    private static let changes: [@Sendable (inout Sight) -> Void] = [
        { $0.now += 1.5 }, { $0.report?.cpuTime = .milliseconds(172_300) }, { $0.report?.isBlocked = true },
        { $0.report?.isPaused = true }, { $0.report?.shutdownReason = .crash }, { $0.report?.isDying = true },
        { $0.report?.memory = MemorySize(mebibytes: 32) }, { $0.report?.maximumMemory = MemorySize(mebibytes: 128) },
        { $0.report?.onlineVCPUs = 4 }, { $0.console?.client = nil }, { $0.console?.status = .listening },
        { $0.console?.eventPort = 6 }, { $0.console?.channel = 4 }, { $0.report = nil }, { $0.console = nil },
    ]

    /// Each of these makes one.
    private static let changesOfRecord: [@Sendable (inout DomainRecord) -> Void] = [
        { $0.name = DomainName(foreign: "web'2") }, { $0.stage = .restarting(.blocked) }, { $0.restartTime = 1e9 },
        { $0.held = ["vif 0: in use"] }, { $0.operation = OperationTicket(serial: 1, name: "destroy") },
        { $0.startTime = nil }, { $0.generation = 2 }, { $0.pinnedCPU = 1 },
    ]

    private func check(
        _ text: inout DomainText, _ sight: Sight, isStillTrue: Bool
    ) throws -> SExpression {
        let listed = try #require(ListedDomain(sight.record, sight.report, console: sight.console, now: sight.now))
        #expect(text.isStillTrue(of: listed) == isStillTrue)
        if !text.isStillTrue(of: listed) { text = DomainText(listed) }
        var writer = SXPWriter()
        text.write(listed, into: &writer)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == listed.information.expression.description)
        return listed.information.expression
    }

    @Test("Whatever changes is in the text") func changes() throws {
        var sight = Sight()
        let listed = ListedDomain(sight.record, sight.report, console: sight.console, now: sight.now)
        var text = DomainText(try #require(listed))
        var before = try check(&text, sight, isStillTrue: true)
        for (number, change) in Self.changes.enumerated() {
            change(&sight)
            let after = try check(&text, sight, isStillTrue: number < 2)
            #expect(after != before, "change \(number) does not show")
            before = after
        }
        for (number, change) in Self.changesOfRecord.enumerated() {
            change(&sight.record)
            let after = try check(&text, sight, isStillTrue: false)
            #expect(after != before, "change \(number) of the record does not show")
            before = after
        }
    }
}
