import Migration

/// Two hosts, a domain that moves from one to the other, and a wire between them on which everything may go wrong:
/// the state of
/// an exhaustive exploration.
///
/// The wire remembers every message that was ever sent and may deliver each at any time, any number of times or
/// never: that is
/// delay, loss, repetition, reordering and a cut at every boundary in one. A daemon may be killed between any two
/// actions, a host
/// may lose its power, a write may fail.
struct HandoverWorld: Hashable {
    enum Copy: Hashable { case none, running, suspended, paused }

    struct Source: Hashable {
        /// nil: the daemon is down.
        var machine: SourceHandover? = SourceHandover()
        /// nil: forgotten.
        var durable: SourceHandover.State? = .started
        var copy = Copy.running
        var todo: [SourceHandover.Action] = []
    }

    struct Destination: Hashable {
        var machine: DestinationHandover? = DestinationHandover()
        var durable: DestinationHandover.State? = .receiving
        var copy = Copy.none
        var todo: [DestinationHandover.Action] = []
    }

    var source = Source()
    var destination = Destination()
    /// Messages under way.
    var toSource: Set<HandoverMessage> = []
    var toDestination: Set<HandoverMessage> = []
    var imageSent = false
    /// The domain was suspended and has run on at the source since.
    var hasResumed = false
    var hasRunThere = false
    /// A power cut took the only copy there was, or a running one.
    var isLostByPower = false
    var powerCuts = 0
    var failedWrites = 0

    /// What the rule forbids.
    var violation: String? {
        let runsHere = source.copy == .running
        let runsThere = destination.copy == .running
        if runsHere && runsThere { return "two copies run" }
        if hasResumed && hasRunThere { return "both have run since the domain was suspended" }
        return nil
    }

    // MARK: Moves

    /// Every state that can follow.
    func successors(powerLimit: Int, writeFailures: Int) -> [HandoverWorld] {
        var next: [HandoverWorld] = []
        func add(_ body: (inout HandoverWorld) -> Void) {
            var world = self
            body(&world)
            if world != self { next.append(world) }
        }
        sourceMoves(add, writeFailures)
        destinationMoves(add, writeFailures)
        if powerCuts < powerLimit {
            add { $0.cutPowerOfSource() }
            add { $0.cutPowerOfDestination() }
        }
        return next
    }

    private func sourceMoves(_ add: ((inout HandoverWorld) -> Void) -> Void, _ writeFailures: Int) {
        guard source.machine != nil else { return add { $0.startSource() } }
        add { $0.killSource() }
        guard source.todo.isEmpty else {
            add { $0.sourceActs(writeFails: false) }
            if case .record = source.todo[0], failedWrites < writeFailures {
                add {
                    $0.failedWrites += 1
                    $0.sourceActs(writeFails: true)
                }
            }
            return
        }
        add { $0.sendImage() }
        add { $0.sourceTakes(.giveUp) }
        add { $0.sourceTakes(.tick) }
        for message in toSource { add { $0.sourceTakes(.message(message)) } }
    }

    private func destinationMoves(_ add: ((inout HandoverWorld) -> Void) -> Void, _ writeFailures: Int) {
        guard destination.machine != nil else { return add { $0.startDestination() } }
        add { $0.killDestination() }
        guard destination.todo.isEmpty else {
            add { $0.destinationActs(writeFails: false) }
            if case .record = destination.todo[0], failedWrites < writeFailures {
                add {
                    $0.failedWrites += 1
                    $0.destinationActs(writeFails: true)
                }
            }
            return
        }
        add { $0.completeImage() }
        add { $0.destinationTakes(.giveUp) }
        add { $0.destinationTakes(.tick) }
        for message in toDestination { add { $0.destinationTakes(.message(message)) } }
    }

    // MARK: The source

    mutating func sendImage() {
        guard !imageSent, source.machine?.state == .started, source.copy == .running, destination.durable != nil else {
            return
        }
        source.copy = .suspended
        imageSent = true
        sourceTakes(.imageComplete)
    }

    mutating func sourceTakes(_ input: SourceHandover.Input) {
        guard var machine = source.machine else { return }
        source.todo += machine.take(input)
        source.machine = machine
    }

    mutating func sourceActs(writeFails: Bool) {
        let action = source.todo.removeFirst()
        switch action {
        case .record(let state):
            if writeFails {
                sourceTakes(.recordFailed(state))
            } else {
                source.durable = state
                sourceTakes(.recorded(state))
            }
        case .send(let message): toDestination.insert(message)
        case .resume:
            guard source.copy == .suspended else { return }
            source.copy = .running
            hasResumed = true
        case .destroy: source.copy = .none
        case .forget: source.durable = nil
        case .reportConflict: preconditionFailure("nobody decided by hand")
        }
    }

