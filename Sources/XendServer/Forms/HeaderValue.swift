/// A header value with parameters: `form-data; name="config"; filename="f1.sxp"`.
struct HeaderValue: Sendable {
    /// What stands before the first `;`, in lower case.
    let text: [UInt8]
    private let parameters: [(name: [UInt8], value: [UInt8])]

    init(_ value: some Collection<UInt8>) {
        var reader = Reader(bytes: Array(value))
        text = reader.until([UInt8(ascii: ";")]).map(lowercased)
        var parameters: [(name: [UInt8], value: [UInt8])] = []
        while reader.take(UInt8(ascii: ";")) {
            let name = reader.until([UInt8(ascii: "="), UInt8(ascii: ";")]).map(lowercased)
            guard reader.take(UInt8(ascii: "=")) else { continue }
            parameters.append((name, reader.value()))
        }
        self.parameters = parameters
    }

    /// From a whole header line; nil if it is another header.
    /// - Parameter name: in lower case.
    init?(line: ArraySlice<UInt8>, name: String) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")),
            line[..<colon].map(lowercased).elementsEqual(name.utf8)
        else { return nil }
        self.init(line[(colon + 1)...])
    }

    /// The first parameter of that name, without quotes.
    func parameter(_ name: String) -> [UInt8]? {
        parameters.first { $0.name.elementsEqual(name.utf8) }?.value
    }
}

/// The lower-case form of an ASCII letter.
private func lowercased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
}

private struct Reader {
    let bytes: [UInt8]
    var place = 0

    mutating func take(_ byte: UInt8) -> Bool {
        guard place < bytes.count, bytes[place] == byte else { return false }
        place += 1
        return true
    }

    /// The bytes before one of `ends`, without blanks around them.
    mutating func until(_ ends: [UInt8]) -> [UInt8] {
        let end = bytes[place...].firstIndex { ends.contains($0) } ?? bytes.count
        defer { place = end }
        return trimmed(bytes[place..<end])
    }

    /// A token, or a quoted string. Within quotes a backslash is special only before a quote or another backslash:
    /// browsers of the time sent paths of DOS.
    mutating func value() -> [UInt8] {
        while take(UInt8(ascii: " ")) || take(UInt8(ascii: "\t")) {}
        guard take(UInt8(ascii: "\"")) else { return until([UInt8(ascii: ";")]) }
        var result: [UInt8] = []
        while place < bytes.count {
            var byte = bytes[place]
            place += 1
            if byte == UInt8(ascii: "\"") { break }
            if byte == UInt8(ascii: "\\"), place < bytes.count,
                bytes[place] == UInt8(ascii: "\"") || bytes[place] == UInt8(ascii: "\\")
            {
                byte = bytes[place]
                place += 1
            }
            result.append(byte)
        }
        _ = until([UInt8(ascii: ";")])
        return result
    }

    private func trimmed(_ slice: ArraySlice<UInt8>) -> [UInt8] {
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A }
        guard let first = slice.firstIndex(where: { !isBlank($0) }), let last = slice.lastIndex(where: { !isBlank($0) })
        else { return [] }
        return Array(slice[first...last])
    }
}
