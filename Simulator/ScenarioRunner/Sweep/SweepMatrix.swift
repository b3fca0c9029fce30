/// The result of a sweep as people read it: step × kind of fault, with counts.
public struct SweepMatrix {
    private struct Cell {
        var cases = 0
        var failures = 0
    }
    private var cells: [String: [String: Cell]] = [:]
    private var steps: [String] = []
    private var kinds: [String] = []
    public private(set) var cases = 0
    public private(set) var failures: [Sweep.Outcome] = []

    public init() {}

    public mutating func add(_ outcome: Sweep.Outcome) {
        let (step, kind) = (
            "\(outcome.sweptCase.step) \(outcome.sweptCase.point.kind.rawValue)", outcome.sweptCase.kind
        )
        if !steps.contains(step) { steps.append(step) }
        if !kinds.contains(kind) { kinds.append(kind) }
        cells[step, default: [:]][kind, default: Cell()].cases += 1
        cases += 1
        guard !outcome.violations.isEmpty else { return }
        cells[step, default: [:]][kind, default: Cell()].failures += 1
        failures.append(outcome)
    }

    /// A table for the terminal: the number of cases, and behind a `!` how many of them went wrong.
    public var table: String {
        let width = (steps.map(\.count).max() ?? 0) + 2
        var lines = [Self.padded("", width) + kinds.map { Self.padded($0, 14) }.joined()]
        for step in steps {
            let row = kinds.map { kind -> String in
                guard let cell = cells[step]?[kind] else { return Self.padded("", 14) }
                return Self.padded(cell.failures > 0 ? "\(cell.cases) !\(cell.failures)" : "\(cell.cases)", 14)
            }
            lines.append(Self.padded(step, width) + row.joined())
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}
