import DomainManagement
import HostInterface
import HypervisorInterface

/// What the domains did in the last hour and day, where the configuration asks for it, or the machine is a real one.
struct Measuring: Sendable {
    private let keeper: MeasureKeeper?

    init(_ configuration: XendConfiguration, _ machine: Machine, _ host: Host) {
        let isOn = configuration.takesMeasures ?? !machine.isSimulated
        keeper =
            isOn
            ? MeasureKeeper(hypervisor: machine.hypervisor, node: host.node, clock: host.clock, tasks: host.tasks) : nil
    }

    /// Goes on until the daemon stops.
    func begin(_ parts: Parts, _ tasks: any TaskSpawner) {
        guard let keeper else { return }
        tasks.spawn { await keeper.run { await parts.isStopping } }
    }

    var book: MeasureBook? { get async { await keeper?.book } }

    /// What else there is for `/metrics`.
    func list(_ manager: DomainManager) async -> [Measurement] {
        guard let book = await book else { return [] }
        return book.measurements(of: await manager.domains().map(\.information))
    }
}
