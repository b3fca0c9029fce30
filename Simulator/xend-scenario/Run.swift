import ArgumentParser
import Exploration
import ScenarioLanguage
import ScenarioRunner

/// `xend-scenario run`: runs scenarios and compares their transcripts with those recorded beside them.
struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run scenarios.",
        discussion: """
            Each scenario has a simulated machine of its own in this process, in virtual time, unless --url names a daemon. \
            What was asked and answered is compared with NAME.expected beside NAME.sxp, if there is one.
            """)

    @OptionGroup var files: FileArguments

    @Flag(help: "Print what each scenario asked and was answered.")
    var transcript = false

    @Flag(help: "Write the transcripts beside the files, instead of comparing them.")
    var record = false

    @Flag(help: "Fail, too, when answers have fields that the recorded ones have not, and name them.")
    var strict = false

    @Option(help: ArgumentHelp("Write JUnit XML.", valueName: "file"))
    var junit: String?

    @Option(help: ArgumentHelp("Write one page with time lines and transcripts.", valueName: "file"))
    var html: String?

    @Flag(help: "Run each scenario twice and stop at the first difference.")
    var twice = false

    @Option(help: "Run each scenario with this seed.")
    var seed: UInt64?

    @Option(help: ArgumentHelp("Run each scenario with this many seeds, which choose what goes first.", valueName: "n"))
    var seeds: Int?

    @Option(help: ArgumentHelp("Run against the daemon there instead of a simulated machine.", valueName: "url"))
    var url: String?

    @Option(
        help: ArgumentHelp(
            """
            The daemon at --url is that of the real machine this program is on, a lab's: set it up for each scenario, with \
            this tiny guest at its kernel paths.
            """, valueName: "image"))
    var realMachine: String?

    @Option(
        help: ArgumentHelp(
            "Beside --real-machine: where xend-scenario lend has another machine, for stories of two hosts.",
            valueName: "address:port"))
    var lent: [String] = []

    func validate() throws {
        if realMachine == nil, !lent.isEmpty { throw ValidationError("--lent goes with --real-machine") }
        for place in lent where RemoteAddress(place) == nil {
            throw ValidationError("--lent must be ADDRESS:PORT, not \(place)")
        }
        if realMachine != nil, url == nil { throw ValidationError("--real-machine needs --url") }
        if let url, RemoteAddress(url) == nil { throw ValidationError("--url must be http://HOST:PORT, not \(url)") }
        guard (seeds ?? 1) >= 1 else { throw ValidationError("--seeds must be at least 1") }
        if url != nil, seeds != nil || seed != nil { throw ValidationError("--url has no seeds") }
    }

    func run() throws {
        var summary = RunSummary()
        let files = try read(&summary)
        let clock = ContinuousClock()
        let start = clock.now
        var telling = Telling(self, files, summary)
        if let address = url.flatMap(RemoteAddress.init) {
            for scenario in telling.scenarios {
                telling.take(tell(scenario, at: address))
                // What others do there now would be judged by what this one has left.
                if telling.hasLeftovers { break }
            }
        } else {
            let stories = SimulatedStories(seed: seed, seeds: seeds, twice: twice, keepsChronicle: html != nil)
            Parallel.inOrder(telling.scenarios, { stories.tell($0) }, each: { telling.take($0) })
        }
        summary = telling.summary
        if record { try telling.record() }
        telling.report.finish(summary, realTime: clock.now - start)
        if let junit { try Terminal.save(junit, JUnitReport.xml(summary)) }
        if let html { try Terminal.save(html, HTMLReport.page(summary, title: "xend scenarios")) }
        guard summary.exitStatus == 0 else { throw ExitCode(summary.exitStatus) }
    }

    private func read(_ summary: inout RunSummary) throws -> [StoryFile] {
        var files: [StoryFile] = []
        for path in try self.files.find() {
            do {
                let (scenarios, errors) = ScenarioReader.read(try ScenarioFiles.read(path), file: path)
                if errors.isEmpty { files.append(StoryFile(path: path, scenarios: scenarios)) }
                summary.refusals += errors
            } catch {
                summary.refusals.append(ScenarioError(ScenarioPlace(file: path), "\(error)"))
            }
        }
        return files
    }

    private func tell(_ scenario: Scenario, at address: RemoteAddress) -> ScenarioResult {
        let lent = lent.compactMap { RemoteAddress($0) }
        var result =
            realMachine.map { ScenarioSuite.run(scenario, at: address, guestImage: $0, lent: lent) }
            ?? ScenarioSuite.run(scenario, at: address)
        // Real time has an order of its own between domains.
        result.hasOwnOrder = true
        return result
    }
}
