/// Printing for people, on many lines.
extension SExpression {
    /// The value laid out in lines of at most `width` columns where possible, with a line break at the end.
    ///
    /// A list that fits in the rest of its line is on one line. In any other the first member follows the `(`, each
    /// further member has a line of its own, 4 columns to the right of the `(`, and the `)` stands alone below the
    /// `(`. Whether a list fits does not depend on what closes after it. These are the rules of xend 2.0's printer.
    ///
    /// - Parameter broken: the names of lists that have many lines though they might fit.
    public func pretty(width: Int = 80, breaking broken: Set<String> = []) -> String {
        var bytes: [UInt8] = []
        Measured(self, breaking: broken).write(into: &bytes, column: 0, width: width)
        bytes.append(Ascii.lineFeed)
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// A value with the width it has on one line, measured once so that layout stays linear.
private struct Measured {
    let value: SExpression
    let members: [Measured]
    let width: Int

    static let indentation = 4

    /// Wider than any line.
    private static let endless = 1_000_000

    init(_ value: SExpression, breaking broken: Set<String>) {
        self.value = value
        switch value {
        case .atom(let text):
            var bytes: [UInt8] = []
            AtomText.write(text, into: &bytes)
            members = []
            width = bytes.count
        case .list(let list):
            members = list.map { Measured($0, breaking: broken) }
            let blanks = max(0, list.count - 1)
            let isBroken = !broken.isEmpty && list.count > 1 && broken.contains(value.name ?? "")
            width = isBroken ? Self.endless : members.reduce(2 + blanks) { $0 + $1.width }
        }
    }

    func write(into bytes: inout [UInt8], column: Int, width available: Int) {
        guard let first = members.first, column + width > available else { return value.write(into: &bytes) }
        bytes.append(Ascii.open)
        first.write(into: &bytes, column: column + 1, width: available)
        for member in members.dropFirst() {
            startLine(column + Self.indentation, in: &bytes)
            member.write(into: &bytes, column: column + Self.indentation, width: available)
        }
        startLine(column, in: &bytes)
        bytes.append(Ascii.close)
    }

    private func startLine(_ column: Int, in bytes: inout [UInt8]) {
        bytes.append(Ascii.lineFeed)
        bytes.append(contentsOf: repeatElement(Ascii.space, count: column))
    }
}
