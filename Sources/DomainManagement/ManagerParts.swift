/// The parts of a `DomainManager`, those first on which others stand.
final class ManagerParts {
    /// Notices when the host's calendar has been set.
    let calendar: Calendar
    /// Looks at the machine.
    let examiner: Examiner
    /// Keeps what Xen's own tools want to know.
    let libxl: LibxlDesk
    /// Takes what xenstore says.
    let signals: SignalDesk
    /// The domains' consoles.
    let consoles: ConsoleBoard
    /// Performs plans.
    let performer: PlanPerformer
    /// Suspends guests, and lets them run on.
    let guests: GuestSuspension
    /// What people see of transfers.
    let tasks: TaskDesk
    /// Other xends.
    let peers: PoolPeers
    /// Settles whose a migrated domain is.
    let handovers: HandoverDesk
    let saver: Saver
    let cores: CoreDumper
    let restorer: Restorer
    /// Domains that are kept whether or not they run.
    let definitions: DefinitionDesk
    let sender: Sender
    let receiver: Receiver
    /// What goes around the plan of a transfer.
    let transfers: TransferDesk
    /// Takes up the transfers of an earlier daemon.
    let recovery: TransferRecovery
    /// Gives back what it has left.
    let strays: StrayDesk
    /// Takes up everything else of it.
    let startUp: StartUp

    init(_ context: ManagerContext, turns: DomainTurns) {
        libxl = LibxlDesk(context)
        let nodes = DomainNodes(context: context, libxl: libxl)
        guests = GuestSuspension(context: context, turns: turns, nodes: nodes)
        calendar = Calendar(context)
        examiner = Examiner(context, calendar: calendar)
        signals = SignalDesk(context, examiner: examiner, libxl: libxl)
        consoles = ConsoleBoard(context)
        tasks = TaskDesk(context)
        peers = PoolPeers(context)
        handovers = HandoverDesk(context, peers: peers, tasks: tasks, guests: guests, examiner: examiner)
        saver = Saver(context, guests: guests)
        cores = CoreDumper(context, saver: saver, tasks: tasks)
        restorer = Restorer(context: context)
        definitions = DefinitionDesk(context, saver: saver, restorer: restorer)
        sender = Sender(context: context, handovers: handovers, peers: peers)
        receiver = Receiver(context: context, peers: peers, handovers: handovers, tasks: tasks)
        transfers = TransferDesk(
            context: context, tasks: tasks, restorer: restorer, receiver: receiver, saver: saver, cores: cores)
        recovery = TransferRecovery(context, tasks: tasks, handovers: handovers, saver: saver, guests: guests)
        strays = StrayDesk(context)
        startUp = StartUp(context: context, nodes: nodes, libxl: libxl, guests: guests)
        let steps = StepPerformer(
            context, nodes: nodes, signals: signals, libxl: libxl, consoles: consoles, saver: saver, cores: cores,
            sender: sender, handovers: handovers)
        performer = PlanPerformer(context, steps: steps)
    }
}
