import DomainLifecycle
import DriverDomain
import HostInterface
import HypervisorInterface
import Logging

/// A part of a `DomainManager`: a value, or an object, that acts in the manager's isolation and upon what all parts share.
protocol ManagerPart {
    var context: ManagerContext { get }
}

extension ManagerPart {
    var machine: Machine { context.machine }
    var host: Host { context.host }
    var settings: ManagerSettings { context.settings }
    var drivers: DriverDomain { context.drivers }
    var database: Database { context.database }
    var events: EventHub { context.events }
    var log: Logger { context.log }
    var account: Account { context.account }
    var waits: GuestWaits { context.waits }
    var isStopped: Bool { context.isStopped }

    /// Nothing that is read here before an `await` is written back after it.
    var table: DomainTable {
        // Not copied to be looked at.
        _read { yield context.table }
        nonmutating _modify { yield &context.table }
    }

    /// Seconds since 1970 by the host's calendar.
    var now: Double { context.host.clock.wallTime.seconds }

    @discardableResult
    func spawn(_ body: @escaping @Sendable (isolated DomainManager) async -> Void) -> Task<Void, Never> {
        context.spawn(body)
    }
}
