import ScenarioLanguage
import ScenarioRunner

/// A file of scenarios.
struct StoryFile {
    let path: String
    let scenarios: [Scenario]
}

/// What is made of the results of scenarios as they come, in the order of the files: each is compared with what was recorded and shown.
struct Telling {
    private(set) var summary: RunSummary
    private(set) var report: TerminalReport
    /// All of them.
    let scenarios: [Scenario]
    /// For each, its file.
    private let paths: [String]
    private let settings: Run
    /// What was recorded, of the file whose scenarios are told now.
    private var recorded: (path: String, transcripts: [String: String])?

    init(_ settings: Run, _ files: [StoryFile], _ summary: RunSummary) {
        self.settings = settings
        self.summary = summary
        scenarios = files.flatMap(\.scenarios)
        paths = files.flatMap { file in file.scenarios.map { _ in file.path } }
        report = TerminalReport(
            total: scenarios.count, isTerminal: Terminal.isInteractive, write: Terminal.write)
        for refusal in summary.refusals { report.refuse(refusal) }
        beginNext()
    }

    /// Whether the last one has left something.
    var hasLeftovers: Bool { summary.results.last?.leftovers.isEmpty == false }

    /// The result of the next one.
    mutating func take(_ result: ScenarioResult) {
        var result = result
        let path = paths[summary.results.count]
        let expected = settings.record ? nil : transcripts(beside: path)
        if result.failure == nil, let expected {
            // A file without this scenario is damaged, or older than the scenario.
            result.compare(
                withRecorded: expected[result.name] ?? "", file: TranscriptFile.path(beside: path),
                isStrict: settings.strict)
        }
        if settings.realMachine != nil { tellFidelity(result, expected?[result.name]) }
        summary.results.append(result)
        report.end(result)
        if settings.transcript { Terminal.write(result.transcript + "\n") }
        beginNext()
    }

    private func beginNext() {
        guard summary.results.count < scenarios.count else { return }
        report.begin(scenarios[summary.results.count].name)
    }

    /// - Returns: nil where none were recorded.
    private mutating func transcripts(beside path: String) -> [String: String]? {
        guard TranscriptFile.exists(beside: path) else { return nil }
        if let recorded, recorded.path == path { return recorded.transcripts }
        let transcripts = TranscriptFile.read(beside: path)
        recorded = (path, transcripts)
        return transcripts
    }

    /// Writes the transcripts beside the files.
    /// - Throws: when one cannot be written.
    func record() throws {
        for (path, told) in Dictionary(grouping: zip(paths, summary.results), by: \.0)
        where told.contains(where: { !$1.transcript.isEmpty }) {
            let transcripts = told.map { (name: $1.name, transcript: $1.transcript) }
            try Terminal.save(TranscriptFile.path(beside: path), TranscriptFile.text(transcripts))
        }
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
}
