import Glibc
import HostInterface
import Testing

@testable import LinuxHost

@Suite("The log of a Linux host", .timeLimit(.minutes(1))) struct RotatingLogTests {
    let directory = TemporaryDirectory()

    func line(_ text: String, level: String = "INFO") -> LogLine {
        LogLine(time: WallTime(seconds: 1_795_332_748), level: level, module: "Main", line: 12, text: text)
    }

    func log(size: Int = 1 << 20, oldFiles: Int = 5) -> RotatingLog {
        RotatingLog(
            path: "/var/log/xen/xend.log", root: directory.root,
            limits: RotatingLog.Limits(size: size, oldFiles: oldFiles))
    }

    func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    func file(_ suffix: String) async -> String? {
        let path = "/var/log/xen/xend.log" + suffix
        return try? await text(LinuxFiles(root: directory.root).read(path, limit: 1 << 20))
    }

    @Test("lines stand in the file in the order and form of the original") func order() async throws {
        let log = log()
        for number in 0..<100 { log.append(line("line \(number)")) }
        let lines = await text(log.newest(limit: 1 << 20)).split(separator: "\n")
        #expect(lines.count == 100)
        for (number, line) in lines.enumerated() {
            #expect(line.wholeMatch(of: /\[2026-11-2[12] [\d:]{8} xend\] INFO \(Main:12\) line \d+/) != nil)
            #expect(line.hasSuffix(" line \(number)"))
        }
        #expect(await file("") == lines.joined(separator: "\n") + "\n")
    }

    @Test("a full file is put aside, and old ones beyond the number go") func rotation() async throws {
        let log = log(size: 200, oldFiles: 2)
        let length = line("0").formatted().utf8.count + 1
        let perFile = 200 / length
        for number in 0..<(perFile * 4 + 1) {
            log.append(line("\(number % 10)"))
        }
        await log.flush()
        #expect(await file("")?.split(separator: "\n").count == 1)
        #expect(await file(".1")?.split(separator: "\n").count == perFile)
        #expect(await file(".2")?.split(separator: "\n").count == perFile)
        #expect(await file(".3") == nil)
        #expect(await log.newest(limit: 1 << 20).count == (2 * perFile + 1) * length)
        let part = await text(log.newest(limit: 2 * length + 5))
        #expect(part.split(separator: "\n").count == 2 && part.hasPrefix("[2026"))
    }

    @Test("a new log goes on in the file that is there; one that was moved away is made again") func reopening() async {
        let first = log()
        first.append(line("one"))
        await first.flush()
        let second = log()
        second.append(line("two"))
        await second.flush()
        #expect(await file("")?.split(separator: "\n").count == 2)
        rename(directory.path + "/var/log/xen/xend.log", directory.path + "/var/log/xen/moved")
        second.append(line("three"))
        await second.flush()
        #expect(await file("")?.hasSuffix("three\n") == true)
    }

    @Test("what cannot be written is counted, and the count written as soon as it can") func losses() async {
        directory.put("/var/log/xen", "in the way")
        let log = log()
        for _ in 0..<7 { log.append(line("lost")) }
        await log.flush()
        unlink(directory.path + "/var/log/xen")
        log.append(line("kept"))
        let lines = await text(log.newest(limit: 4096)).split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.hasSuffix("kept") == true)
        #expect(lines.last?.contains(" WARNING ") == true)
        #expect(lines.last?.contains("7 lines of this log were lost") == true)
    }

    @Test("a queue that is full counts instead of growing") func fullQueue() {
        let queue = LogQueue()
        #expect(queue.append(line("first")))
        for _ in 0..<(LogQueue.limit + 9) { #expect(!queue.append(line("more"))) }
        let taken = queue.take()
        #expect(taken?.lines.count == LogQueue.limit)
        #expect(taken?.lost == 10)
        #expect(queue.take() == nil)
        #expect(queue.append(line("again")))
    }

    @Test("nothing in a text can end its line")
    func escapes() {
        let table = [
            ("a\nb", "a\\nb"), ("a\r\n\u{1b}[2J", "a\\x0d\\n\\x1b[2J"), ("tab\there", "tab\\there"), ("ä→", "ä→"),
            ("\u{2028}\u{85}\u{7f}", "\\u{2028}\\x85\\x7f"),
            (String(repeating: "x", count: 9000), String(repeating: "x", count: 8192) + "…"),
        ]
        for (text, expected) in table {
            #expect(line(text).formatted().hasSuffix("(Main:12) " + expected))
        }
    }

    @Test("a path that cannot be a log is told before anything is logged") func unusable() throws {
        try log().check()
        directory.put("/etc/hosts", "127.0.0.1 localhost")
        for (path, reason) in [("/etc", "it is a directory"), ("/etc/hosts/xend.log", "exists")] {
            let error = #expect(throws: FileError.self) { try RotatingLog(path: path, root: directory.root).check() }
            let text = try #require(error).description
            #expect(text.hasPrefix("cannot write the log \(path): ") && text.contains(reason), "\(text)")
        }
    }

    @Test("calendar times are those of the Gregorian calendar")
    func calendar() {
        let table: [(Int64, Duration, String)] = [
            (0, .zero, "1970-01-01 00:00:00"), (-1, .zero, "1969-12-31 23:59:59"),
            (951_782_400, .zero, "2000-02-29 00:00:00"), (1_795_332_748, .zero, "2026-11-22 07:32:28"),
            (1_795_332_748, .seconds(3600), "2026-11-22 08:32:28"),
            (1_795_332_748, .seconds(-8 * 3600), "2026-11-21 23:32:28"), (4_107_542_399, .zero, "2100-02-28 23:59:59"),
            (4_107_542_400, .zero, "2100-03-01 00:00:00"), (1_735_689_599, .zero, "2024-12-31 23:59:59"),
        ]
        for (seconds, offset, expected) in table {
            let time = WallTime(nanoseconds: seconds * 1_000_000_000)
            #expect(CalendarTime(time, ahead: offset).description == expected)
        }
        // Day after day as far as nanoseconds reach, against the C library.
        for day in stride(from: Int64(-100_000), to: 106_000, by: 1) {
            var seconds = time_t(day * 86_400)
            var expected = tm()
            gmtime_r(&seconds, &expected)
            let time = CalendarTime(WallTime(nanoseconds: day * 86_400_000_000_000))
            let matches =
                time.day == Int(expected.tm_mday) && time.month == Int(expected.tm_mon) + 1
                && time.year == Int(expected.tm_year) + 1900
            if !matches { Issue.record("\(time) is day \(day)") }
        }
    }
}
