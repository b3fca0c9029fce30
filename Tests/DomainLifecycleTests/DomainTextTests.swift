import DomainModel
import SExpressions
import Testing

@testable import DomainLifecycle

/// A text that is kept says at any time what one made anew says.
@Suite("A domain's text") struct DomainTextTests {
    private static var information: DomainInformation {
        var console = ConsoleInformation(
            status: .connected, channel: 3, domain: .zero, eventPort: 5, port: 9601)
        console.client = ("127.0.0.1", 40_000)
        var information = DomainInformation(
            id: .zero, name: "web", uuid: DomainUUID(bytes: Array(0..<16)), memory: MemorySize(mebibytes: 64),
            state: DomainState())
        information.cpu = 0
        information.cpuTime = .milliseconds(172_200)
        information.startTime = 1_700_000_000.25
        information.upTime = 5
        information.console = console
        information.config = ["vm", ["name", "web"]]
        return information
    }

    private static let changes: [@Sendable (inout DomainInformation) -> Void] = [
        { $0.upTime = 6.5 }, { $0.cpuTime = .milliseconds(172_300) }, { $0.upTime = nil },
        { $0.name = "web'2" }, { $0.state.isBlocked = true }, { $0.shutdownReason = .crash },
        { $0.console?.client = nil }, { $0.restartState = .blocked }, { $0.restartTime = 1e9 },
        { $0.held = ["vif 0: in use"] }, { $0.operation = "destroy" }, { $0.console = nil }, { $0.config = nil },
        { $0.memory = MemorySize(mebibytes: 32) }, { $0.cpuTime = nil }, { $0.vcpus = 4 },
    ]

    @Test("Whatever changes is in the text") func changes() {
        var information = Self.information
        var text = DomainText(information)
        for (number, change) in Self.changes.enumerated() {
            let before = information.expression
            change(&information)
            #expect(information.expression != before, "change \(number) does not show")
            var writer = SXPWriter()
            text.write(information, into: &writer)
            #expect(String(decoding: writer.bytes, as: UTF8.self) == information.expression.description)
        }
    }
}
