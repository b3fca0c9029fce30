import DomainLifecycle
import DomainModel
import DriverDomain
import HostInterface
import HypervisorInterface

/// Takes what xenstore says: that a domain has changed, which makes the examiner look, and that a device has connected.
final class SignalDesk: ManagerPart {
    let context: ManagerContext
    private let examiner: Examiner
    private let libxl: LibxlDesk
    private var watchedDrivers: Set<DomainID> = []
    private var watches: [String: XenStoreWatch] = [:]

    init(_ context: ManagerContext, examiner: Examiner, libxl: LibxlDesk) {
        self.context = context
        self.examiner = examiner
        self.libxl = libxl
    }

    /// Ends all watches, in an order of their own: what each wakes goes on in it.
    func stop() {
        for (_, watch) in watches.sorted(by: { $0.key < $1.key }) { watch.cancel() }
    }

    /// Watches for exits and for devices that connect, and examines at long intervals besides.
    func start() {
        watch("@releaseDomain") { manager, _, isFirst in manager.parts.signals.signalled(isFirst: isFirst) }
        // Domains of other toolstacks. The daemon's own are known before they are introduced.
        watch("@introduceDomain") { manager, _, _ in manager.parts.examiner.examineSoon() }
        if libxl.isThere { watch("/vm") { manager, path, _ in manager.parts.libxl.changed(path) } }
        watchBackends(of: .zero)
        for record in table.sorted where record.stage == .live {
            for device in record.devices { watchBackends(of: device.backend) }
        }
        let clock = host.clock
        let interval = settings.examinationInterval
        context.spawnBackground { reference in
            while (try? await clock.sleep(for: interval)) != nil {
                guard await reference.run({ $0.parts.examiner.examineAllSoon() }) != nil else { return }
            }
        }
    }

    /// Calls `body` with each change of a node, the first (which comes with the registration) marked. A watch that ends, because
    /// xenstored has died, is set anew when it is back.
    private func watch(
        _ path: String, _ body: @escaping @Sendable (isolated DomainManager, String, _ isFirst: Bool) async -> Void
    ) {
        let store = machine.store
        let clock = host.clock
        let interval = settings.retryInterval
        context.spawnBackground { reference in
            while true {
                if let watch = try? await store.watch(path) {
                    _ = await reference.run { $0.parts.signals.keep(watch, on: path) }
                    var isFirst = true
                    for await change in watch.changes {
                        guard let manager = reference.manager else { return watch.cancel() }
                        await body(manager, change, isFirst)
                        isFirst = false
                    }
                }
                let isSetAnew = await reference.run { $0.parts.signals.watchEnded(path) } ?? false
                guard isSetAnew, (try? await clock.sleep(for: interval)) != nil
                else { return }
            }
        }
    }

    /// Learns when devices that a driver domain serves connect.
    func watchBackends(of driver: DomainID) {
        guard watchedDrivers.insert(driver).inserted else { return }
        watch("/local/domain/\(driver)/backend") { manager, path, isFirst in
            // What connected before, or while no watch stood, is asked for.
            if isFirst {
                await manager.parts.signals.refreshDevices(of: driver)
            } else {
                await manager.parts.signals.deviceChanged(path)
            }
        }
    }

    func refreshDevices(of driver: DomainID) async {
        for record in table.sorted {
            for device in record.devices where device.backend == driver { await refresh(device, record) }
        }
    }

    func keep(_ watch: XenStoreWatch, on path: String) {
        if isStopped { watch.cancel() } else { watches[path] = watch }
    }

    /// Whether to set it anew.
    func watchEnded(_ path: String) -> Bool {
        guard !isStopped else { return false }
        log.error("xenstore: the watch of \(path) has ended; it is set anew")
        watches[path] = nil
        return true
    }

    func signalled(isFirst: Bool) {
        guard !isStopped else { return }
        // What happened while no watch stood is seen by looking; it is no signal.
        if isFirst { return examiner.examineSoon() }
        // VIRQ_DOM_EXC of the original; xenstored holds the VIRQ today and passes it on.
        events.publish(Event("xend.virq", "4"))
        let signal = account.note(.signal, "xenstore: a domain has changed (@releaseDomain)")
        account.because(signal) { examiner.examineSoon() }
    }

    /// A back-end changed its state: when it is connected, the front-end's event channel is known. Or it is gone.
    func deviceChanged(_ path: String) async {
        let parts = path.split(separator: "/")
        guard parts.count == 7 || parts.count == 8 && parts[7] == "state",
            let type = DeviceType(rawValue: String(parts[4])),
            let id = DomainID(text: parts[5]), let handle = UInt32(parts[6]),
            let record = table.record(id: id),
            let device = record.devices.first(where: { $0.type == type && $0.handle == handle })
        else { return }
        guard parts.count == 7 else { return await refresh(device, record) }
        let place = DevicePath(type: type, domain: id, backend: device.backend, handle: handle)
        await libxl.lookFor(device.slot, at: place, of: record.uuid)
    }

    /// What a guest may have (EVTCHN_FIFO_NR_CHANNELS of public/event_channel.h). The guest writes the node: it may say anything.
    private static let ports: Range<UInt32> = 1..<1 << 17

    private func refresh(_ device: DeviceRecord, _ record: DomainRecord) async {
        guard let id = record.id else { return }
        let place = DevicePath(type: device.type, domain: id, backend: device.backend, handle: device.handle)
        let front = place.frontendDirectory
        let isConnected = (try? await machine.store.readIfPresent("\(place.backendDirectory)/state")) ?? nil == "4"
        var port: UInt32?
        if isConnected {
            let shared = (try? await machine.store.readIfPresent("\(front)/event-channel")) ?? nil
            let split = (try? await machine.store.readIfPresent("\(front)/event-channel-tx")) ?? nil
            port = (shared ?? split).flatMap(UInt32.init).flatMap { Self.ports.contains($0) ? $0 : nil }
        }
        table.note(.connected(device.slot, eventPort: port), of: record.uuid)
    }
}
