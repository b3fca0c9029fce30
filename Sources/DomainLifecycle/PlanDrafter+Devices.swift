import DomainModel

/// Devices that come and go, and how they change.
extension PlanDrafter {
    func createDevice(_ config: DeviceConfig, _ record: inout DomainRecord) throws(Refusal) -> Draft {
        let device = try newDevice(config, of: &record)
        return Draft(name: "device_create", recording: .required, steps: [.attach(device), .remember])
    }

    func destroyDevice(
        _ type: DeviceType, _ index: DeviceSelector, _ record: inout DomainRecord
    ) throws(Refusal) -> Draft {
        let slot = try device(type, index, of: record).slot
        let force = !takesPart(record)
        // From now on, and for the next daemon: half removed it is of no use.
        record.markUnwanted(slot, true)
        return Draft(
            name: "device_destroy", direction: .forward, recording: .deferrable,
            steps: [.detach(slot, force: force), .remember])
    }

    func devices(for config: DomainConfig, of record: inout DomainRecord) throws(Refusal) -> [DeviceRecord] {
        record.devices = []
        record.nextIndex = [:]
        var devices: [DeviceRecord] = []
        for device in config.devices {
            let new = try newDevice(device, of: &record)
            devices.append(new)
            record.devices.append(new)
        }
        record.devices = []
        return devices
    }

    func newDevice(_ config: DeviceConfig, of record: inout DomainRecord) throws(Refusal) -> DeviceRecord {
        guard record.devices.count < DomainConfig.maximumDevices else {
            throw .tooManyDevices(title: record.title, limit: DomainConfig.maximumDevices)
        }
        if case .pci(let pci) = config { throw .passthrough(pci) }
        if case .vbd(let vbd) = config, record.devices.contains(where: { $0.type == .vbd && $0.handle == vbd.handle }) {
            throw .deviceNumberTaken(vbd.device, title: record.title)
        }
        return record.newDevice(config, backend: try backend(config.settings.backend, for: record))
    }

    /// The driver domain meant by `(backend X)`.
    func backend(_ reference: DomainReference?, for record: DomainRecord) throws(Refusal) -> DomainID {
        guard let reference else { return .zero }
        guard let driver = try? table.find(reference), let id = driver.id, driver.stage == .live,
            driver.uuid != record.uuid
        else { throw .invalidBackend(reference) }
        return id
    }

    /// The scripts of the network interfaces that domain 0 serves run once more.
    func restoreDevices(_ record: DomainRecord) -> Draft {
        let vifs = record.devices.filter { $0.type == .vif && $0.backend == .zero }
        return Draft(
            name: "restore devices", direction: .forward,
            steps: vifs.map { .reconfigure($0, to: $0.config) })
    }

    private func device(
        _ type: DeviceType, _ index: DeviceSelector, of record: DomainRecord
    ) throws(Refusal) -> DeviceRecord {
        guard let device = record.device(type, index) else {
            throw .noSuchDevice("\(type.rawValue) \(index)", title: record.title)
        }
        return device
    }

    func configure(
        _ index: DeviceSelector, _ change: DeviceConfig, _ record: DomainRecord
    ) throws(Refusal) -> Draft {
        let device = try device(change.type, index, of: record)
        guard case .vif(let vif) = device.config, case .vif(let change) = change else {
            throw .notSupported("a \(device.type.rawValue) cannot be reconfigured: remove it and add it again")
        }
        do {
            let config = DeviceConfig.vif(try vif.configured(by: change))
            let steps: [Step] = config == device.config ? [] : [.reconfigure(device, to: config), .remember]
            return Draft(name: "device_configure", recording: .required, steps: steps)
        } catch {
            throw .invalid(error.description)
        }
    }
}
