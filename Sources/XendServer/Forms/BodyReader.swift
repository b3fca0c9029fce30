import SExpressions

/// Takes a request's body as it arrives and ends with its parameters.
struct BodyReader: Sendable {
    private enum Kind: Sendable {
        case urlEncoded
        case multipart(MultipartParser)
        case json
        /// No form: kept as it is, for resources that read it themselves.
        case other
    }
    private var kind: Kind
    private var bytes: [UInt8] = []
    private let maximumFields: Int

    /// - Parameter contentType: its parameters other than the boundary are ignored.
    init(contentType: String?, maximumFields: Int) throws(FormError) {
        self.maximumFields = maximumFields
        let type = HeaderValue((contentType ?? "").utf8)
        if type.text.elementsEqual("application/x-www-form-urlencoded".utf8) {
            kind = .urlEncoded
        } else if type.text.elementsEqual("multipart/form-data".utf8) {
            guard let boundary = type.parameter("boundary") else {
                throw FormError("the Content-Type multipart/form-data names no boundary")
            }
            kind = .multipart(try MultipartParser(boundary: boundary, maximumFields: maximumFields))
        } else if type.text.elementsEqual("application/json".utf8) {
            kind = .json
        } else {
            kind = .other
        }
    }

    mutating func feed(_ piece: some Sequence<UInt8>) throws(FormError) {
        guard case .multipart(var parser) = kind else { return bytes.append(contentsOf: piece) }
        kind = .other  // so that the parser is changed in place
        try parser.feed(piece)
        kind = .multipart(parser)
    }

    /// The parameters, and the body if it is no form.
    mutating func finish() throws(FormError) -> (form: Form, body: [UInt8]) {
        switch kind {
        case .urlEncoded: return (try Form(urlEncoded: bytes, maximumFields: maximumFields), [])
        case .multipart(var parser): return (try parser.finish(), [])
        case .json: return (try Form(json: bytes, maximumFields: maximumFields), [])
        case .other: return (Form(), bytes)
        }
    }
}
