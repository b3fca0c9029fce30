/// The measures of one domain, or of the node: the last hour and the last day, in a room that does not grow.
///
/// A sample is about one slot of time, by the calendar. What no sample was about is a gap: xend was not there, the machine slept, or the
/// calendar has jumped. Where it jumps back, what it had told of the time to come is forgotten.
public struct MeasureSeries: Hashable, Sendable {
    /// The bytes that one takes.
    public static let bytes = MeasureSpan.allCases.reduce(0) { $0 + $1.count } * MeasureQuantity.allCases.count * 2

    private struct Ring: Hashable, Sendable {
        let count: Int
        /// By quantity, then by slot modulo `count`.
        var values: [UInt16]
        /// The newest slot that there is something of; nil: of none.
        var newest: Int?

        init(_ span: MeasureSpan) {
            count = span.count
            values = Array(repeating: MeasureValue.gap.bits, count: span.count * MeasureQuantity.allCases.count)
        }

        private func place(_ quantity: Int, _ slot: Int) -> Int { quantity * count + slot % count }

        /// Makes room for a slot: what lies between the newest and it is a gap.
        mutating func come(to slot: Int) {
            if let newest, slot < newest {
                forget(slot + 1...newest)
            } else if let newest, slot > newest {
                forget(max(newest + 1, slot - count + 1)...slot)
            }
            newest = slot
        }

        private mutating func forget(_ slots: ClosedRange<Int>) {
            for slot in slots.suffix(count) {
                for quantity in MeasureQuantity.allCases.indices {
                    values[place(quantity, slot)] = MeasureValue.gap.bits
                }
            }
        }

        mutating func set(_ value: Double?, _ quantity: Int, _ slot: Int) {
            values[place(quantity, slot)] = MeasureValue(value).bits
        }

        func value(_ quantity: Int, _ slot: Int) -> Double? {
            guard let newest, slot <= newest, slot > newest - count, slot >= 0 else { return nil }
            return MeasureValue(bits: values[place(quantity, slot)]).number
        }
    }

    private var hour = Ring(.hour)
    private var day = Ring(.day)
    /// Of the slot of the day that is going on.
    private var sums = Array(repeating: 0.0, count: MeasureQuantity.allCases.count)
    private var counts = Array(repeating: 0, count: MeasureQuantity.allCases.count)

    public init() {}

    /// Takes a sample.
    /// - Parameters:
    ///   - values: in the units of each quantity; nil where it could not be measured.
    ///   - slot: which ten seconds since 1970 it is about.
    mutating func add(_ values: [MeasureQuantity: Double], slot: Int) {
        guard slot >= 0 else { return }
        let long = slot / (MeasureSpan.day.interval / MeasureSpan.hour.interval)
        if day.newest != long {
            sums = sums.map { _ in 0 }
            counts = counts.map { _ in 0 }
        }
        hour.come(to: slot)
        day.come(to: long)
        for (index, quantity) in MeasureQuantity.allCases.enumerated() {
            let value = values[quantity].map { $0 * quantity.scale }
            hour.set(value, index, slot)
            guard let value else { continue }
            sums[index] += value
            counts[index] += 1
            day.set(sums[index] / Double(counts[index]), index, long)
        }
    }

    /// The values of a quantity, the oldest first, as many as the span has; nil where there is a gap.
    /// - Parameter now: seconds since 1970: the last value is about the slot before that.
    public func values(_ quantity: MeasureQuantity, _ span: MeasureSpan, until now: Double) -> [Double?] {
        let ring = span == .hour ? hour : day
        // Of the day the slot that goes on is shown, too.
        let last = Int((now / Double(span.interval)).rounded(.down)) - (span == .hour ? 1 : 0)
        guard let index = MeasureQuantity.allCases.firstIndex(of: quantity) else { return [] }
        return (last - span.count + 1...last).map { slot in ring.value(index, slot).map { $0 / quantity.scale } }
    }
}
