import DomainLifecycle

/// Why a request is not done, on its way to becoming an answer.
public struct Failure: Error, Sendable {
    /// nil: SXP clients get 200 with `xend.err`, others what the kind of the error says (manual, decision 7).
    var status: Int?
    var error: OperationError
    var headers: [(name: String, value: String)] = []
    /// What people are shown of it in place of the usual: what they have typed.
    var page: (@Sendable () -> Page)?
    /// Above that page.
    var notice: Notice?

    public init(_ error: OperationError) { self.error = error }

    init(status: Int, _ error: OperationError, headers: [(name: String, value: String)] = []) {
        self.status = status
        self.error = error
        self.headers = headers
    }

    init(status: Int, _ text: String, headers: [(name: String, value: String)] = []) {
        self.init(status: status, OperationError(.invalid, text), headers: headers)
    }

    /// Whether the thing that was asked for is not there.
    var isNotFound: Bool { status == Status.notFound || error.kind == .notFound }

    /// The status for a representation. Late failures are 400 for everybody (reference/http-api.md §6.6).
    func status(for representation: Representation) -> Int {
        if let status { return status }
        if error.isLate { return Status.badRequest }
        switch representation {
        case .sxp: return Status.ok
        case .html, .json:
            return switch error.kind {
            case .invalid, .notSupported: Status.badRequest
            case .forbidden: Status.forbidden
            case .notFound: Status.notFound
            case .refused, .failed: Status.conflict
            case .stale: Status.preconditionFailed
            }
        }
    }
}
