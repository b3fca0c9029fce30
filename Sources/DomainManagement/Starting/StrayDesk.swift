import DomainLifecycle
import DomainModel
import DriverDomain
import HostInterface
import SExpressions

/// What an earlier daemon had begun and written down for nobody: devices of a domain whose record does not have them, files bound to
/// block devices, settings that were half changed.
///
/// All of it is given back, however often that has to be tried, and by whom: until then every journal says what there may be.
final class StrayDesk: ManagerPart {
    let context: ManagerContext
    /// Files that an earlier daemon began to bind to a block device.
    private var files: [String] = []
    /// Domains that may have devices which are not theirs.
    private var domains: Set<DomainUUID> = []
    /// Operations that were cut off and of which nothing but the journal knows.
    private var operations: [JournalReplay.OpenOperation] = []
    /// Whether an operation was cut off, which may have been attaching a device in any driver domain.
    private var wasCutOff = false
    /// The domains whose back-ends may be strays; nil where that could not be seen yet.
    private var backends: [DomainID]? = [.zero]
    /// What has been said of all this, once is enough.
    private var told: Set<String> = []

    /// More of them nobody has used at once.
    private static let keptFiles = 4096

    init(_ context: ManagerContext) { self.context = context }

    /// Keeps what has to be given back in the new journal.
    /// - Parameter todo: what will be done for the domains of operations that were cut off.
    func keep(_ replay: JournalReplay, todo: [(Beginning, DomainUUID)]) {
        wasCutOff = !replay.openOperations.isEmpty
        files = Array(replay.boundFiles.sorted().suffix(Self.keptFiles))
        let domains = Set(
            todo.filter {
                switch $0.0 {
                case .operation, .restoreSettings, .restoreDevices: true
                // The stage of their records says it.
                case .reap, .rebuild, .clear: false
                }
            }.map(\.1))
        operations = replay.openOperations.filter { domains.contains($0.domain) }
    }

    /// What a new journal has to say of it.
    var entries: [SExpression] { files.map { .element("stray", $0) } + operations.map(\.entry) }

    /// Whether something has still to be given back.
    var isBusy: Bool { !files.isEmpty || !domains.isEmpty }

    /// The operations are taken back; what they may have left is looked for next.
    func endOperations() async {
        let ends = operations.map { JournalEntry.end($0.serial) }
        operations = []
        if !ends.isEmpty { try? await database.append(ends, isDeferrable: true) }
        await findBackends()
    }

    // MARK: - Devices

    /// Looks once, for all domains, who serves devices: where nothing was cut off, only domain 0 needs to be asked.
    private func findBackends() async {
        guard wasCutOff else { return }
        backends = try? await drivers.backends()
    }

    /// Releases devices of a live domain that its record does not have: an attachment that was cut off.
    func releaseDevices(of domain: DomainUUID) async {
        domains.remove(domain)
        guard let record = table[domain], record.stage == .live, let id = record.id else { return }
        let known = Set(record.devices.map { "\($0.type.rawValue)-\(id)-\($0.handle)" })
        if backends == nil { await findBackends() }
        let held: [String] =
            if let backends {
                await drivers.releaseRemains(of: id, except: known, servedBy: backends)
            } else {
                ["it cannot be seen which domains serve devices"]
            }
        guard !held.isEmpty, !isStopped else { return }
        for reason in held { tell("\(record.title): \(reason)") }
        domains.insert(domain)
        later { manager in
            guard (try? await manager.turns.take(on: domain, nil)) != nil else { return }
            await manager.parts.strays.releaseDevices(of: domain)
            manager.turns.pass(on: domain)
        }
    }

    // MARK: - Files

    /// Gives back block devices that show a file for nobody: a daemon was killed after binding one and before it could write down
    /// which.
    func unbindFiles() async {
        var done: [String] = []
        for file in files {
            do {
                if try await unbind(file) { done.append(file) }
            } catch {
                tell("cannot give back what was bound to \(file): \(error)")
            }
        }
        guard !isStopped else { return }
        files.removeAll(where: Set(done).contains)
        if !done.isEmpty {
            try? await database.append(done.map { JournalEntry(.element("stray-end", $0)) }, isDeferrable: true)
        }
        if !files.isEmpty { later { await $0.parts.strays.unbindFiles() } }
    }

    /// - Returns: false when it cannot be told yet.
    private func unbind(_ file: String) async throws(DeviceError) -> Bool {
        for node in try await drivers.unmountedLoopDevices(showing: file) {
            // What is being bound at this moment will be written down. What is bound from now on is another one.
            guard table.sorted.allSatisfy({ $0.operation == nil }) else { return false }
            guard !table.sorted.contains(where: { $0.hasDevice(at: node) }) else { continue }
            try await drivers.unbindFile(from: node)
        }
        return true
    }

    private func tell(_ text: String) {
        if told.insert(text).inserted { log.error("\(text); xend keeps trying") }
    }

    private func later(_ body: @escaping @Sendable (isolated DomainManager) async -> Void) {
        let (clock, interval) = (host.clock, settings.retryInterval)
        spawn { manager in
            guard (try? await clock.sleep(for: interval)) != nil, !manager.context.isStopped else { return }
            await body(manager)
        }
    }
}
