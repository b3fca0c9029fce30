import HostInterface
import HypervisorInterface

/// Looks at the machine every ten seconds, once for all domains, and keeps what it saw.
public actor MeasureKeeper {
    private nonisolated let executor: any SerialExecutor
    /// That of the host.
    public nonisolated let unownedExecutor: UnownedSerialExecutor
    private let hypervisor: any Hypervisor
    private let node: any NodeControl
    private let clock: any HostClock
    /// What was seen.
    public private(set) var book = MeasureBook()

    /// - Parameters:
    ///   - hypervisor: tells of cpus and memory.
    ///   - node: tells of the back-ends.
    ///   - clock: of the host.
    ///   - tasks: of the host.
    public init(hypervisor: any Hypervisor, node: any NodeControl, clock: any HostClock, tasks: any TaskSpawner) {
        executor = tasks.serialExecutor()
        unownedExecutor = executor.asUnownedSerialExecutor()
        self.hypervisor = hypervisor
        self.node = node
        self.clock = clock
    }

    /// Goes on until its task is cancelled, or `isOver` says so.
    public func run(until isOver: @Sendable () async -> Bool) async {
        while await !isOver() {
            guard (try? await clock.sleep(for: untilNext)) != nil, await !isOver() else { return }
            await look()
        }
    }

    /// To the next full ten seconds of the calendar.
    private var untilNext: Duration {
        let interval = Int64(MeasureSpan.hour.interval) * 1_000_000_000
        let past = clock.wallTime.nanoseconds % interval
        return .nanoseconds(interval - (past < 0 ? past + interval : past))
    }

    /// Takes one sample. What cannot be asked leaves a gap.
    func look() async {
        guard let reports = try? await hypervisor.domains() else { return }
        let counters = await node.deviceCounters()
        let slot = Int((clock.wallTime.seconds / Double(MeasureSpan.hour.interval)).rounded()) - 1
        book.add(MeasureBook.Look(time: clock.now, slot: slot, reports: reports, counters: counters))
    }
}
