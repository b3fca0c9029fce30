// The client of a daemon: one method per function of the manual's list.

import SExpressions

/// Calls one xend over a transport.
///
/// The methods are those of the manual's client interface; the extensions hold them by resource. Each throws
/// ``XendError`` with the daemon's own text.
public struct XendClient: Sendable {
    /// Where the daemon is.
    public let address: XendAddress
    private let transport: any XendTransport
    private let limits: XendTimeLimits
    /// Told of each thing that the daemon has done otherwise than it was asked for, or not at all (the header `Warning`).
    public var onWarning: (@Sendable (String) -> Void)?

    public init(
        address: XendAddress = .standard, transport: any XendTransport, limits: XendTimeLimits = .standard
    ) {
        self.address = address
        self.transport = transport
        self.limits = limits
    }

    /// Whether it shows a token or a certificate, so that a console asks for a ticket: a plain connection there tells nothing.
    public var hasCredentials: Bool { transport.hasCredentials }

    /// Makes any call; the methods below do nothing else.
    public func perform(_ call: XendCall) async throws(XendError) -> XendReply {
        let request = call.request(
            root: address.root, host: address.authority, limits: limits,
            boundary: FormEncoding.boundary(avoiding: call.arguments))
        let response = try await transport.perform(request)
        let reply = try XendReply(response)
        if let onWarning { response.warnings.forEach(onWarning) }
        return reply
    }

    /// `xend()`: the names below the root, such as `node` and `domain`.
    public func root() async throws(XendError) -> [String] {
        try await perform(.get()).expression("its resources").children().compactMap(\.atom)
    }

    /// A call whose result is of no interest.
    func order(_ call: XendCall) async throws(XendError) {
        _ = try await perform(call)
    }

    /// A call that is answered with text.
    func text(_ call: XendCall) async throws(XendError) -> String {
        switch try await perform(call) {
        case .text(let text): text
        case .expression(let value): value.atom ?? value.description
        case .nothing: ""
        }
    }

    /// A call that is answered with a list of names or numbers.
    func names(_ call: XendCall, _ what: String) async throws(XendError) -> [String] {
        guard let members = try await perform(call).expression(what).list else {
            throw .unreadable("xend answered an atom instead of \(what)")
        }
        return members.compactMap(\.atom)
    }
}
