import HostInterface
import SimulatedHost
import Simulation
import Testing

@testable import DomainManagement

@Suite("What is done, and why")
struct AccountTests {
    // Not that of a user of the host.
    private typealias Account = DomainManagement.Account

    /// A part of the manager: it names no isolation, and has that of whoever asks it.
    private struct Part {
        let account: Account

        func look(for deed: UInt64?) async -> ObjectIdentifier? {
            await account.because(deed) { await isolation() }
        }

        private func isolation() async -> ObjectIdentifier? {
            let isolation = #isolation as (any Actor)?
            return isolation.map { ObjectIdentifier($0) }
        }
    }

    private actor Owner {
        private let part: Part

        init(_ account: Account) { part = Part(account: account) }

        func isIsolated(for deed: UInt64?) async -> Bool { await part.look(for: deed) == ObjectIdentifier(self) }
    }

    @Test("What a part does for a reason is done in the isolation of its owner", arguments: [nil, 1])
    func isolation(_ deed: UInt64?) async {
        let account = Account(clock: SimulationClock(executor: SimulationExecutor()), history: nil, observer: nil)
        #expect(await Owner(account).isIsolated(for: deed))
    }
}
