/// The result of a sweep as people read it: operation and kind of point × kind of fault, with counts.
public struct SweepMatrix: Sendable {
    /// How many cases there were, and how many left something wrong.
    public struct Cell: Sendable {
        /// Tried.
        public var cases = 0
        /// That ended otherwise than they may.
        public var failures = 0
    }
    /// An operation that was under way.
    public struct Row: Hashable, Sendable {
        /// As on the wire.
        public var operation: String
        /// The kind of the points, `hypercall` and the like.
        public var point: String
    }

    /// Those of one operation together, in the order in which the scenario first passed there.
    public private(set) var rows: [Row] = []
    /// Kinds of faults.
    public private(set) var kinds: [String] = []
    private var cells: [Row: [String: Cell]] = [:]
    /// Of all cells.
    public private(set) var cases = 0
    /// Of all cells, in the order in which they were tried.
    public private(set) var failures: [Sweep.Outcome] = []

    /// - Parameter cases: those that will be run; they decide which rows and columns there are, and in which order.
    public init(_ cases: [Sweep.Case] = []) {
        let order = [
            "error", "delay", "drop", "stuck", "torn", "flipped", "short", "cut", "cancel", "kill before", "kill after",
            "power before",
            "power after",
        ]
        var found: Set<Row> = []
        for sweptCase in cases where found.insert(Self.row(sweptCase)).inserted { rows.append(Self.row(sweptCase)) }
        let present = Set(cases.map(\.kind))
        kinds = order.filter(present.contains)
        // An operation is one block, wherever it came up again.
        var operations: [String] = []
        for row in rows where !operations.contains(row.operation) { operations.append(row.operation) }
        rows = operations.flatMap { operation in rows.filter { $0.operation == operation } }
    }

    private static func row(_ sweptCase: Sweep.Case) -> Row {
        Row(operation: sweptCase.operation, point: sweptCase.rule.pattern.kind.rawValue)
    }

    /// Counts a case.
    public mutating func add(_ outcome: Sweep.Outcome) {
        let row = Self.row(outcome.sweptCase)
        cases += 1
        cells[row, default: [:]][outcome.sweptCase.kind, default: Cell()].cases += 1
        guard !outcome.violations.isEmpty else { return }
        cells[row, default: [:]][outcome.sweptCase.kind, default: Cell()].failures += 1
        failures.append(outcome)
    }

    /// nil: no case fell there.
    public func cell(_ row: Row, _ kind: String) -> Cell? { cells[row]?[kind] }

    /// Those of one cell.
    public func failures(_ row: Row, _ kind: String) -> [Sweep.Outcome] {
        failures.filter { Self.row($0.sweptCase) == row && $0.sweptCase.kind == kind }
    }

    /// What a kind of fault did over all rows.
    public func total(_ kind: String) -> Cell {
        rows.compactMap { cells[$0]?[kind] }.reduce(into: Cell()) {
            $0.cases += $1.cases
            $0.failures += $1.failures
        }
    }

    // MARK: For the terminal

    /// The number of cases, and behind a `!` how many of them left something wrong.
    public var table: String {
        let names = rows.enumerated().map { index, row in
            let isFirst = index == 0 || rows[index - 1].operation != row.operation
            return (isFirst ? row.operation : "").padded(to: width(of: \.operation))
                + row.point.padded(to: width(of: \.point))
        }
        let margin = width(of: \.operation) + width(of: \.point)
        let columns = kinds.map { max($0.count, 7) + 2 }
        var lines = ["".padded(to: margin) + zip(kinds, columns).map { Self.right($0, $1) }.joined()]
        for (row, name) in zip(rows, names) {
            lines.append(name + zip(kinds, columns).map { Self.right(Self.text(cell(row, $0)), $1) }.joined())
        }
        lines.append(
            "all".padded(to: margin) + zip(kinds, columns).map { Self.right(Self.text(total($0)), $1) }.joined())
        return lines.map { "    \($0)\n" }.joined()
    }

    package static func text(_ cell: Cell?) -> String {
        guard let cell else { return "·" }
        return cell.failures > 0 ? "\(cell.failures)!/\(cell.cases)" : "\(cell.cases)"
    }

    private func width(of field: KeyPath<Row, String>) -> Int { (rows.map { $0[keyPath: field].count }.max() ?? 0) + 2 }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(1, width - text.count)) + text
    }
}
