import ArgumentParser
import ScenarioRunner

/// `xend-scenario explore`: random but repeatable users and faults.
struct Explore: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let random but repeatable users and faults loose on the daemon, and look whether what must hold holds.",
        discussion: """
            What goes wrong is printed with its seed and written as a scenario file, shortened as far as it still shows it.
            """)

    @Option(help: "How many stories.")
    var seeds = 100

    @Option(help: "The first seed.")
    var first: UInt64 = 1

    @Option(help: "Hosts of a story.")
    var hosts = 1

    @Option(help: "Steps of a story.")
    var length = 30

    @Option(help: ArgumentHelp("Stop after so long.", valueName: "minutes"))
    var minutes: Double?

    @Option(help: ArgumentHelp("Only this seed.", valueName: "seed"))
    var replay: UInt64?

    @Option(help: ArgumentHelp("Where files that show what is wrong are written.", valueName: "dir"))
    var out = "."

    func run() throws {
        let exploration = Exploration(hosts: hosts, length: length)
        let start = ContinuousClock.now
        let numbers = replay.map { [$0] } ?? (0..<UInt64(max(0, seeds))).map { first &+ $0 }
        var failures = 0
        var done = 0
        for seed in numbers {
            if let minutes, ContinuousClock.now - start > .seconds(minutes * 60) { break }
            do {
                if let finding = try exploration.explore(seed) {
                    failures += 1
                    let path = "\(out)/explored-\(seed).sxp"
                    try ScenarioFiles.write(path, Array(finding.file.utf8))
                    Terminal.write("seed \(seed): \(path)\n" + finding.violations.prefix(3).map { "    \($0)\n" }.joined())
                }
            } catch {
                Terminal.complain("\(error)")
                throw ExitCode.couldNotRun
            }
            done += 1
        }
        let time = ContinuousClock.now - start
        Terminal.write("\(done) stories in \(time), \(failures) with something wrong\n")
        if failures > 0 { throw ExitCode(1) }
    }
}
