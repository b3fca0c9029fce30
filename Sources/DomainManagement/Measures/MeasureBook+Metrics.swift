import DomainLifecycle
import DomainModel
import HostInterface

extension MeasureBook {
    /// What the back-ends have counted for each domain, for who asks again and again.
    ///
    /// - Parameter domains: with their names.
    public func measurements(of domains: [DomainInformation]) -> [Measurement] {
        var list: [Measurement] = []
        for (kind, name, help) in Self.families {
            for domain in domains {
                let counters = (totals[domain.id] ?? []).filter { $0.device.hasPrefix(kind.device) }
                guard !counters.isEmpty else { continue }
                let total = counters.reduce(UInt64(0)) { $0 &+ (kind.isInward ? $1.inward : $1.outward) }
                list.append(
                    Measurement(
                        name, help: help, kind: .counter,
                        labels: [("id", domain.id.description), ("name", domain.name)], value: Double(total)))
            }
        }
        return list + [
            Measurement(
                "xend_measures_bytes", help: "Memory that the measures of the last hour and day take.", kind: .gauge,
                value: Double(bytes))
        ]
    }

    private static let families: [(kind: (device: String, isInward: Bool), name: String, help: String)] = [
        (("vif-", true), "xend_domain_vif_received_bytes_total", "Bytes that a domain has received on its vifs."),
        (("vif-", false), "xend_domain_vif_sent_bytes_total", "Bytes that a domain has sent on its vifs."),
        (("vbd-", true), "xend_domain_vbd_reads_total", "Requests by which a domain has read from its vbds."),
        (("vbd-", false), "xend_domain_vbd_writes_total", "Requests by which a domain has written to its vbds."),
    ]
}
