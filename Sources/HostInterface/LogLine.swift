/// One line of xend's log, in the form the original wrote:
/// `[2026-11-22 07:32:28 xend] INFO (module:123) text`.
public struct LogLine: LogEntry, Hashable, Sendable {
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

    /// Appends the line as text, without a line end.
    /// - Parameters:
    ///   - bytes: what it is appended to.
    ///   - offset: how far local time is ahead of UTC.
    public func write(into bytes: inout [UInt8], ahead offset: Duration) {
        bytes.append(UInt8(ascii: "["))
        CalendarTime(time, ahead: offset).write(into: &bytes)
        bytes.append(contentsOf: " xend] ".utf8)
        bytes.append(contentsOf: level.utf8)
        bytes.append(contentsOf: " (".utf8)
        bytes.append(contentsOf: module.utf8)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(contentsOf: String(line).utf8)
        bytes.append(contentsOf: ") ".utf8)
        bytes.append(contentsOf: LogLine.onOneLine(text).utf8)
    }

    public func gap(of lost: Int) -> any LogEntry {
        let text = "\(lost) lines of this log were lost: the disk was too slow, or full"
        return LogLine(time: time, level: "WARNING", module: "LogFile", line: #line, text: text)
    }

    /// Nearly all texts are; looked at as one piece of memory, which is a third of what looking at a text's bytes costs.
    private static func isPrintable(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            var isPrintable = true
            for byte in bytes { isPrintable = isPrintable && byte >= 0x20 && byte < 0x7f }
            return isPrintable
        }
    }

    /// The text with everything that could end the line or speak to a terminal written as an escape: what domains are
    /// called must not be able to forge lines.
    public static func onOneLine(_ text: String) -> String {
        if text.utf8.count < textLimit, isPrintable(text) { return text }
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
