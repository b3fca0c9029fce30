import DomainModel
import HostInterface

/// The console daemon of domain 0 and the console rings it serves.
///
/// As xenconsoled: it serves a domain that has been introduced and whose `console/ring-ref` and `console/port` exist,
/// through a pseudo-terminal of its own, published as `console/tty`. What nobody reads is kept up to a limit, the
/// oldest goes first; the guest never waits.
final class ConsoleDaemon {
    /// Without `console/limit` in xenstore: what libxl sets.
    static let defaultLimit = 1024 * 1024
    /// What fits into a ring that nobody serves (public/io/console.h).
    static let ringSize = 2048

    final class Console {
        var buffer: [UInt8] = []
        /// nil until the daemon serves it.
        var terminal: String?
        var isGone = false
        var limit = ConsoleDaemon.ringSize
        /// Those who wait for output, or for the terminal.
        var waiters: [UInt64: () -> Void] = [:]
        private var nextWaiter: UInt64 = 0

        /// Calls `resume` when there is something new; returns a number to take it back with.
        func wait(_ resume: @escaping () -> Void) -> UInt64 {
            nextWaiter += 1
            waiters[nextWaiter] = resume
            return nextWaiter
        }

        func notify() {
            let resumed = waiters.sorted { $0.key < $1.key }
            waiters = [:]
            for (_, resume) in resumed { resume() }
        }
    }

    private let timeline: Timeline
    private let latency: Duration
    private weak var machine: SimulatedMachine?
    private var consoles: [DomainID: Console] = [:]
    /// Those who wait for a console of a domain that has none yet.
    private var arrivals: [DomainID: [UInt64: () -> Void]] = [:]
    private var nextTerminal = 0
    private var nextWaiter: UInt64 = 0

    init(timeline: Timeline, latency: Duration) {
        self.timeline = timeline
        self.latency = latency
    }

    func start(machine: SimulatedMachine) {
        self.machine = machine
        machine.store.onIntroduction = { [weak self] id in
            guard let self else { return }
            self.timeline.schedule(after: self.latency / 2) { [weak self] in self?.serve(id) }
        }
    }

    // MARK: The guest's side

    /// The guest writes to its ring.
    func output(_ bytes: [UInt8], from id: DomainID) {
        let console = console(id)
        console.buffer += bytes
        if console.buffer.count > console.limit { console.buffer.removeFirst(console.buffer.count - console.limit) }
        if console.terminal != nil { console.notify() }
    }

    /// The domain is dying or gone.
    func domainGone(_ id: DomainID) {
        guard let console = consoles.removeValue(forKey: id) else { return wakeArrivals(id) }
        timeline.schedule(after: latency) { [weak self] in
            console.isGone = true
            console.notify()
            self?.machine?.letGo(id, "console")
            self?.wakeArrivals(id)
        }
    }

    // MARK: The daemon's side

    /// The console of a domain, if the daemon serves it.
    func served(_ id: DomainID) -> Console? {
        consoles[id].flatMap { $0.terminal == nil ? nil : $0 }
    }

    /// Calls `resume` when there may be a console of this domain, or the domain is gone.
    func awaitConsole(_ id: DomainID, _ resume: @escaping () -> Void) {
        nextWaiter += 1
        arrivals[id, default: [:]][nextWaiter] = resume
    }

    func type(_ bytes: [UInt8], to id: DomainID) { machine?.domains[id]?.guest?.type(bytes) }

    private func console(_ id: DomainID) -> Console {
        if let console = consoles[id] { return console }
        let console = Console()
        consoles[id] = console
        return console
    }

    private func serve(_ id: DomainID) {
        guard let machine, let domain = machine.domains[id], !domain.isDying, served(id) == nil else { return }
        let place = "/local/domain/\(id)/console"
        guard isOffered(place) else {
            // The toolstack may write them after the introduction.
            var watch: UInt64?
            watch = try? machine.store.watch(place) { [weak self] _ in
                guard let self, let machine = self.machine, let number = watch else { return }
                let isReady = self.isOffered(place)
                guard isReady || machine.domains[id] !== domain else { return }
                machine.store.unwatch(number)
                if isReady { self.serve(id) }
            }
            return
        }
        let console = console(id)
        machine.hold(id, "console")
        timeline.schedule(after: latency / 2) { [weak self] in self?.publish(console, of: id, at: place) }
    }

    /// Makes the terminal and names it in xenstore, whatever has become of the domain since its ring was mapped.
    private func publish(_ console: Console, of id: DomainID, at place: String) {
        guard let machine else { return }
        console.limit = machine.store.node("\(place)/limit").flatMap { Int($0.value) } ?? Self.defaultLimit
        let terminal = "/dev/pts/\(nextTerminal)"
        nextTerminal += 1
        console.terminal = terminal
        try? machine.store.write("\(place)/tty", terminal)
        console.notify()
        wakeArrivals(id)
    }

    /// Whether the toolstack has said where the ring is.
    private func isOffered(_ place: String) -> Bool {
        machine?.store.node("\(place)/ring-ref") != nil && machine?.store.node("\(place)/port") != nil
    }

    private func wakeArrivals(_ id: DomainID) {
        for (_, resume) in (arrivals.removeValue(forKey: id) ?? [:]).sorted(by: { $0.key < $1.key }) { resume() }
    }
}
