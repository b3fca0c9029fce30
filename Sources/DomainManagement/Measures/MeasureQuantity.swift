/// What is measured of each domain, and of the node.
public enum MeasureQuantity: String, CaseIterable, Sendable {
    /// Per cent of one cpu.
    case cpu
    /// MiB.
    case memory
    /// Bytes a second that all vifs have received.
    case vifReceived = "vif_received"
    /// Bytes a second that they have sent.
    case vifSent = "vif_sent"
    /// Requests a second that all vbds have read by.
    case vbdRead = "vbd_read"
    /// Requests a second that they have written by.
    case vbdWritten = "vbd_written"

    /// How many of what is kept are one of what is shown: of a cpu hundredths of a per cent are kept.
    var scale: Double { self == .cpu || self == .vbdRead || self == .vbdWritten ? 100 : 1 }
}

/// A number in two bytes: eleven bits, and how often they are doubled. Up to 2047 of what is kept it is exact, beyond that to one part
/// in four thousand.
struct MeasureValue: Hashable, Sendable {
    var bits: UInt16

    /// Nobody measured.
    static let gap = MeasureValue(bits: .max)

    /// The largest that can be kept; more is shown as that.
    private static let maximum = 4094.0 * Double(1 << 30)

    init(bits: UInt16) { self.bits = bits }

    /// - Parameter number: below zero, and what is no number, is a gap.
    init(_ number: Double?) {
        guard let number, number >= 0 else {
            self = .gap
            return
        }
        var whole = UInt64(min(number, Self.maximum).rounded())
        var doubled: UInt16 = 0
        while whole >= 4096 {
            // To the nearest, so that nothing drifts.
            whole = (whole + 1) >> 1
            doubled += 1
        }
        bits = whole < 2048 && doubled == 0 ? UInt16(whole) : (doubled + 1) << 11 | UInt16(whole - 2048)
        if bits == .max { bits -= 1 }
    }

    var number: Double? {
        guard bits != .max else { return nil }
        guard bits >= 2048 else { return Double(bits) }
        return Double((UInt64(bits & 2047) + 2048) << UInt64((bits >> 11) - 1))
    }
}

/// How far back a picture goes.
public enum MeasureSpan: String, CaseIterable, Sendable {
    /// Every ten seconds.
    case hour
    /// Every five minutes.
    case day

    /// Seconds between two samples.
    public var interval: Int { self == .hour ? 10 : 300 }
    /// How many samples are kept.
    public var count: Int { self == .hour ? 360 : 288 }
}
