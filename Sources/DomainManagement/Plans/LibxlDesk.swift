import DomainLifecycle
import DomainModel
import DriverDomain
import HostInterface
import HypervisorInterface
import LibxlForm

/// Xen's own tools beside xend. What libxl keeps of its domains is kept of xend's, too, in its form, so that `xl` can work on them; and
/// what `xl` does to them is taken over.
///
/// Only where Xen's tools are: elsewhere nobody would read it. What cannot be written is logged and keeps nothing from being done: `xl`
/// refuses then.
final class LibxlDesk: ManagerPart {
    /// Where libxl keeps what it knows of domains (XEN_LIB_DIR); it comes with Xen's tools.
    static let directory = "/var/lib/xen"

    let context: ManagerContext
    /// Whether Xen's tools are on this machine.
    private(set) var isThere = false

    init(_ context: ManagerContext) { self.context = context }

    /// Looks whether Xen's tools are there.
    func look() async {
        let found = try? await host.files.information(Self.directory)
        isThere = found?.kind == .directory
    }

    // MARK: - The record

    /// The names of the files are those of `libxl__userdata_path`.
    private func file(_ id: DomainID, _ uuid: DomainUUID) -> String {
        "\(Self.directory)/userdata-d.\(id).\(uuid).libxl-json"
    }

    /// Writes down the configuration of a domain with the devices that it has now, and what kind of guest it is.
    func record(_ uuid: DomainUUID) async {
        guard isThere, let record = table[uuid], !record.isForeign, let id = record.id, let config = record.config
        else { return }
        let devices = record.devices.map { (source: $0.config.source, number: Int?.some($0.idx)) }
        let text = LibxlConfiguration.json(of: config.source, uuid: "\(uuid)", devices: devices).text()
        let path = file(id, uuid)
        do {
            // It is read while it is written: what stands under the name is whole. libxl counts on the zero at its end.
            try await host.files.write("\(path).new", Array(text.utf8) + [0])
            try await host.files.rename("\(path).new", to: path)
            try await machine.store.write("/libxl/\(id)/type", config.image.kind.rawValue)
        } catch {
            log.warning("xl will not know \(record.title): \(error)")
        }
    }

    /// An earlier xend has left domains of which libxl may know nothing.
    func takeUp(_ uuid: DomainUUID) async {
        guard isThere, let record = table[uuid], let id = record.id,
            (try? await machine.store.readIfPresent("/libxl/\(id)/type")) == nil
        else { return }
        await self.record(uuid)
        for device in record.devices {
            let path = DevicePath(type: device.type, domain: id, backend: device.backend, handle: device.handle)
            await describe(device, at: path, record)
        }
    }

    /// A device has been attached.
    func attached(_ device: DeviceRecord, at path: DevicePath, _ record: DomainRecord) async {
        guard isThere, !record.isForeign else { return }
        await self.record(record.uuid)
        await describe(device, at: path, record)
    }

    /// libxl has a description of its own of each device, and finds there how to take it away.
    private func describe(_ device: DeviceRecord, at path: DevicePath, _ record: DomainRecord) async {
        let place = "/libxl/\(path.domain)/device/\(path.type.rawValue)/\(path.handle)"
        let (own, both) = nodes(of: device, record)
        var changes = [
            ("frontend", path.frontendDirectory), ("backend", path.backendDirectory), ("frontend-id", "\(path.domain)"),
            ("online", "1"),
            // Initialising, which libxl leaves it at.
            ("state", "1"),
        ].map { XenStoreChange.write($0.0, $0.1) }
        changes += (own + both).map { .write($0.0, $0.1) }
        if path.backend == .zero { changes += both.map { .write("\(path.backendDirectory)/\($0.0)", $0.1) } }
        do {
            try await machine.store.commit(changes, below: place)
        } catch {
            log.warning("xl will not know \(device.slot) of \(record.title): \(error)")
        }
    }

