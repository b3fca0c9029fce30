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
    /// KiB, as the guest is told.
    public var target: String?
    /// Of each virtual cpu whether it is to be used: `online` or `offline`.
    public var vcpus: [String]

    public var description: String {
        "weight \(share.weight), cap \(share.cap), pins \(pins), maximum \(maximum.mebibytes) MB, target \(target ?? "none"), "
            + "vcpus \(vcpus.joined(separator: " "))"
    }
}

extension MachineInspection {
    /// nil when Xen has no such domain.
    public func settings(of id: DomainID) -> MachineSettings? {
        guard let domain = machine.domains[id] else { return nil }
        let home = "/local/domain/\(id)"
        return MachineSettings(
            share: domain.scheduling, pins: domain.affinities, maximum: MemorySize(pages: domain.maximumPages),
            target: storeValue("\(home)/memory/target"),
            vcpus: (0..<domain.vcpus).map { storeValue("\(home)/cpu/\($0)/availability") ?? "-" })
    }
}
