/// One line of xend's log, in the form the original wrote:
/// `[2026-11-22 07:32:28 xend] INFO (module:123) text`.
public struct LogLine: Hashable, Sendable {
    /// When it was said.
    public var time: WallTime
    /// `DEBUG`, `INFO`, `WARNING`, `ERROR` or `CRITICAL`.
    public var level: String
    /// Name of the source file, without directory and ending.
    public var module: String
    /// Line in the source file.
    public var line: UInt
    /// What was said; may have several lines.
    public var text: String

    /// A longer text is cut: one message must not push the others out of the log.
    public static let textLimit = 8 * 1024

    public init(time: WallTime, level: String, module: String, line: UInt, text: String) {
        self.time = time
        self.level = level
        self.module = module
        self.line = line
        self.text = text
    }

    /// The line as text, without a line end.
    /// - Parameter offset: how far local time is ahead of UTC: the log shows local time, as the original did.
    public func formatted(ahead offset: Duration = .zero) -> String {
        let time = CalendarTime(self.time, ahead: offset)
        return "[\(time) xend] \(level) (\(module):\(line)) \(LogLine.onOneLine(text))"
    }

    /// The text with everything that could end the line or speak to a terminal written as an escape: what domains are
    /// called must not be able to forge lines.
    public static func onOneLine(_ text: String) -> String {
        if text.utf8.count < textLimit, text.utf8.allSatisfy({ (0x20..<0x7f).contains($0) }) { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            guard result.utf8.count < textLimit else { return result + "…" }
            switch scalar {
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value):
                result += "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            case "\u{2028}", "\u{2029}": result += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

/// A time of the Gregorian calendar to the second: `2026-11-22 07:32:28`.
public struct CalendarTime: Hashable, Sendable, CustomStringConvertible {
    /// In UTC; months and days from 1.
    public var year, month, day, hour, minute, second: Int

    /// - Parameter offset: how far the wanted time is ahead of UTC.
    public init(_ time: WallTime, ahead offset: Duration = .zero) {
        let seconds = Int(CalendarTime.floor(time.nanoseconds + offset.nanoseconds, 1_000_000_000))
        let days = CalendarTime.floor(seconds, 86_400)
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
