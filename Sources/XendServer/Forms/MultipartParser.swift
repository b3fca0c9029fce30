import SExpressions

/// Reads a `multipart/form-data` body that arrives in pieces of any size.
///
/// A boundary is a line that begins with `--BOUNDARY`; the one line break before it, CRLF or bare LF, belongs to it. The
/// client of xend 2.0 writes a file and then the boundary with no line break of its own between them
/// (reference/http-api.md §4.1), so a boundary may also stand within a line, if it is followed by what can only follow a
/// boundary: the header of the next part, or the two hyphens that end the last one.
struct MultipartParser: Sendable {
    /// RFC 2046 allows 70 bytes; also bounds the time a hostile body can cost.
    static let maximumBoundary = 70
    /// A part has two short header lines.
    static let maximumHeader = 8 << 10
    /// Blanks that a transport may have put behind a boundary.
    static let maximumPadding = 64

    private enum State: Sendable { case preamble, header, data, finished }

    /// `--BOUNDARY`
    private let delimiter: [UInt8]
    private let maximumFields: Int
    private var bytes: [UInt8] = []
    private var state = State.preamble
    /// Where the header or the data now read begins.
    private var start = 0
    /// Everything before this has been looked at.
    private var scanned = 0
    /// The part now read; its value is not known yet.
    private var part: Form.Field?
    private var form = Form()

    init(boundary: [UInt8], maximumFields: Int) throws(FormError) {
        guard !boundary.isEmpty, boundary.count <= Self.maximumBoundary else {
            throw FormError("multipart/form-data needs a boundary of 1 to \(Self.maximumBoundary) characters")
        }
        delimiter = Array("--".utf8) + boundary
        self.maximumFields = maximumFields
    }

    /// Takes the next piece of the body. The caller bounds the body as a whole.
    mutating func feed(_ piece: some Sequence<UInt8>) throws(FormError) {
        guard state != .finished else { return }
        bytes.append(contentsOf: piece)
        try advance(isEnd: false)
    }

    /// Ends the body.
    mutating func finish() throws(FormError) -> Form {
        try advance(isEnd: true)
        switch state {
        case .finished: return form
        case .preamble: throw FormError("the multipart body does not contain its boundary")
        case .header: throw FormError("the multipart body ends within the header of a part")
        case .data: throw FormError("the multipart body ends within a part: its last boundary is missing")
        }
    }

    private mutating func advance(isEnd: Bool) throws(FormError) {
        while true {
            let before = (state, scanned)
            switch state {
            case .preamble: try readPreamble(isEnd)
            case .header: try readHeader()
            case .data: try readData(isEnd)
            case .finished: return
            }
            if before == (state, scanned) { return }
        }
    }
}

// MARK: - Parts

extension MultipartParser {
    private mutating func readPreamble(_ isEnd: Bool) throws(FormError) {
        guard let found = nextBoundary(isEnd) else { return }
        try pass(found)
    }

    private mutating func readData(_ isEnd: Bool) throws(FormError) {
        guard let found = nextBoundary(isEnd) else { return }
        if var field = part {
            field.value = Array(bytes[start..<dataEnd(before: found)])
            guard form.fields.count < maximumFields else {
                throw FormError("more than \(maximumFields) parts in the multipart body")
            }
            form.append(field)
        }
        try pass(found)
    }

    private mutating func pass(_ boundary: Boundary) throws(FormError) {
        start = boundary.end
        scanned = boundary.end
        state = boundary.isLast ? .finished : .header
    }

    /// Header lines up to an empty one.
    private mutating func readHeader() throws(FormError) {
        while let end = bytes[scanned...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = bytes[scanned..<end]
            scanned = end + 1
            guard line.isEmpty || line.elementsEqual([UInt8(ascii: "\r")]) else { continue }
            part = Self.field(header: bytes[start..<scanned])
            start = scanned
            state = .data
            return
        }
        guard bytes.count - start <= Self.maximumHeader else {
            throw FormError("the header of a part is longer than \(Self.maximumHeader) bytes")
        }
    }

    /// The part that a header announces; nil for one without a name, which cannot be a parameter.
    private static func field(header: ArraySlice<UInt8>) -> Form.Field? {
        for line in header.split(separator: UInt8(ascii: "\n")) {
            let value = HeaderValue(line: line, name: "content-disposition")
            guard let value, let name = value.parameter("name") else { continue }
            return Form.Field(SXPText.string(decoding: name), [], fileName: value.parameter("filename").map {
                SXPText.string(decoding: $0)
            })
        }
        return nil
    }
}

// MARK: - Boundaries

extension MultipartParser {
    /// A boundary in `bytes`: from its first hyphen to behind its line.
    private struct Boundary {
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
    private mutating func nextBoundary(_ isEnd: Bool) -> Boundary? {
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
        while place < bytes.count, place < limit, bytes[place] == UInt8(ascii: " ") || bytes[place] == UInt8(ascii: "\t") {
            place += 1
        }
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
    private func dataEnd(before boundary: Boundary) -> Int {
        guard boundary.beginsLine, boundary.start > start else { return boundary.start }
        let lineFeed = boundary.start - 1
        let hasReturn = lineFeed > start && bytes[lineFeed - 1] == UInt8(ascii: "\r")
        return hasReturn ? lineFeed - 1 : lineFeed
    }
}
