import DomainLifecycle
import DomainModel
import DriverDomain
import HostInterface

/// Steps that attach devices and release them, and what the table has to know of it.
///
/// An object, though it has no state: Swift 6.3's optimizer fails on `attach` of a value (splitting its coroutine).
final class DeviceFitter: ManagerPart {
    let context: ManagerContext
    private let signals: SignalDesk
    private let libxl: LibxlDesk

    init(_ context: ManagerContext, signals: SignalDesk, libxl: LibxlDesk) {
        self.context = context
        self.signals = signals
        self.libxl = libxl
    }

    private func path(of device: DeviceRecord, _ record: DomainRecord) -> DevicePath? {
        record.id.map {
            DevicePath(type: device.type, domain: $0, backend: device.backend, handle: device.handle)
        }
    }

    /// The back-end learns of it and its script runs.
    func attach(_ device: DeviceRecord, _ record: DomainRecord) async throws(StepFailure) {
        guard let path = path(of: device, record) else { return }
        signals.watchBackends(of: device.backend)
        // Known from now on: whatever happens, it is released with the domain.
        table.note(.attached(device), of: record.uuid)
        do {
            var bound: BoundBlockDevice?
            if case .vbd(let vbd) = device.config { bound = try await bind(vbd, device, record) }
            let (drivers, name, found) = (drivers, record.name.rawValue, bound)
            try await waitingForBackend(of: record) { () async throws(DeviceError) in
                try await drivers.attach(device.config, on: found, at: path, domainName: name)
            }
        } catch {
            throw StepFailure("cannot connect \(device.slot) of \(record.title): \(error)", isLate: true)
        }
        await libxl.attached(device, at: path, record)
    }

    /// What stands behind a vbd, which from then on is the domain's.
    private func bind(
        _ vbd: VBDConfig, _ device: DeviceRecord, _ record: DomainRecord
    ) async throws(DeviceError) -> BoundBlockDevice {
        let bound = try await drivers.bind(vbd: vbd, backend: device.backend)
        var device = device
        device.node = bound.node
        device.nodeNumber = bound.number
        device.isBound = bound.isBound
        table.note(.attached(device), of: record.uuid)
        let backing = await BackingFinder(context: context).backing(
            of: vbd, number: bound.number, isBound: bound.isBound, in: device.backend)
        let isOurs = device.backend == .zero && !vbd.isForced
        let others =
            isOurs ? await OtherUses(context: context).uses(of: backing, bound.node, bound.number, vbd) : []
        do {
            try table.claim(
                backing, for: device.slot, of: record.uuid, isWritable: vbd.isWritable, isForced: vbd.isForced,
                others: others)
        } catch {
            throw DeviceError("vbd: Segment \(vbd.uname) is \(error)")
        }
        return bound
    }

    /// Of a domain that lives; what is being built ends by itself when a device of it does not get ready.
    private func waitingForBackend(
        of record: DomainRecord, _ body: @escaping @Sendable () async throws(DeviceError) -> Void
    ) async throws(DeviceError) {
        guard record.stage == .live else { return try await body() }
        let end = try await waits.wait(of: record.uuid, isForGuest: false, body, begun: {})
        if end != nil { throw DeviceError("the domain is to be destroyed") }
    }

    /// A vif's script runs with the old and the new configuration.
    func reconfigure(
        _ device: DeviceRecord, _ config: DeviceConfig, _ record: DomainRecord
    ) async throws(StepFailure) {
        guard let path = path(of: device, record), case .vif(let old) = device.config, case .vif(let new) = config
        else { return }
        do {
            try await drivers.reconfigure(vif: old, to: new, at: path, domainName: record.name.rawValue)
        } catch {
            throw StepFailure("cannot reconfigure \(device.slot) of \(record.title): \(error)")
        }
    }

    /// - Parameter force: the guest cannot take part.
    func detach(_ slot: DeviceSlot, force: Bool, _ record: DomainRecord) async throws(StepFailure) {
        guard let device = record.devices.first(where: { $0.slot == slot }), let path = path(of: device, record)
        else { return }
        do {
            if force || hasEnded(record) {
                try await drivers.release(device, at: path, domainName: record.name.rawValue, force: true)
            } else {
                try await releaseAsking(device, at: path, record)
            }
            table.note(.detached(slot), of: record.uuid)
            await libxl.detached(at: path, record)
        } catch {
            if error.kind == .inUse { table.note(.kept(slot), of: record.uuid) }
            throw StepFailure("cannot release \(slot) of \(record.title): \(error)")
        }
    }

    /// The guest is asked, and may take its time; when it has ended it holds nothing, and what it had is taken.
    private func releaseAsking(
        _ device: DeviceRecord, at path: DevicePath, _ record: DomainRecord
    ) async throws(DeviceError) {
        let (drivers, name) = (drivers, record.name.rawValue)
        let release = { @Sendable (force: Bool) async throws(DeviceError) in
            try await drivers.release(device, at: path, domainName: name, force: force)
        }
        let end = try await waits.wait(of: record.uuid, isForGuest: true) { () async throws(DeviceError) in
            try await release(false)
        } begun: {
            await lookForEnd(of: record)
        }
        switch end {
        case nil: return
        case .guest: try await release(true)
        case .domain: throw DeviceError("its destruction, which was asked for meanwhile, releases it", kind: .timedOut)
        }
    }

    /// The end of a guest may have come between the decision and the wait.
    private func lookForEnd(of record: DomainRecord) async {
        guard let id = record.id, let report = try? await machine.hypervisor.domain(id), report.uuid == record.uuid
        else { return }
        if report.hasEnded { waits.end(record.uuid, .guest) }
    }

    private func hasEnded(_ record: DomainRecord) -> Bool { table.reports[record.uuid]?.hasEnded ?? false }

    /// Whatever back-end there still is for the domain.
    func releaseRemains(_ record: DomainRecord) async throws(StepFailure) {
        guard let id = record.id else { return }
        let held = await drivers.releaseRemains(of: id)
        guard held.isEmpty else { throw StepFailure(held.joined(separator: "; ")) }
    }
}
