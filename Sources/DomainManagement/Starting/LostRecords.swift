import DomainLifecycle
import DomainModel
import DriverDomain
import HypervisorInterface

/// Mends what a damaged database does not say any more, as far as the machine knows it: the first moments of a domain stand in the
/// journal alone, and so does each device until the domain's file is written.
struct LostRecords: ManagerPart {
    let context: ManagerContext

    /// - Parameters:
    ///   - replay: what is known; afterwards with what the machine knows of it.
    ///   - journal: what stands in it, and what does not.
    ///   - reports: the domains that there are.
    /// - Returns: what was done and what could not be, in sentences.
    func mend(_ replay: inout JournalReplay, _ journal: JournalContents, _ reports: [DomainReport]) async -> [String] {
        guard !journal.missing.isEmpty else { return [] }
        var told: [String] = []
        for report in reports where !report.isDying && report.id != .zero {
            let domain = report.uuid
            guard let known = replay.records[domain] ?? adopted(report, replay) else {
                if replay.open.values.contains(where: { $0.domain == domain }) { continue }
                let name = (try? await machine.store.readIfPresent("/local/domain/\(report.id)/name")) ?? nil
                let title = "domain \(report.id)" + (name.map { " \"\($0)\"" } ?? "")
                told.append("\(title): all that was known of it is lost; it runs on, and is taken as another tool's")
                continue
            }
            guard journal.mayMiss(after: replay.number(of: domain)), known.id == report.id, !known.isForeign,
                let found = try? await drivers.found(of: report.id)
            else { continue }
            let isNew = replay.records[domain] == nil
            // What is not whole was being made.
            if isNew, (known.config?.devices.count ?? 0) > found.count { continue }
            var record = known
            told += regain(found, &record)
            if isNew {
                replay.takeBack(record)
                told.append("\(record.title): its record is lost; it is known again from what was asked for")
            } else {
                replay.records[domain] = record
            }
        }
        return told
    }

    /// What was to be made, as the domain that it has become.
    private func adopted(_ report: DomainReport, _ replay: JournalReplay) -> DomainRecord? {
        guard var record = replay.unrecorded[report.uuid]?.record, let config = record.config else { return nil }
        record.id = report.id
        record.stage = .live
        record.operation = nil
        record.nextIndex = [:]
        let usual = (settings.consoleBase ?? 0).addingReportingOverflow(UInt16(clamping: Int("\(report.id)") ?? 0))
        record.console = ConsoleRecord(port: config.consolePort ?? usual.partialValue, channel: 0)
        return record
    }

    /// Gives a record the devices that its domain has, and takes those that it has not.
    private func regain(_ found: [FoundDevice], _ record: inout DomainRecord) -> [String] {
        var told: [String] = []
        let places = Set(found.map { Place($0.path.type, $0.path.handle) })
        for device in record.devices
        where device.backend == .zero && !places.contains(Place(device.type, device.handle)) {
            record.devices.removeAll { $0.slot == device.slot }
            told.append("\(record.title): \(device.slot) is not there any more")
        }
        for device in found
        where !record.devices.contains(where: { $0.type == device.path.type && $0.handle == device.path.handle }) {
            let asked = record.config?.devices.first { Self.isSame($0, device) }
            record.regain(device, as: asked ?? device.config)
            told.append("\(record.title): \(device.path.kernelName) is known again from xenstore")
        }
        if !told.isEmpty { record.config = record.config?.with(devices: record.devices.map(\.config)) }
        return told
    }

    /// Whether a device is the one that was asked for.
    private static func isSame(_ config: DeviceConfig, _ found: FoundDevice) -> Bool {
        switch (config, found.config) {
        case (.vif(let one), .vif(let other)): one.address == other.address
        case (.vbd, .vbd): config.settings.handle == found.path.handle
        case (.vif, _), (.vbd, _), (.pci, _): false
        }
    }

    private struct Place: Hashable {
        let type: DeviceType
        let handle: UInt32

        init(_ type: DeviceType, _ handle: UInt32) {
            self.type = type
            self.handle = handle
        }
    }
}

extension DomainRecord {
    /// A device that xenstore shows, and the next that comes gets another number.
    fileprivate mutating func regain(_ found: FoundDevice, as config: DeviceConfig) {
        let type = found.path.type
        let idx = config.settings.handle == nil ? Int(found.path.handle) : nextIndex[type, default: 0]
        nextIndex[type] = max(nextIndex[type, default: 0], idx + 1)
        var device = DeviceRecord(type: type, idx: idx, index: devices.count { $0.type == type }, config: config)
        device.node = found.bound?.node
        device.nodeNumber = found.bound?.number
        device.isBound = found.bound?.isBound ?? false
        devices.append(device)
        devices.sort { $0.slot < $1.slot }
    }
}
