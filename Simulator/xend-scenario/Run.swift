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
        var report = TerminalReport(
            total: files.reduce(0) { $0 + $1.scenarios.count }, isTerminal: Terminal.isInteractive,
            write: Terminal.write)
        for refusal in summary.refusals { report.refuse(refusal) }
        files: for file in files {
            var recorded: [(name: String, transcript: String)] = []
            let isCompared = !record && TranscriptFile.exists(beside: file.path)
            let expected = isCompared ? TranscriptFile.read(beside: file.path) : [:]
            for scenario in file.scenarios {
                report.begin(scenario.name)
                var result = execute(scenario)
                if result.failure == nil, isCompared {
                    // A file without this scenario is damaged, or older than the scenario.
                    result.compare(
                        withRecorded: expected[scenario.name] ?? "", file: TranscriptFile.path(beside: file.path),
                        isStrict: strict)
                }
                if realMachine != nil { tellFidelity(result, expected[scenario.name]) }
                recorded.append((result.name, result.transcript))
                summary.results.append(result)
                report.end(result)
                if transcript { Terminal.write(result.transcript + "\n") }
                // What others do there now would be judged by what this one has left.
                if !result.leftovers.isEmpty { break files }
            }
            if record, recorded.contains(where: { !$0.transcript.isEmpty }) {
                try Terminal.save(TranscriptFile.path(beside: file.path), TranscriptFile.text(recorded))
            }
        }
        report.finish(summary, realTime: clock.now - start)
        if let junit { try Terminal.save(junit, JUnitReport.xml(summary)) }
        if let html { try Terminal.save(html, HTMLReport.page(summary, title: "xend scenarios")) }
        guard summary.exitStatus == 0 else { throw ExitCode(summary.exitStatus) }
    }

    /// One line for the table of what is the same on both machines.
    private func tellFidelity(_ result: ScenarioResult, _ simulated: String?) {
        let verdict: String
        switch result.outcome {
        case .skipped(let reason): verdict = "left out: \(reason)"
        case .failed(let failure):
            verdict =
                "differs: \(failure.form): \(failure.reasons.joined(separator: "; ").split(separator: "\n").joined(separator: " "))"
        case .passed:
            let difference = simulated.map { Fidelity.difference($0, result.transcript) }
            verdict =
                difference.map { $0.map { "differs: \($0)" } ?? "same" } ?? "passes; no transcript to compare with"
        }
        Terminal.write("fidelity: \(result.name): \(verdict)\n")
    }

    private func read(_ summary: inout RunSummary) throws -> [(path: String, scenarios: [Scenario])] {
        var files: [(path: String, scenarios: [Scenario])] = []
        for path in try self.files.find() {
            do {
                let (scenarios, errors) = ScenarioReader.read(try ScenarioFiles.read(path), file: path)
                if errors.isEmpty { files.append((path, scenarios)) }
                summary.refusals += errors
            } catch {
                summary.refusals.append(ScenarioError(ScenarioPlace(file: path), "\(error)"))
            }
        }
        return files
    }

    private func execute(_ scenario: Scenario) -> ScenarioResult {
        if let address = url.flatMap(RemoteAddress.init) {
            var result =
                realMachine.map {
                    ScenarioSuite.run(
                        scenario, at: address, guestImage: $0, lent: lent.compactMap { RemoteAddress($0) })
                }
                ?? ScenarioSuite.run(scenario, at: address)
            // Real time has an order of its own between domains.
            result.hasOwnOrder = true
            return result
        }
        var options = ScenarioSuite.Options()
        options.seed = seed
        options.keepsChronicle = html != nil
        guard let seeds else {
            let result = ScenarioSuite.run(scenario, options: options)
            return twice ? again(scenario, options, result) : result
        }
        options.shuffles = true
        var last: ScenarioResult?
        for number in 0..<seeds {
            options.seed = (seed ?? 0) + UInt64(number)
            var result = ScenarioSuite.run(scenario, options: options)
            if twice { result = again(scenario, options, result) }
            if var failure = result.failure {
                failure.reasons.append(
                    "seed \(options.seed ?? 0): run it again with --seeds 1 --seed \(options.seed ?? 0)")
                result.outcome = .failed(failure)
                return result
            }
            last = result
        }
        // Other orders than the recorded one have other transcripts.
        last?.hasOwnOrder = true
        return last ?? ScenarioSuite.run(scenario, options: options)
    }

    /// The same again must give the same.
    private func again(
        _ scenario: Scenario, _ options: ScenarioSuite.Options, _ first: ScenarioResult
    ) -> ScenarioResult {
        var first = first
        let second = ScenarioSuite.run(scenario, options: options)
        first.compare(with: second.transcript, from: "the second run")
        return first
    }
}
