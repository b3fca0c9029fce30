import SExpressions

/// Lays scenario files out in one way: what fits is on one line; comments and single blank lines stay where they are.
///
/// A form that does not fit keeps its name and the words behind it on the first line; each further member has a line of its
/// own, below the first that is a list, or two columns in where that would leave too little room. Formatting a formatted file
/// changes nothing, and no formatting changes what a file means.
public enum ScenarioFormatter {
    /// Columns.
    public static let width = 110

    /// - Throws: when the text is no SXP.
    public static func format(_ bytes: [UInt8], file: String) throws(ScenarioError) -> [UInt8] {
        let before: [SExpression]
        do {
            before = try SExpression.parseAll(bytes)
        } catch {
            throw ScenarioError(error, file: file)
        }
        var parser = FormatParser(bytes)
        let text = FormatPrinter.print(parser.items(nested: false))
        // The formatter has a reader of its own, which keeps comments. Should it ever disagree with the real one, the file wins.
        guard let after = try? SExpression.parseAll(text), after == before else {
            throw ScenarioError(ScenarioPlace(file: file), "this file cannot be formatted without changing its meaning")
        }
        return text
    }
}

/// What a file consists of, for the formatter.
indirect enum FormatItem {
    /// A word or quoted string, as it is written.
    case atom([UInt8])
    case list([FormatItem])
    /// From `#` to the end of the line; whether it stands behind something on its line.
    case comment([UInt8], trailing: Bool)
    /// One or more empty lines.
    case blank
}

/// Reads SXP with its comments and blank lines. The text is known to be readable.
private struct FormatParser {
    private let bytes: [UInt8]
    private var index = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func items(nested: Bool) -> [FormatItem] {
        var items: [FormatItem] = []
        var breaks = 0
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case 10:
                breaks += 1
                index += 1
            case 9, 11, 12, 13, 32: index += 1
            case UInt8(ascii: ")"):
                index += 1
                if nested { return items }
            default:
                if breaks > 1, !items.isEmpty { items.append(.blank) }
                items.append(item(byte, startsLine: breaks > 0 || (items.isEmpty && !nested)))
                breaks = 0
            }
        }
        return items
    }

    private mutating func item(_ byte: UInt8, startsLine: Bool) -> FormatItem {
        switch byte {
        case UInt8(ascii: "#"): return .comment(take { $0 != 10 }, trailing: !startsLine)
        case UInt8(ascii: "("):
            index += 1
            return .list(items(nested: true))
        case UInt8(ascii: "'"), UInt8(ascii: "\""): return .atom(string(quote: byte))
        default: return .atom(word())
        }
    }

    private mutating func word() -> [UInt8] {
        let start = index
        index += 1
        let enders = Array("{}()<>[]!;#".utf8) + [9, 10, 11, 12, 13, 32]
        while index < bytes.count, !enders.contains(bytes[index]) { index += 1 }
        return Array(bytes[start..<index])
    }

    private mutating func string(quote: UInt8) -> [UInt8] {
        let start = index
        index += 1
        while index < bytes.count, bytes[index] != quote { index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1 }
        index = min(index + 1, bytes.count)
        return Array(bytes[start..<index])
    }

    private mutating func take(while holds: (UInt8) -> Bool) -> [UInt8] {
        let start = index
        while index < bytes.count, holds(bytes[index]) { index += 1 }
        var taken = Array(bytes[start..<index])
        while let last = taken.last, last == 13 || last == 32 || last == 9 { taken.removeLast() }
        return taken
    }
}

private struct FormatPrinter {
    private var output: [UInt8] = []
    private var column = 0
    /// A comment was written: whatever follows needs a new line.
    private var lineIsClosed = false

    static func print(_ items: [FormatItem]) -> [UInt8] {
        var printer = FormatPrinter()
        for (index, item) in items.enumerated() {
            if case .blank = item {
                printer.output.append(10)
                continue
            }
            if index > 0, !item.isTrailing { printer.startLine(0, unlessEmpty: true) }
            printer.write(item, at: 0)
        }
        if printer.column > 0 { printer.output.append(10) }
        return printer.output
    }

    private mutating func startLine(_ indentation: Int, unlessEmpty: Bool = false) {
        lineIsClosed = false
        if unlessEmpty, column == 0 { return }
        output.append(10)
        output += Array(repeating: 32, count: indentation)
        column = indentation
    }

    private mutating func append(_ bytes: [UInt8]) {
        output += bytes
        // Strings may contain line breaks; columns count from the last.
        if let last = bytes.lastIndex(of: 10) {
            column = bytes.count - last - 1
        } else {
            column += bytes.count
        }
    }

    private mutating func write(_ item: FormatItem, at indentation: Int) {
        switch item {
        case .blank: break
        case .atom(let bytes): append(bytes)
        case .comment(let bytes, let trailing):
            if trailing, column > 0 { append(Array("  ".utf8)) }
            append(bytes)
            lineIsClosed = true
        case .list(let members):
            if let flat = item.flat, column + flat.count <= ScenarioFormatter.width { return append(flat) }
            writeBroken(members, at: indentation)
        }
    }

    /// Words behind the name stay with it; so does the first list, when it then begins not too far to the right.
    private mutating func writeBroken(_ members: [FormatItem], at start: Int) {
        append([UInt8(ascii: "(")])
        var indentation = start + 2
        var isFirstLine = true
        for (index, member) in members.enumerated() {
            if case .blank = member {
                output.append(10)
                continue
            }
            if index > 0, !member.isTrailing || lineIsClosed {
                let staysHere =
                    isFirstLine && !lineIsClosed && (member.isAtom || mayFollow(members, column + 1 - start))
                if staysHere {
                    append([32])
                } else {
                    startLine(indentation)
                }
                if !member.isAtom || !staysHere {
                    if staysHere { indentation = column }
                    isFirstLine = false
                }
            }
            write(member, at: column)
        }
        if lineIsClosed { startLine(start) }
        append([UInt8(ascii: ")")])
    }

    private func mayFollow(_ members: [FormatItem], _ offset: Int) -> Bool {
        offset <= 14 && !(members.first?.isWord("scenario") ?? false)
    }
}

extension FormatItem {
    fileprivate var isTrailing: Bool {
        if case .comment(_, trailing: true) = self { return true }
        return false
    }

    fileprivate var isAtom: Bool {
        if case .atom = self { return true }
        return false
    }

    fileprivate func isWord(_ word: String) -> Bool {
        if case .atom(let bytes) = self { return bytes == Array(word.utf8) }
        return false
    }

    /// On one line; nil when there is a comment, a line break or a blank line in it.
    fileprivate var flat: [UInt8]? {
        switch self {
        case .comment, .blank: return nil
        case .atom(let bytes): return bytes.contains(10) ? nil : bytes
        case .list(let members):
            var bytes = [UInt8(ascii: "(")]
            for (index, member) in members.enumerated() {
                guard let part = member.flat else { return nil }
                if index > 0 { bytes.append(32) }
                bytes += part
            }
            return bytes + [UInt8(ascii: ")")]
        }
    }
}
