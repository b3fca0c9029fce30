import AccessControl
import DomainLifecycle
import DomainManagement
import HostInterface

/// A request on its way through a handler: what was asked, and whom to ask.
public struct Exchange: Sendable {
    /// What came.
    public let request: Request
    /// What knows the answer.
    public let service: any DaemonService
    /// In which form the answer goes.
    public let representation: Representation
    /// For times in answers, and for waiting.
    public let clock: any HostClock
    let configuration: HTTPServerConfiguration
    let domainTexts: DomainTexts
    let readerPlaces: ReaderPlaces
    let eventFrames: EventFrames
    /// Who did or tried what; nil: nobody takes it down.
    let audit: AuditTrail?
    let authenticator: Authenticator
    let seal: FormSeal
    let notices: NoticeBoard
    /// What goes on while a page is made, for its head.
    var running: [TaskInformation] = []

    /// The last segment of the path: a domain, a console's port, a task's number.
    public var lastSegment: String { request.target.segments.last ?? "" }

    /// The path, as links write it.
    var path: String { Path.joined(request.target.segments) }

    /// For logs and tasks.
    var requester: Requester {
        Requester(request.caller.address.map { "http \($0.host)" } ?? "http", who: "\(request.caller)")
    }

    /// The name or address by which the client reaches this node.
    var host: String { request.authority.map { Authority($0).host } ?? "localhost" }

    /// `http://HOST:PORT`, as the client reaches this node.
    var baseURL: String { "http\(request.isEncrypted ? "s" : "")://\(request.authority ?? "localhost")" }

    /// What whoever shows it may do; nil: there are none.
    var tokens: TokenStore? { authenticator.tokens }
    /// Who has signed in; nil: nobody can.
    var sessions: SessionStore? { authenticator.sessions }

    /// The values of parameters, in their order.
    func read<each Value>(_ arguments: repeat Argument<each Value>) throws(Failure) -> (repeat each Value) {
        do throws(OperationError) {
            return try request.form.read(repeat each arguments)
        } catch {
            throw Failure(error)
        }
    }

    /// What the parameters ask for.
    func asked(_ rule: OperationRule) throws(Failure) -> Asked {
        do throws(OperationError) {
            return try rule.asked(request.form)
        } catch {
            throw Failure(error)
        }
    }

    /// Asks the daemon; what it refuses becomes the answer.
    func ask<Value>(
        _ question: (any DaemonService) async throws(OperationError) -> Value
    ) async throws(Failure) -> Value {
        do {
            return try await question(service)
        } catch {
            throw Failure(error)
        }
    }

    /// Asks about the thing the path names: if there is none, the answer is 404.
    func askForResource<Value>(
        _ question: (any DaemonService) async throws(OperationError) -> Value
    ) async throws(Failure) -> Value {
        do {
            return try await question(service)
        } catch {
            throw error.kind == .notFound ? Failure(status: Status.notFound, error) : Failure(error)
        }
    }
}
