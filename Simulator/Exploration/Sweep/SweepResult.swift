import ScenarioLanguage
import ScenarioRunner

/// What a sweep of one scenario came to.
public struct SweepResult: Sendable {
    /// That was swept.
    public var scenario: Scenario
    /// Operations by kinds of faults.
    public var matrix: SweepMatrix
    /// Why it could not be swept: it does not pass without faults.
    public var obstacle: StepFailure?
    /// That it took.
    public var realTime: Duration
    /// Files that show what is wrong, by the case's own step.
    public var files: [String: String] = [:]

    public init(
        _ scenario: Scenario, matrix: SweepMatrix = SweepMatrix(), obstacle: StepFailure? = nil,
        realTime: Duration = .zero
    ) {
        self.scenario = scenario
        self.matrix = matrix
        self.obstacle = obstacle
        self.realTime = realTime
    }

    /// Every case was tried, and ended as it may.
    public var hasPassed: Bool { obstacle == nil && matrix.failures.isEmpty }

    /// For JUnit: a case for each cell of the matrix.
    public var cells: [ScenarioResult] {
        if let obstacle {
            return [ScenarioResult(name: "passes without faults", place: scenario.place, outcome: .failed(obstacle))]
        }
        return matrix.rows.flatMap { row in
            matrix.kinds.compactMap { kind in matrix.cell(row, kind).map { result(row, kind, $0) } }
        }
    }

    private func result(_ row: SweepMatrix.Row, _ kind: String, _ cell: SweepMatrix.Cell) -> ScenarioResult {
        let name = "\(scenario.name): \(row.operation), \(row.point), \(kind): \(cell.cases) cases"
        let failures = matrix.failures(row, kind)
        guard let first = failures.first else {
            return ScenarioResult(name: name, place: scenario.place, outcome: .passed)
        }
        let reasons =
            first.violations.prefix(3).map(\.description) + failures.dropFirst().map { "also \($0.sweptCase)" }
            + ["\(cell.failures) of \(cell.cases) leave something wrong"]
        let failure = StepFailure(place: scenario.place, form: first.sweptCase.description, reasons: reasons)
        return ScenarioResult(name: name, place: scenario.place, outcome: .failed(failure))
    }
}
