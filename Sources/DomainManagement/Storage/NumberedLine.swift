import Digests
import SExpressions

/// A line of the journal, and the only line of a domain's file:
///
///     CHECKSUM NUMBER ENTRY
///
/// NUMBER counts the entries since the database was made, so that lost, doubled and swapped lines show. CHECKSUM is the XXH64, in
/// 16 hex digits, of everything behind it, so that a damaged line shows.
enum NumberedLine {
    private static let checksumDigits = 16
    private static let space = UInt8(ascii: " ")
    static let end = UInt8(ascii: "\n")

    /// What a line has beside its entry, at most: the checksum, the number, two spaces and the end. Bytes.
    static let longestFrame = checksumDigits + 23

    static func write(_ entry: SExpression, number: UInt64, into bytes: inout [UInt8]) {
        var text: [UInt8] = []
        entry.write(into: &text)
        write(text[...], number: number, into: &bytes)
    }

    /// - Parameter text: of the entry.
    static func write(_ text: ArraySlice<UInt8>, number: UInt64, into bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: checksumDigits))
        bytes.append(space)
        let covered = bytes.count
        bytes.append(contentsOf: String(number).utf8)
        bytes.append(space)
        bytes.append(contentsOf: text)
        var rest = XXHash64.hash(bytes[covered...])
        for place in (start..<start + checksumDigits).reversed() {
            bytes[place] = hexDigits[Int(rest & 15)]
            rest >>= 4
        }
        bytes.append(end)
    }

    /// - Parameter line: without the newline.
    /// - Returns: nil when the line is damaged.
    static func parse(_ line: ArraySlice<UInt8>) -> (number: UInt64, entry: SExpression)? {
        let covered = line.dropFirst(checksumDigits + 1)
        guard line.count > checksumDigits, line[line.startIndex + checksumDigits] == space,
            let checksum = value(ofDigits: line.prefix(checksumDigits)), checksum == XXHash64.hash(covered)
        else { return nil }
        let digits = covered.prefix { $0 != space }
        guard let number = UInt64(String(decoding: digits, as: UTF8.self)),
            let entries = try? SExpression.parseAll(covered.dropFirst(digits.count)), entries.count == 1
        else { return nil }
        return (number, entries[0])
    }

    private static func value(ofDigits digits: ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for digit in digits {
            guard let place = hexDigits.firstIndex(of: digit) else { return nil }
            value = value << 4 | UInt64(place)
        }
        return value
    }

    private static let hexDigits = Array("0123456789abcdef".utf8)
}
