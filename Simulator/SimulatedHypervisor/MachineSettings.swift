import DomainModel
import HypervisorInterface

/// What an operator decides about a domain, as Xen and xenstore have it.
public struct MachineSettings: Hashable, Sendable, CustomStringConvertible {
    /// Weight and cap.
    public var share: SchedulerParameters
    /// Of each virtual cpu.
    public var pins: [CPUSet]
    /// Xen's limit.
    public var maximum: MemorySize
    /// KiB that the guest shall have and may have: what it is told, or Xen's limit.
    public var target: UInt64
    /// Of each virtual cpu whether it is to be used: `online` or `offline`.
    public var vcpus: [String]

    /// Of all its fields.
    public init(share: SchedulerParameters, pins: [CPUSet], maximum: MemorySize, target: UInt64, vcpus: [String]) {
        (self.share, self.pins, self.maximum) = (share, pins, maximum)
        (self.target, self.vcpus) = (target, vcpus)
    }

    /// As they are on a machine of so many physical cpus.
    public func among(_ cpus: Int) -> MachineSettings {
        var settings = self
        settings.pins = pins.map { $0.among(cpus) ?? $0 }
        return settings
    }

    public var description: String {
        "weight \(share.weight), cap \(share.cap), pins \(pins), maximum \(maximum.mebibytes) MB, target \(target >> 10) MB, "
            + "vcpus \(vcpus.joined(separator: " "))"
    }
}

extension MachineInspection {
    /// nil when Xen has no such domain, or one that is dying.
    public func settings(of id: DomainID) -> MachineSettings? {
        guard let domain = machine.domains[id], !domain.isDying else { return nil }
        let home = "/local/domain/\(id)"
        let maximum = MemorySize(pages: domain.maximumPages)
        let told = storeValue("\(home)/memory/target").flatMap { UInt64($0) } ?? 0
        return MachineSettings(
            share: domain.scheduling, pins: domain.affinities, maximum: maximum,
            target: min(told, maximum.kibibytes),
            vcpus: (0..<domain.vcpus).map { storeValue("\(home)/cpu/\($0)/availability") ?? "-" })
    }
}
