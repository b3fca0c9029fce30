/// What a guest may send through one interface: so many bytes in each interval, as netback counts.
public struct TransmitRate: Hashable, Sendable {
    /// May be sent in one interval.
    public let bytes: UInt32
    /// Length of the interval, in microseconds.
    public let microseconds: UInt32

    /// Of a rate that names no interval, as xl has it.
    private static let standardInterval = 50_000.0

    init?(_ fields: ConfigurationReader) throws(ConfigurationError) {
        guard let text = fields.text("rate"), !text.isEmpty else { return nil }
        guard let rate = TransmitRate(text: text) else {
            throw ConfigurationError(
                "invalid rate", field: "rate", value: text,
                allowed: "as in 10Mb/s, 250KB/s or 1MB/s@20ms, or BYTES,MICROSECONDS; not above 4 GB in an interval")
        }
        self = rate
    }

    /// Reads `10Mb/s` (bits), `250KB/s` (bytes), with `@20ms` behind it where the interval matters; or as netback has it,
    /// `BYTES,MICROSECONDS`. The letters mean powers of 1000. nil: it is none of these.
    public init?(text: String) {
        if let match = text.wholeMatch(of: #/([0-9]{1,10}),([0-9]{1,10})/#) {
            guard let bytes = UInt32(match.1), let microseconds = UInt32(match.2), bytes > 0, microseconds > 0 else {
                return nil
            }
            (self.bytes, self.microseconds) = (bytes, microseconds)
            return
        }
        let form = #/([0-9]{1,10})([GMK]?)([Bb])/s(?:@([0-9]{1,10})([mu]?)s)?/#
        guard let match = text.wholeMatch(of: form), let number = Double(match.1) else { return nil }
        let factor: Double = ["G": 1e9, "M": 1e6, "K": 1e3][String(match.2)] ?? 1
        let perSecond = number * factor / (match.3 == "b" ? 8 : 1)
        var interval = Self.standardInterval
        if let digits = match.4, let length = Double(digits) {
            let unit: Double = match.5 == "m" ? 1e3 : match.5 == "u" ? 1 : 1e6
            interval = length * unit
        }
        let bytes = perSecond * interval / 1e6
        guard bytes >= 1, bytes <= Double(UInt32.max), interval >= 1, interval <= Double(UInt32.max) else { return nil }
        (self.bytes, self.microseconds) = (UInt32(bytes), UInt32(interval))
    }
}
