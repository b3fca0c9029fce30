// Where the parts of a multipart body end: the rules of the standard, and of clients that break them.

extension MultipartParser {
    /// A boundary in `bytes`: from its first hyphen to behind its line.
    struct Boundary {
        var start: Int
        var end: Int
        var isLast: Bool
        var beginsLine: Bool
    }

    private enum Reading {
        case boundary(Boundary)
        case data
        /// More bytes are needed to tell.
        case open
    }

    /// The first boundary from `scanned` on; moves `scanned` over what is certainly none.
    mutating func nextBoundary(_ isEnd: Bool) -> Boundary? {
        while let hyphen = bytes[scanned...].firstIndex(of: UInt8(ascii: "-")) {
            switch reading(at: hyphen, isEnd) {
            case .boundary(let boundary): return boundary
            case .data: scanned = hyphen + 1
            case .open:
                scanned = hyphen
                return nil
            }
        }
        scanned = bytes.count
        return nil
    }

    private func reading(at place: Int, _ isEnd: Bool) -> Reading {
        let available = bytes[place...].prefix(delimiter.count)
        guard delimiter.starts(with: available) else { return .data }
        guard available.count == delimiter.count else { return isEnd ? .data : .open }
        let beginsLine = place == start || bytes[place - 1] == UInt8(ascii: "\n")
        var rest = place + delimiter.count
        var isLast = false
        let hyphens = bytes[rest...].prefix(2)
        if hyphens.elementsEqual([UInt8(ascii: "-"), UInt8(ascii: "-")]) {
            isLast = true
            rest += 2
        } else if hyphens.count < 2, hyphens.allSatisfy({ $0 == UInt8(ascii: "-") }), !isEnd {
            return .open
        }
        return lineEnd(from: rest, isLast: isLast, isEnd) { end in
            let boundary = Boundary(start: place, end: end, isLast: isLast, beginsLine: beginsLine)
            return isLast || beginsLine ? .boundary(boundary) : gluedReading(boundary, isEnd)
        }
    }

    /// What follows a boundary: blanks at most, then a line break, or after the last one the end of the body.
    private func lineEnd(
        from place: Int, isLast: Bool, _ isEnd: Bool, then: (Int) -> Reading
    ) -> Reading {
        var place = place
        let limit = place + Self.maximumPadding
        let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        while place < bytes.count, place < limit, isBlank(bytes[place]) { place += 1 }
        if place < bytes.count, bytes[place] == UInt8(ascii: "\r") { place += 1 }
        guard place < bytes.count else {
            if isEnd { return isLast ? then(place) : .data }
            return .open
        }
        return bytes[place] == UInt8(ascii: "\n") ? then(place + 1) : .data
    }

    /// A boundary within a line counts only before the header of a part.
    private func gluedReading(_ boundary: Boundary, _ isEnd: Bool) -> Reading {
        let header = Array("content-disposition:".utf8)
        let next = bytes[boundary.end...].prefix(header.count).map { $0 | 0x20 }
        let expected = header.map { $0 | 0x20 }
        guard expected.starts(with: next) else { return .data }
        if next.count == expected.count { return .boundary(boundary) }
        return isEnd ? .data : .open
    }

    /// Where the data before a boundary end: without the one line break that belongs to the boundary.
    func dataEnd(before boundary: Boundary) -> Int {
        guard boundary.beginsLine, boundary.start > start else { return boundary.start }
        let lineFeed = boundary.start - 1
        let hasReturn = lineFeed > start && bytes[lineFeed - 1] == UInt8(ascii: "\r")
        return hasReturn ? lineFeed - 1 : lineFeed
    }
}