    /// What stands in libxl's description of a device, and what it looks for in the back-end's directory, too.
    private func nodes(
        of device: DeviceRecord, _ record: DomainRecord
    ) -> (own: [(String, String)], both: [(String, String)]) {
        switch device.config {
        case .vbd(let vbd):
            let place = vbd.kind == "phy" ? vbd.physicalNode : vbd.details
            return (
                [("params", place), ("dev", vbd.device), ("type", "phy"), ("mode", vbd.isWritable ? "w" : "r")],
                [
                    ("script", settings.devices.path(ofScript: Self.script)), ("removable", vbd.isCDROM ? "1" : "0"),
                    ("bootable", "1"), ("device-type", vbd.isCDROM ? "cdrom" : "disk"),
                ]
            )
        case .vif(let vif):
            let script = settings.devices.path(ofScript: vif.script ?? settings.devices.vifScript)
            return (
                [
                    ("script", script), ("mac", vif.address?.description ?? ""), ("handle", "\(device.handle)"),
                    ("bridge", vif.bridge ?? settings.devices.bridge), ("hotplug-status", ""),
                ], [("type", "vif")]
            )
        case .pci: return ([], [])
        }
    }

    /// What libxl runs when it takes a disk of xend's away: it does nothing, for xend itself undoes what it has set up.
    private static let script = "block-of-xend"

    /// A device is gone.
    func detached(at path: DevicePath, _ record: DomainRecord) async {
        guard isThere, !record.isForeign else { return }
        let kind = "/libxl/\(path.domain)/device/\(path.type.rawValue)"
        do {
            try await machine.store.removeIfPresent("\(kind)/\(path.handle)")
            try await machine.store.removeIfEmpty(kind)
        } catch {
            log.warning("xl still knows \(path.type.rawValue) \(path.handle) of \(record.title): \(error)")
        }
        await self.record(record.uuid)
    }

    /// Takes away what libxl keeps of a domain, of its own as of ours: who destroys it in its place removes it, for nobody else ever would.
    /// A back-end directory for the console, which no driver serves, is libxl's, too.
    func withdraw(_ id: DomainID, _ uuid: DomainUUID) async throws(XenStoreError) {
        try await machine.store.removeIfPresent("/libxl/\(id)")
        try await machine.store.removeIfPresent("/local/domain/0/backend/console/\(id)")
        for name in (try? await host.files.list(Self.directory)) ?? []
        where name.hasPrefix("userdata-") && name.contains(".\(id).\(uuid).") {
            try? await host.files.remove("\(Self.directory)/\(name)")
        }
    }

    // MARK: - What xl does

    /// A node below /vm has changed: `xl rename` writes the name there, too.
    func changed(_ path: String) {
        let parts = path.split(separator: "/")
        guard parts.count == 3, parts[2] == "name", let uuid = DomainUUID(text: String(parts[1])),
            let record = table[uuid], record.operation == nil
        else { return }
        spawn { await $0.parts.libxl.follow(uuid) }
    }

    /// The name that the domain has in xenstore is its name, unless another one has it.
    func follow(_ uuid: DomainUUID) async {
        guard let record = table[uuid], record.operation == nil, let id = record.id,
            let text = (try? await machine.store.readIfPresent("/local/domain/\(id)/name")) ?? nil,
            text != record.name.rawValue, let name = try? DomainName(text)
        else { return }
        let seen = account.note(.signal, "another toolstack has named \(record.title) \(name)")
        account.because(seen) { spawn { await $0.parts.libxl.take(name, for: uuid, in: $0) } }
    }

    func take(_ name: DomainName, for uuid: DomainUUID, in manager: isolated DomainManager) async {
        await manager.chore(.operation(.rename(name)), on: uuid)
        guard let record = table[uuid], record.name != name else { return }
        log.warning("another toolstack calls \(record.title) \(name), which is taken or does not suit")
    }

    /// A back-end's directory may have gone: then `xl` has taken the device away, and what xend has set up for it is undone.
    func lookFor(_ slot: DeviceSlot, at path: DevicePath, of uuid: DomainUUID) async {
        guard let record = table[uuid], record.stage == .live, record.operation == nil else { return }
        do {
            guard try await machine.store.readIfPresent(path.backendDirectory) == nil else { return }
        } catch {
            return log.error("it cannot be seen whether \(record.title) still has \(slot): \(error)")
        }
        let seen = account.note(.signal, "another toolstack has taken \(slot) of \(record.title) away")
        account.because(seen) {
            spawn { await $0.chore(.operation(.destroyDevice(slot.type, index: .idx(slot.idx))), on: uuid) }
        }
    }
}
