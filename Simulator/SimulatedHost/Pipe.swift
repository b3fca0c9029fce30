import HostInterface
import SimulatedHypervisor
import Simulation

/// One direction of a connection: bytes that were written, travel, and wait to be read.
final class Pipe {
    let link: SimulatedNetwork.Link
    let number: Int
    private unowned let network: SimulatedNetwork
    /// On their way; `nil` = the end.
    private var travelling: [(bytes: [UInt8]?, arrival: Instant)] = []
    private var isTravelling = false
    private(set) var arrived: [UInt8] = []
    private var offset = 0
    /// Written and not acknowledged: travelling, unread, or read while the way back was cut.
    private var outstanding = 0
    private var unacknowledged = 0
    private var sent = 0
    private var freeAt = Instant(nanoseconds: 0)
    private(set) var isFinished = false
    private(set) var hasEnded = false
    private(set) var failure: NetworkError?
    /// An end lost its power: nothing moves any more, and nobody says so.
    var isSilenced = false
    private var isHeld = false
    /// When TCP gives up, while nothing gets through.
    private var silence: TimerToken?
    private var hasNoReader = false
    private var cutAfter: Int?
    private var waiters: [Int: () -> Void] = [:]
    private var nextWaiter = 0

    init(network: SimulatedNetwork, link: SimulatedNetwork.Link, number: Int) {
        self.network = network
        self.link = link
        self.number = number
    }

    /// Whether nothing can come through any more.
    var isOver: Bool { hasEnded || failure != nil }
    var hasRoom: Bool { outstanding < SimulatedNetwork.window }
    var available: Int { arrived.count - offset }

    // MARK: The sender

    /// Takes bytes to send.
    func send(_ bytes: [UInt8]) {
        guard failure == nil, !isFinished else { return }
        if hasNoReader { return enqueueReset() }
        var bytes = bytes
        let fault = network.host(link.from)?.faults.meet(.network, link.from, link.to)
        if fault.errno != nil { return reset() }
        if fault.isSilence { hold() }
        cutAfter = cutAfter ?? fault.cut
        bytes = fault.damaged(bytes)
        var isLast = false
        if let cutAfter, sent + bytes.count >= cutAfter {
            bytes = Array(bytes.prefix(max(0, cutAfter - sent)))
            isLast = true
        }
        sent += bytes.count
        outstanding += bytes.count
        enqueue(bytes, fault.delay ?? .zero)
        if isLast { breakAfterArrival() }
    }

    /// Nothing more will be sent.
    func finish() {
        guard !isFinished else { return }
        isFinished = true
        enqueue(nil, .zero)
    }

    /// The answer to bytes for which there is no reader.
    private func enqueueReset() {
        network.timeline.schedule(after: network.oneWay(link) * 2) { [weak self] in self?.reset() }
    }

    private func enqueue(_ bytes: [UInt8]?, _ delay: Duration) {
        let condition = network.condition(link)
        let start = max(network.timeline.now, freeAt)
        let duration = Duration.nanoseconds(Int64(Double(bytes?.count ?? 0) / condition.bandwidth * 1e9))
        freeAt = start + duration
        let again = network.isLost(link) ? SimulatedNetwork.retransmission : .zero
        travelling.append((bytes, freeAt + network.oneWay(link) + delay + again))
        travel()
    }

    private func travel() {
        guard !isTravelling, failure == nil, let first = travelling.first else { return }
        guard !isStalled else { return watchForSilence() }
        if let silence { network.timeline.cancel(silence) }
        silence = nil
        isTravelling = true
        network.timeline.schedule(at: max(first.arrival, network.timeline.now)) { [weak self] in self?.arrive() }
    }

    private var isStalled: Bool { isSilenced || isHeld || network.condition(link).isCut }

    private func arrive() {
        isTravelling = false
        guard failure == nil, !isStalled, !travelling.isEmpty else { return watchForSilence() }
        if let bytes = travelling.removeFirst().bytes {
            if offset > 0 {
                arrived.removeFirst(offset)
                offset = 0
            }
            arrived += bytes
        } else {
            hasEnded = true
            network.forget(self)
        }
        notify()
        travel()
    }

    private func breakAfterArrival() {
        let end = travelling.last?.arrival ?? network.timeline.now
        network.timeline.schedule(at: end + .nanoseconds(1)) { [weak self] in self?.reset() }
    }

    /// TCP gives up when nothing gets through for long.
    private func watchForSilence() {
        guard silence == nil, !travelling.isEmpty else { return }
        silence = network.timeline.schedule(at: network.timeline.now + SimulatedNetwork.giveUpAfter) { [weak self] in
            guard let self else { return }
            self.silence = nil
            if self.isStalled { self.fail(.timedOut) } else { self.travel() }
        }
    }

    /// The network, or the faults, have changed.
    func resume() {
        if unacknowledged > 0, !network.condition(reverse).isCut {
            outstanding -= unacknowledged
            unacknowledged = 0
            notify()
        }
        travel()
    }

    private func hold() {
        guard !isHeld, let host = network.host(link.from) else { return }
        isHeld = true
        _ = host.faults.hang { [weak self] in
            self?.isHeld = false
            self?.travel()
        }
    }

    // MARK: The receiver

    func take(_ count: Int) -> [UInt8] {
        let end = min(arrived.count, offset + max(0, count))
        defer {
            let taken = end - offset
            offset = end
            if network.condition(reverse).isCut { unacknowledged += taken } else { outstanding -= taken }
            if offset == arrived.count {
                arrived = []
                offset = 0
            }
            notify()
        }
        return Array(arrived[offset..<end])
    }

    private var reverse: SimulatedNetwork.Link { SimulatedNetwork.Link(from: link.to, to: link.from) }

    // MARK: Ends

    /// The reader has closed: what is sent from now on is answered by a reset.
    func receiverIsGone() {
        arrived = []
        offset = 0
        outstanding = 0
        hasNoReader = true
        notify()
    }

    /// Broken by the other end or on the way.
    func reset() { fail(.closed) }

    private func fail(_ error: NetworkError) {
        guard failure == nil else { return }
        failure = error
        travelling = []
        if let silence { network.timeline.cancel(silence) }
        silence = nil
        network.forget(self)
        notify()
        partner?.fail(error)
    }

    /// The other direction of the connection.
    weak var partner: Pipe?

    func wait(_ resume: @escaping () -> Void) -> Int {
        nextWaiter += 1
        waiters[nextWaiter] = resume
        return nextWaiter
    }

    func forget(waiter: Int) { waiters[waiter] = nil }

    private func notify() {
        let resumed = waiters.sorted { $0.key < $1.key }
        waiters = [:]
        for (_, resume) in resumed { resume() }
    }
}
