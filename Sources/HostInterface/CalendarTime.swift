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
        let date = [CalendarTime.padded(year, 4), CalendarTime.padded(month), CalendarTime.padded(day)]
        let time = [hour, minute, second].map { CalendarTime.padded($0) }
        return date.joined(separator: "-") + " " + time.joined(separator: ":")
    }

    private static func padded(_ number: Int, _ width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static func floor<Number: BinaryInteger>(_ number: Number, _ divisor: Number) -> Number {
        number / divisor - (number % divisor < 0 ? 1 : 0)
    }
}
