import SExpressions

/// What stands in a journal, in the order in which it was written, whatever has become of its lines since.
struct JournalContents: Sendable {
    /// The present format: numbered lines (`NumberedLine`), the first of which names the format. The first format had neither.
    static let format = 2

    /// Why a journal is left alone.
    struct NewerFormat: Error, CustomStringConvertible {
        var path: String
        var format: Int
        var description: String {
            "\(path) has format \(format), that of a newer xend (this one reads and writes format \(JournalContents.format)); "
                + "it is left as it is. Start the newer xend, or have it write the older format first"
        }
    }

    struct Entry: Sendable {
        var number: UInt64
        var value: SExpression
    }

    /// By rising number, each once.
    private(set) var entries: [Entry] = []
    /// Numbers of entries that were written and are not there any more.
    private(set) var missing: [ClosedRange<UInt64>] = []
    /// What is wrong with the file, in words: a sentence each.
    private(set) var complaints: [String] = []
    /// Bytes to the end of the last line that is whole, of a journal of the present format; 0 of the first one, for nothing is ever
    /// appended to that. What stands behind was being written when everything ended.
    private(set) var wholeLength = 0

    static let empty = JournalContents()
    private init() {}

    /// - Parameters:
    ///   - bytes: of the whole file.
    ///   - path: for messages.
    ///   - format: of its directory: 1 or 2.
    init(_ bytes: [UInt8], path: String, format: Int) throws(NewerFormat) {
        var lines = bytes.split(separator: NumberedLine.end, omittingEmptySubsequences: false)
        var tail = lines.popLast() ?? []
        wholeLength = format == 1 ? 0 : bytes.count - tail.count
        if NumberedLine.parse(tail) != nil {
            // All that is missing is its end.
            lines.append(tail)
            tail = []
        }
        if format == 1 { readFirstFormat(lines) } else { try read(lines, path) }
        if !tail.isEmpty {
            complaints.append("its last line is not whole: it was being written, and does not count")
        }
    }

    // MARK: - Numbered lines

    private mutating func read(_ lines: [ArraySlice<UInt8>], _ path: String) throws(NewerFormat) {
        var found: [UInt64: (place: Int, value: SExpression)] = [:]
        var last: UInt64 = 0
        var (damaged, doubled, swapped) = ([Int](), [Int](), [Int]())
        for (index, line) in lines.enumerated() {
            guard let (number, value) = NumberedLine.parse(line) else {
                damaged.append(index + 1)
                continue
            }
            if let format = Self.format(in: value), format > Self.format {
                throw NewerFormat(path: path, format: format)
            }
            guard found[number] == nil else {
                doubled.append(index + 1)
                continue
            }
            if number < last { swapped.append(index + 1) }
            last = max(last, number)
            found[number] = (index, value)
        }
        entries = found.map { Entry(number: $0.key, value: $0.value.value) }.sorted { $0.number < $1.number }
        complain(damaged, "damaged")
        complain(doubled, "there twice: counted once")
        complain(swapped, "not in its place: put there")
        // Behind the last that can be read: nothing else shows that they were entries.
        let lastPlace = found.values.map(\.place).max() ?? -1
        findMissing(behind: damaged.count { $0 > lastPlace + 1 })
        if let head = entries.first?.value, Self.format(in: head) != nil,
            let whole = head.childText("whole").flatMap(UInt64.init)
        {
            expect(upTo: whole)
        }
    }

    private mutating func complain(_ lines: [Int], _ what: String) {
        guard let first = lines.first else { return }
        complaints.append(
            lines.count == 1 ? "line \(first) is \(what)" : "\(lines.count) lines, \(first) the first, are \(what)")
    }

    private mutating func findMissing(behind trailing: Int) {
        for (one, next) in zip(entries, entries.dropFirst()) where next.number > one.number + 1 {
            missing.append(one.number + 1...next.number - 1)
        }
        // A journal begins with its format; what stood before the first line that can be read is not there either.
        if let first = entries.first, Self.format(in: first.value) == nil, first.number > 0 {
            missing.insert(0...first.number - 1, at: 0)
        }
        if trailing > 0 {
            let last = entries.last?.number ?? 0
            missing.append(last + 1...last + UInt64(trailing))
        }
        let count = missing.reduce(0) { $0 + $1.count }
        if count > 0 { complaints.append("\(count == 1 ? "1 entry is" : "\(count) entries are") missing") }
    }

    /// Takes note of a number that something else shows to have been written.
    mutating func expect(upTo number: UInt64) {
        let last = max(entries.last?.number ?? 0, missing.last?.upperBound ?? 0)
        guard number > last else { return }
        missing.append(last + 1...number)
        complaints.append("it ends at entry \(last), and there was an entry \(number)")
    }

    /// Whether an entry behind this one may be missing.
    func mayMiss(after number: UInt64) -> Bool { missing.last.map { $0.upperBound > number } ?? false }

    /// `(journal FORMAT (whole N))`: entries up to this number were put in place together, with the journal itself. Where one of
    /// them is not there, that is no line that was being written when everything ended.
    static func head(whole last: UInt64) -> SExpression {
        .element("journal", [.atom(String(format)), .element("whole", last)])
    }

    private static func format(in entry: SExpression) -> Int? {
        guard entry.isElement("journal") else { return nil }
        return entry.children().first?.atom.flatMap(Int.init)
    }

    // MARK: - The first format

    /// Each line is an entry; what a damaged one was nobody knows.
    private mutating func readFirstFormat(_ lines: [ArraySlice<UInt8>]) {
        var damaged: [Int] = []
        for (index, line) in lines.enumerated() where !line.isEmpty {
            let number = UInt64(index + 1)
            if let found = try? SExpression.parseAll(line), found.count == 1 {
                entries.append(Entry(number: number, value: found[0]))
            } else {
                damaged.append(index + 1)
                missing.append(number...number)
            }
        }
        complain(damaged, "damaged")
    }
}
