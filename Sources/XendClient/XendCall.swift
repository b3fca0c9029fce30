// A call as a value: what is asked of which resource.

/// One call of the HTTP interface. ``XendClient`` makes them from its methods; `xm call` from their names.
public struct XendCall: Sendable {
    /// What an argument of an operation carries.
    public enum Argument: Equatable, Sendable {
        /// Sent as it is.
        case text(String)
        /// Uploaded as a file; such a call is encoded as `multipart/form-data`.
        case file(name: String, content: [UInt8])
    }

    /// How long the caller is prepared to wait.
    public enum Patience: Sendable {
        /// A question: xend answers those from what it knows.
        case query
        /// An operation on a domain or the node.
        case operation
        /// Save, restore, migrate: as long as the memory of a domain takes.
        case transfer
    }

    /// GET for a question, POST for what changes something.
    public var method: XendRequest.Method
    /// The segments below the root; none is encoded yet.
    public var path: [String]
    /// In the order in which they are sent.
    public var arguments: [(name: String, value: Argument)]
    /// Which of the ``XendTimeLimits`` counts.
    public var patience: Patience

    /// A question.
    public static func get(_ path: String..., arguments: [(name: String, value: Argument)] = []) -> XendCall {
        XendCall(method: .get, path: path, arguments: arguments, patience: .query)
    }

    /// An operation; `op` is sent last, as the original client happened to do.
    public static func post(
        _ path: String..., operation: String, arguments: [(name: String, value: Argument)] = [],
        patience: Patience = .operation
    ) -> XendCall {
        XendCall(
            method: .post, path: path, arguments: arguments + [("op", .text(operation))], patience: patience)
    }
}

extension XendCall.Argument {
    /// A number, as text.
    static func number(_ value: Int) -> XendCall.Argument { .text(String(value)) }

    /// A configuration, which travels as its text.
    static func expression(_ value: CustomStringConvertible) -> XendCall.Argument { .text(value.description) }
}

extension XendCall {
    /// The request for a daemon whose root is `root`.
    ///
    /// Collections are asked with a closing slash and posted to without one, as the original client did.
    func request(root: String, host: String, limits: XendTimeLimits, boundary: String) -> XendRequest {
        var target = ([root] + path.map(FormEncoding.pathSegment)).joined(separator: "/")
        if method == .get && (path.isEmpty || path.count == 1) { target += "/" }
        var headers = [(name: "Host", value: host), (name: "Accept", value: "application/sxp")]
        var body: [UInt8] = []
        if method == .get {
            let query = FormEncoding.urlEncoded(arguments)
            if !query.isEmpty { target += "?" + query }
        } else {
            let encoded = FormEncoding.encode(arguments, boundary: boundary)
            headers.append(("Content-Type", encoded.contentType))
            body = encoded.body
        }
        headers.append(("Connection", "close"))
        return XendRequest(
            method: method, target: target, headers: headers, body: body, timeLimit: limits[patience])
    }
}

/// How long calls may take.
public struct XendTimeLimits: Sendable {
    /// For questions, from connecting to the last byte.
    public var query: Duration
    /// For operations that end when their domain and its devices are ready or gone.
    public var operation: Duration
    /// For save, restore and migrate.
    public var transfer: Duration

    /// A question that is not answered in a minute will not be; an operation may wait for a guest and its devices; a
    /// transfer moves hundreds of gigabytes.
    public static let standard = XendTimeLimits(
        query: .seconds(60), operation: .seconds(15 * 60), transfer: .seconds(24 * 3600))

    public init(query: Duration, operation: Duration, transfer: Duration) {
        self.query = query
        self.operation = operation
        self.transfer = transfer
    }

    subscript(patience: XendCall.Patience) -> Duration {
        switch patience {
        case .query: query
        case .operation: operation
        case .transfer: transfer
        }
    }
}
