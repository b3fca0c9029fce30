import SExpressions

/// Reads a `multipart/form-data` body that arrives in pieces of any size.
///
/// A boundary is a line that begins with `--BOUNDARY`; the one line break before it, CRLF or bare LF, belongs to it.
/// The client of xend 2.0 writes a file and then the boundary with no line break of its own between them
/// (reference/http-api.md §4.1), so a boundary may also stand within a line, if it is followed by what can only follow
/// a boundary: the header of the next part, or the two hyphens that end the last one.
struct MultipartParser: Sendable {
    /// RFC 2046 allows 70 bytes; also bounds the time a hostile body can cost.
    static let maximumBoundary = 70
    /// A part has two short header lines.
    static let maximumHeader = 8 << 10
    /// Blanks that a transport may have put behind a boundary.
    static let maximumPadding = 64

    private enum State: Sendable { case preamble, header, data, finished }

    /// `--BOUNDARY`
    let delimiter: [UInt8]
    private let maximumFields: Int
    var bytes: [UInt8] = []
    private var state = State.preamble
    /// Where the header or the data now read begins.
    var start = 0
    /// Everything before this has been looked at.
    var scanned = 0
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
            return Form.Field(
                SXPText.string(decoding: name), [],
                fileName: value.parameter("filename").map {
                    SXPText.string(decoding: $0)
                })
        }
        return nil
    }
}
