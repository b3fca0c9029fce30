import DomainLifecycle
import DomainModel
import HostInterface

/// How pages write quantities and states.
package enum Wording {
    /// `3 d 4 h`, `12 min 5 s`, `0.4 s`.
    package static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0, seconds < 1e12 else { return "–" }
        if seconds < 10 { return "\(tenths(seconds)) s" }
        let whole = Int(seconds)
        let units = [(whole / 86400, "d"), (whole / 3600 % 24, "h"), (whole / 60 % 60, "min"), (whole % 60, "s")]
        guard let first = units.firstIndex(where: { $0.0 > 0 }) else { return "0 s" }
        let parts = units[first...].prefix(2).filter { $0.0 > 0 }
        return parts.map { "\($0.0) \($0.1)" }.joined(separator: " ")
    }

    package static func duration(_ duration: Duration) -> String { Self.duration(duration / .seconds(1)) }

    /// One digit after the point.
    private static func tenths(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? String(tenths / 10) : "\(tenths / 10).\(tenths % 10)"
    }

    /// `1,234 MB`
    package static func memory(_ size: MemorySize) -> String { "\(grouped(UInt64(size.mebibytes))) MB" }

    /// Bytes, in the unit that fits.
    static func bytes(_ count: UInt64) -> String {
        switch count {
        case ..<10_000: "\(grouped(count)) B"
        case ..<10_000_000: "\(grouped(count / 1000)) kB"
        default: "\(grouped(count / 1_000_000)) MB"
        }
    }

    /// Bytes per second, in the unit that fits.
    package static func rate(_ bytes: UInt64) -> String {
        switch bytes {
        case ..<10_000: "\(grouped(bytes)) B/s"
        case ..<10_000_000: "\(grouped(bytes / 1000)) kB/s"
        default: "\(grouped(bytes / 1_000_000)) MB/s"
        }
    }

    /// With commas between groups of three digits.
    package static func grouped(_ number: UInt64) -> String {
        var digits = Array(String(number))
        var place = digits.count - 3
        while place > 0 {
            digits.insert(",", at: place)
            place -= 3
        }
        return String(digits)
    }

    /// `2026-11-23 06:21:41 UTC`
    package static func time(_ seconds: Double) -> String {
        guard seconds.isFinite, abs(seconds) < 1e11 else { return "–" }
        return "\(CalendarTime(seconds: Int(seconds))) UTC"
    }

    package static func percent(_ part: UInt64, of whole: UInt64) -> Int {
        whole == 0 ? 0 : Int(min(100, (Double(part) / Double(whole) * 100).rounded()))
    }
}
