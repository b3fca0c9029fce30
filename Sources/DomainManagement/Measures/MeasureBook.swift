import DomainModel
import HostInterface
import HypervisorInterface
import SExpressions

/// The measures of the node and of all domains.
public struct MeasureBook: Sendable {
    /// More domains than that are not measured: those that have been gone longest make room.
    public static let limit = 4_096
    /// A domain that is gone for so long is forgotten, with what it did. Slots of ten seconds.
    private static let patience = 24 * 360

    /// What one look at the machine tells.
    struct Look: Sendable {
        /// Of the monotonic clock: by this rates are worked out.
        var time: Instant
        /// Which ten seconds since 1970 have just ended.
        var slot: Int
        var reports: [DomainReport]
        var counters: [DeviceCounter]
    }

    private struct Entry: Sendable {
        var series = MeasureSeries()
        var lastSlot = 0
    }
    /// What rates are worked out from.
    private struct Past: Sendable {
        var time: Instant
        var cpu: [DomainID: Duration]
        var counters: [String: DeviceCounter]
    }

    /// Of the machine, with all its domains.
    public private(set) var node = MeasureSeries()
    private var entries: [DomainUUID: Entry] = [:]
    private var past: Past?
    /// The newest counters of each device, by domain.
    private(set) var totals: [DomainID: [DeviceCounter]] = [:]

    public init() {}

    /// How many domains are measured.
    public var count: Int { entries.count }
    /// The bytes that the samples take.
    public var bytes: Int { (entries.count + 1) * MeasureSeries.bytes }

    /// The measures of a domain; nil: it has none yet.
    public func series(of uuid: DomainUUID) -> MeasureSeries? { entries[uuid]?.series }

    mutating func add(_ look: Look) {
        totals = Dictionary(grouping: look.counters) { $0.domain ?? .zero }
        let rates = Rates(look.counters, since: past?.counters)
        // Of what lies further back it is not known when it was.
        let elapsed = past.map { (look.time - $0.time).inSeconds }.flatMap { (0.001...25).contains($0) ? $0 : nil }
        var all: [MeasureQuantity: Double] = [:]
        for report in look.reports {
            var values: [MeasureQuantity: Double] = [.memory: Double(report.memory.mebibytes)]
            if let elapsed, let before = past?.cpu[report.id], report.cpuTime >= before {
                values[.cpu] = (report.cpuTime - before).inSeconds / elapsed * 100
                for (quantity, moved) in rates.moved(by: report.id) { values[quantity] = Double(moved) / elapsed }
            }
            all.merge(values) { $0 + $1 }
            guard !report.isDying else { continue }
            entries[report.uuid, default: Entry()].series.add(values, slot: look.slot)
            entries[report.uuid]?.lastSlot = look.slot
        }
        node.add(all, slot: look.slot)
        past = Past(
            time: look.time, cpu: Dictionary(look.reports.map { ($0.id, $0.cpuTime) }) { first, _ in first },
            counters: Dictionary(look.counters.map { ($0.device, $0) }) { first, _ in first })
        makeRoom(look.slot)
    }

    private mutating func makeRoom(_ slot: Int) {
        entries = entries.filter { abs(slot - $0.value.lastSlot) <= Self.patience }
        guard entries.count > Self.limit else { return }
        let order = entries.sorted { ($0.value.lastSlot, $0.key.description) < ($1.value.lastSlot, $1.key.description) }
        for (uuid, _) in order.prefix(entries.count - Self.limit) { entries[uuid] = nil }
    }
}

/// What the devices of each domain have moved between two looks.
private struct Rates {
    private var sums: [DomainID: [MeasureQuantity: UInt64]] = [:]

    /// - Parameter before: nil: there was no look before.
    init(_ counters: [DeviceCounter], since before: [String: DeviceCounter]?) {
        guard let before else { return }
        for counter in counters {
            guard let domain = counter.domain, let quantities = counter.quantities else { continue }
            // A device that is new, or was connected anew, has moved all that it counts.
            let last = before[counter.device].flatMap {
                $0.inward <= counter.inward && $0.outward <= counter.outward ? $0 : nil
            }
            sums[domain, default: [:]][quantities.inward, default: 0] += counter.inward - (last?.inward ?? 0)
            sums[domain, default: [:]][quantities.outward, default: 0] += counter.outward - (last?.outward ?? 0)
        }
    }

    func moved(by domain: DomainID) -> [MeasureQuantity: UInt64] {
        let none = Dictionary(uniqueKeysWithValues: DeviceCounter.all.map { ($0, UInt64(0)) })
        return none.merging(sums[domain] ?? [:]) { $1 }
    }
}

extension DeviceCounter {
    fileprivate static let all: [MeasureQuantity] = [.vifReceived, .vifSent, .vbdRead, .vbdWritten]

    /// `vif-7-0` is one of domain 7.
    var domain: DomainID? {
        let parts = device.split(separator: "-")
        return parts.count >= 3 ? DomainID(text: String(parts[1])) : nil
    }

    /// What it counts; nil: nothing that is measured.
    fileprivate var quantities: (inward: MeasureQuantity, outward: MeasureQuantity)? {
        if device.hasPrefix("vif-") { return (.vifReceived, .vifSent) }
        return device.hasPrefix("vbd-") ? (.vbdRead, .vbdWritten) : nil
    }
}

extension MeasureSeries {
    /// `(measures (interval S) (until T) (cpu V…) (memory V…) …)`: the oldest first; `-` where there is a gap.
    public func expression(_ span: MeasureSpan, until now: Double) -> SExpression {
        let head: [SExpression] = [
            ["interval", .number(Double(span.interval))],
            ["until", .number((now / Double(span.interval)).rounded(.down) * Double(span.interval))],
        ]
        return .element(
            "measures",
            head
                + MeasureQuantity.allCases.map { quantity in
                    .element(
                        quantity.rawValue,
                        values(quantity, span, until: now).map { $0.map { .number($0) } ?? "-" })
                })
    }
}
