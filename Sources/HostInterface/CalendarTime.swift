/// A time of the Gregorian calendar to the second: `2026-11-22 07:32:28`.
public struct CalendarTime: Hashable, Sendable, CustomStringConvertible {
    /// In UTC; months and days from 1.
    public var year, month, day, hour, minute, second: Int
    /// From 0, a Sunday.
    public var weekday: Int

    /// - Parameter offset: how far the wanted time is ahead of UTC.
    public init(_ time: WallTime, ahead offset: Duration = .zero) {
        self.init(seconds: Int(CalendarTime.floor(time.nanoseconds + offset.nanoseconds, 1_000_000_000)))
    }

    /// - Parameter seconds: since 1970-01-01 00:00 UTC.
    public init(seconds: Int) {
        let days = CalendarTime.floor(seconds, 86_400)
        // The first day of 1970 was a Thursday.
        weekday = days + 4 - CalendarTime.floor(days + 4, 7) * 7
        let ofDay = seconds - days * 86_400
        (hour, minute, second) = (ofDay / 3600, ofDay / 60 % 60, ofDay % 60)
        // Years counted from March, so that the leap day is the last of its year; eras of 400 years have 146 097 days.
        let shifted = days + 719_468
        let era = CalendarTime.floor(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Days from 1970-01-01 to a date, whose month and day count from 1.
    public static func days(year: Int, month: Int, day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let era = floor(year, 400)
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    public var description: String {
        String(unsafeUninitializedCapacity: Self.length) { text in
            var output = OutputSpan(buffer: text, initializedCount: 0)
            write(to: &output)
            return output.finalize(for: text)
        }
    }

    /// Appends the same: each line of a log begins with it.
    public func write(into bytes: inout [UInt8]) { bytes.append(addingCapacity: Self.length) { write(to: &$0) } }

    /// Of the text.
    private static let length = 19

    /// Years have four digits, until 9999 at least.
    private func write(to output: inout OutputSpan<UInt8>) {
        Self.write(year / 100, to: &output)
        Self.write(year, to: &output)
        output.append(UInt8(ascii: "-"))
        Self.write(month, to: &output)
        output.append(UInt8(ascii: "-"))
        Self.write(day, to: &output)
        output.append(UInt8(ascii: " "))
        Self.write(hour, to: &output)
        output.append(UInt8(ascii: ":"))
        Self.write(minute, to: &output)
        output.append(UInt8(ascii: ":"))
        Self.write(second, to: &output)
    }

    /// The last two digits.
    private static func write(_ number: Int, to output: inout OutputSpan<UInt8>) {
        let pair = UInt8(truncatingIfNeeded: number.magnitude % 100)
        output.append(UInt8(ascii: "0") + pair / 10)
        output.append(UInt8(ascii: "0") + pair % 10)
    }

    private static func floor<Number: BinaryInteger>(_ number: Number, _ divisor: Number) -> Number {
        number / divisor - (number % divisor < 0 ? 1 : 0)
    }
}