    mutating func killSource() {
        source.machine = nil
        source.todo = []
    }

    mutating func startSource() {
        guard let durable = source.durable else {
            // Without a record: a stranger to the migration. A domain that was left suspended would be resumed as
            // after any save.
            source.machine = SourceHandover(recorded: .finished)
            return
        }
        var machine = SourceHandover(recorded: durable)
        source.todo = machine.take(.restarted(hasCopy: source.copy != .none))
        source.machine = machine
    }

    mutating func cutPowerOfSource() {
        powerCuts += 1
        // A copy that its host has not written down as complete is none yet.
        let isThere = destination.durable != .receiving && destination.copy != .none
        // When it has decided to keep the domain, and written or said so, the domain is the source's to lose.
        let isKept = source.durable == .aborted || toDestination.contains(.abort)
        if source.copy == .running || isKept || !isThere { isLostByPower = true }
        source.copy = .none
        killSource()
    }

    // MARK: The destination

    mutating func completeImage() {
        guard imageSent, destination.machine?.state == .receiving, destination.copy == .none else { return }
        destination.copy = .paused
        destinationTakes(.complete)
    }

    mutating func destinationTakes(_ input: DestinationHandover.Input) {
        guard var machine = destination.machine else { return }
        destination.todo += machine.take(input)
        destination.machine = machine
    }

    mutating func destinationActs(writeFails: Bool) {
        let action = destination.todo.removeFirst()
        switch action {
        case .record(let state):
            if writeFails {
                destinationTakes(.recordFailed(state))
            } else {
                destination.durable = state
                destinationTakes(.recorded(state))
            }
        case .send(let message): toSource.insert(message)
        case .run:
            guard destination.copy == .paused else { return }
            destination.copy = .running
            hasRunThere = true
        case .destroy: destination.copy = .none
        case .forget: destination.durable = nil
        }
    }

    mutating func killDestination() {
        destination.machine = nil
        destination.todo = []
    }

    mutating func startDestination() {
        guard let durable = destination.durable else {
            destination.machine = DestinationHandover(recorded: .finished)
            return
        }
        var machine = DestinationHandover(recorded: durable)
        destination.todo = machine.take(.restarted(hasCopy: destination.copy != .none))
        destination.machine = machine
    }

    mutating func cutPowerOfDestination() {
        powerCuts += 1
        // `running` is durable: from here on the domain is the destination's to lose.
        if destination.durable == .running || source.copy == .none { isLostByPower = true }
        destination.copy = .none
        killDestination()
    }

    // MARK: Healing

    /// Both hosts and the wire are back, nothing fails any more: how it ends.
    func healed() -> HandoverWorld {
        var world = self
        if world.source.machine == nil { world.startSource() }
        if world.destination.machine == nil { world.startDestination() }
        world.work()
        // What still hopes for the connection learns that it was cut.
        world.sourceTakes(.giveUp)
        world.destinationTakes(.giveUp)
        world.work()
        for _ in 0..<6 {
            world.sourceTakes(.tick)
            world.destinationTakes(.tick)
            world.work()
        }
        return world
    }

    /// Does all there is to do and delivers what it sends; old messages stay where they are.
    private mutating func work() {
        while true {
            let before = (toSource, toDestination)
            (toSource, toDestination) = ([], [])
            while !source.todo.isEmpty { sourceActs(writeFails: false) }
            while !destination.todo.isEmpty { destinationActs(writeFails: false) }
            let (forSource, forDestination) = (toSource, toDestination)
            (toSource, toDestination) = (before.0.union(forSource), before.1.union(forDestination))
            if forSource.isEmpty && forDestination.isEmpty { return }
            for message in forSource.sorted(by: { $0.rawValue < $1.rawValue }) { sourceTakes(.message(message)) }
            for message in forDestination.sorted(by: { $0.rawValue < $1.rawValue }) {
                destinationTakes(.message(message))
            }
        }
    }

    /// What is wrong once everything is healed.
    var unfinished: String? {
        let copies = [source.copy, destination.copy].filter { $0 == .running }.count
        if let violation { return violation }
        if copies == 0 && !isLostByPower { return "the domain is gone" }
        if source.copy == .suspended || destination.copy == .paused { return "a copy is left over" }
        if source.durable != nil || destination.durable != nil { return "a record is left over" }
        return nil
    }
}
