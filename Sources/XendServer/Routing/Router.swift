import DomainLifecycle
import DomainManagement
import HostInterface
import Logging
import SExpressions

/// From a request to its reply: representation, resource, permission, handler, view.
struct Router: Sendable {
    let service: any DaemonService
    let clock: any HostClock
    let configuration: HTTPServerConfiguration
    let logger: Logger
    private let resources: [Resource]

    init(
        service: any DaemonService, clock: any HostClock, configuration: HTTPServerConfiguration, logger: Logger
    ) {
        self.service = service
        self.clock = clock
        self.configuration = configuration
        self.logger = logger
        resources = RouteTable.resources + configuration.additionalResources
    }

    func answer(_ request: Request) async -> Reply {
        let exchange = Exchange(
            request: request, service: service, representation: .negotiated(from: request.headers), clock: clock,
            configuration: configuration)
        do {
            return try await handler(for: request)(exchange).reply(to: exchange)
        } catch {
            return error.reply(to: exchange)
        }
    }

    private func handler(for request: Request) throws(Failure) -> Resource.Handler {
        guard request.isGet || request.isPost else {
            throw Failure(status: Status.notImplemented, "Not Implemented: method \(request.method.rawValue)")
        }
        let segments = request.target.segments
        guard let resource = resources.first(where: { $0.matches(segments) }) else {
            throw Failure(status: Status.notFound, "Not found \(firstUnknown(in: segments))")
        }
        return request.isPost ? try resource.handlerForPost(request) : try resource.handlerForGet(request)
    }

    /// The segment at which no row of the table goes on.
    private func firstUnknown(in segments: [String]) -> String {
        let known = resources.map { $0.commonPrefix(segments) }.max() ?? 0
        return known < segments.count ? segments[known] : segments.last ?? "/"
    }
}

extension Resource {
    /// A GET with another `op` is a plain one (reference/http-api.md §6.6).
    func handlerForGet(_ request: Request) throws(Failure) -> Handler {
        let operations = request.form.values("op")
        if operations.count == 1, let operation = self.operations[operations[0].text], operation.alsoByGet {
            return operation.handler
        }
        guard let get else {
            throw Failure(status: Status.methodNotAllowed, "Method Not Allowed", headers: [("Allow", "POST")])
        }
        return get
    }

    func handlerForPost(_ request: Request) throws(Failure) -> Handler {
        guard !operations.isEmpty || post != nil else {
            throw Failure(status: Status.methodNotAllowed, "Method Not Allowed", headers: [("Allow", "GET, HEAD")])
        }
        let names = request.form.values("op")
        if names.isEmpty, let post { return post }
        guard names.count == 1 else { throw Failure(status: Status.notAcceptable, "Invalid request") }
        let name = names[0].text
        guard let operation = operations[name] else {
            throw Failure(status: Status.notImplemented, "Operation not implemented: \(name)")
        }
        return operation.handler
    }
}

extension Answer {
    func reply(to exchange: Exchange) -> Reply {
        switch content {
        case .reply(let reply): return reply
        case .text(let bytes): return Reply(contentType: "text/plain; charset=utf-8", body: bytes)
        case .value(let value):
            var bytes: [UInt8] = []
            value().write(into: &bytes)
            return Reply(
                status: status, reason: reason, contentType: "application/sxp", body: bytes,
                headers: location.map { [("Location", $0)] } ?? [])
        }
    }
}

extension Failure {
    func reply(to exchange: Exchange) -> Reply {
        var bytes: [UInt8] = []
        SExpression.element("xend.err", .atom(error.message)).write(into: &bytes)
        return Reply(
            status: status(for: .sxp), reason: status(for: .sxp) == 200 ? nil : error.message,
            contentType: "application/sxp", body: bytes, headers: headers)
    }
}
