import ArgumentParser
import Exploration
import ScenarioRunner

/// `xend-scenario explore`: random but repeatable users and faults.
struct Explore: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Let random but repeatable users and faults loose on the daemon, and look whether what must hold holds.",
        discussion: """
            What goes wrong is printed with its seed and what was seen first, and written as a scenario file, shortened as far as \
            it still shows it: `xend-scenario run FILE` fails. At the end it is told which rare paths were taken, and which never.
            """)

    @Option(help: "How many stories; without it, as many as the minutes allow, or 100.")
    var seeds: Int?

    @Option(help: "The first seed.")
    var first: UInt64 = 1

    @Option(help: "Hosts of a story.")
    var hosts = 1

    @Option(help: "Steps of a story.")
    var length = 30

    @Option(help: ArgumentHelp("Stop after so long.", valueName: "minutes"))
    var minutes: Double?

    @Option(
        help: ArgumentHelp("Only this seed; its story is written too, before anything is left out.", valueName: "seed"))
    var replay: UInt64?

    @Option(help: ArgumentHelp("Where files that show what is wrong are written.", valueName: "dir"))
    var out = "."

    @Option(help: ArgumentHelp("Stop after so many stories with something wrong.", valueName: "n"))
    var failures = 10

    @Flag(help: "Run each story twice: what happens must be the same, to the line.")
    var twice = false

    @Option(help: ArgumentHelp("Write what happened in each story, to compare it with another run.", valueName: "file"))
    var trace: String?

    func validate() throws {
        guard (1...8).contains(hosts) else { throw ValidationError("--hosts must be from 1 to 8") }
        guard (seeds ?? 1) >= 1 else { throw ValidationError("--seeds must be at least 1") }
        guard (minutes ?? 1) > 0 else { throw ValidationError("--minutes must be more than 0") }
        guard failures >= 1 else { throw ValidationError("--failures must be at least 1") }
        guard (1...1000).contains(length) else { throw ValidationError("--length must be from 1 to 1000") }
    }

    func run() throws {
        try Terminal.checkDirectory(out)
        var exploration = Exploration(hosts: hosts, length: length)
        exploration.version = SourceVersion.current
        exploration.isDoubled = twice
        if let replay {
            try Terminal.save("\(out)/story-\(replay).sxp", String(decoding: exploration.story(replay), as: UTF8.self))
        }
        let start = ContinuousClock.now
        let total = replay == nil ? seeds ?? (minutes == nil ? 100 : Int.max) : 1
        var marks = RareMarks()
        var traces: [(seed: UInt64, lines: [String])] = []
        var failed = 0
        var done = 0
        while done < total, failed < failures, minutes.map({ ContinuousClock.now - start < .seconds($0 * 60) }) ?? true
        {
            let count = min(total - done, Self.batch)
            let numbers = (0..<count).map { (replay ?? first) &+ UInt64(done + $0) }
            exploration.explore(numbers) { result in
                marks.add(result.marks)
                if trace != nil { traces.append((result.seed, result.trace)) }
                if tell(result) { failed += 1 }
            }
            done += count
            Terminal.progress("\(done) stories, \(failed) with something wrong")
        }
        Terminal.progress("")
        if let trace {
            let text = traces.sorted { $0.seed < $1.seed }.map {
                "seed \($0.seed)\n" + $0.lines.map { "\($0)\n" }.joined()
            }
            try Terminal.save(trace, text.joined())
        }
        tellEnd(done, failed, marks, ContinuousClock.now - start)
        if failed > 0 { throw ExitCode(1) }
    }

    /// Stories between two looks at the clock.
    private static let batch = 64

    /// - Returns: whether something is wrong.
    private func tell(_ result: Exploration.Result) -> Bool {
        guard let finding = result.finding else { return false }
        Terminal.progress("")
        let path = "\(out)/explored-\(result.seed).sxp"
        do {
            try ScenarioFiles.write(path, finding.file)
        } catch {
            Terminal.complain("\(error)")
        }
        Terminal.write(
            "seed \(result.seed), \(SourceVersion.current): \(path) (\(finding.steps) steps)\n"
                + finding.violations.prefix(3).map { "    \($0)\n" }.joined())
        return true
    }

    private func tellEnd(_ done: Int, _ failed: Int, _ marks: RareMarks, _ time: Duration) {
        let rate = Int(Double(done) / max(0.001, time / .seconds(3600)))
        Terminal.write("\(done) stories in \(time) (\(rate) an hour), \(failed) with something wrong\n")
        guard replay == nil else { return }
        let reached = RareMarks.names.filter { marks.count($0) > 0 }
        Terminal.write("rare paths taken: \(reached.map { "\($0) \(marks.count($0))×" }.joined(separator: ", "))\n")
        Terminal.write("never: \(marks.never.isEmpty ? "none" : marks.never.joined(separator: ", "))\n")
    }
}
