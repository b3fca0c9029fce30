import AccessControl
import DomainLifecycle
import NIOHTTP1

/// What is refused whoever asks.
///
/// - A page of another site that somebody visits must not be able to change anything: browsers say where a request
///   comes from (`Origin`, `Sec-Fetch-Site`), other programs do not.
/// - Where a browser is at work what changes something must come from a form of ours, made for whoever sends it.
/// - A page must not be able to read anything by giving its own name this node's address (DNS rebinding): the `Host` of
///   every request must be a name of this node, or an address.
struct Guard: Sendable {
    let configuration: HTTPServerConfiguration
    let seal: FormSeal

    /// - Parameter changes: whether what is asked would change something, whatever the method.
    func check(_ request: Request, changes: Bool) throws(Failure) {
        if let authority = request.authority { try checkName(authority) }
        if changes { try checkChange(request) }
    }

    /// What is asked would change something.
    func checkChange(_ request: Request) throws(Failure) {
        try checkOrigin(request)
        try checkSeal(request)
    }

    /// Whether who asks may do what is asked.
    ///
    /// - Parameters:
    ///   - audience: whom it is for.
    ///   - what: what was asked for, by its name.
    func check(_ request: Request, for audience: Resource.Audience, of what: String) throws(Failure) {
        guard let needed = role(of: audience), !request.caller.may(needed) else { return }
        let reason = request.caller.refusal(needed, of: what)
        guard request.caller.credential?.isRejected == true else { throw forbidden(reason) }
        throw Failure(
            status: Status.unauthorized, .init(.forbidden, reason),
            headers: [("WWW-Authenticate", "Bearer error=\"invalid_token\"")])
    }

    /// nil: nobody needs one.
    private func role(of audience: Resource.Audience) -> Role? {
        switch audience {
        case .everyone: nil
        case .role(let role), .listed(let role, else: _): role
        case .metrics: configuration.metricsRole
        }
    }

    private func checkName(_ authority: String) throws(Failure) {
        let host = Authority(authority).host
        guard host == "localhost" || Authority.isAddress(host) || configuration.hostNames.contains(host) else {
            throw forbidden("this node does not answer to the name \"\(host)\"; use its host name or an IP address")
        }
    }

    /// A WebSocket is opened by GET, and browsers let any page open one anywhere: they say which, always, and it must be one of ours.
    func checkSocket(_ request: Request) throws(Failure) {
        let isBrowser = Self.browserHeaders.contains(where: request.headers.contains(name:))
        guard !isBrowser || request.headers.contains(name: "origin") else {
            throw forbidden("a browser may open a console only from xend's own pages, and says so (Origin)")
        }
        try checkOrigin(request)
    }

    private func checkOrigin(_ request: Request) throws(Failure) {
        let site = request.headers.first(name: "sec-fetch-site") ?? "none"
        guard site == "same-origin" || site == "none" else {
            throw forbidden("a page of another site may not change anything (Sec-Fetch-Site: \(site))")
        }
        guard let origin = request.headers.first(name: "origin") else { return }
        let scheme = ["http://", "https://"].first { origin.hasPrefix($0) }
        let isOwn =
            scheme.map { Authority(String(origin.dropFirst($0.count)), scheme: $0) }
            .map { $0 == Authority(request.authority ?? "", scheme: scheme ?? "") } ?? false
        guard isOwn else { throw forbidden("a page of another site may not change anything (Origin: \(origin))") }
    }

    /// A token is shown by programs: no page can make a browser show one.
    private func checkSeal(_ request: Request) throws(Failure) {
        let isBrowser = Self.browserHeaders.contains(where: request.headers.contains(name:))
        if !isBrowser { return }
        if case .token = request.caller.credential { return }
        guard let shown = request.form.text(FormSeal.field), seal.isValue(shown, for: request.caller) else {
            throw forbidden(
                "a browser may change something only by a form of xend's own pages (parameter csrf): open the page anew"
            )
        }
    }

    /// What browsers send, and other programs do not.
    private static let browserHeaders = ["Origin", "Sec-Fetch-Site", "Cookie"]

    private func forbidden(_ text: String) -> Failure {
        Failure(status: Status.forbidden, .init(.forbidden, text))
    }
}

/// `host:port`, as it stands in `Host` and in URLs.
struct Authority: Hashable, Sendable {
    /// In lower case, without brackets and without the dot at the end.
    let host: String
    let port: Int?

    /// - Parameter scheme: gives the port that is meant when none is written.
    init(_ text: String, scheme: String = "http://") {
        let isPlain = text.hasOnly { (0x2d...0x3a).contains($0) || (0x61...0x7a).contains($0) }
        // As nearly all write it: a name in lower case, or an address, and a port.
        if isPlain, let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")), let port = Int(text[colon...].dropFirst()),
            text[..<colon].utf8.last != UInt8(ascii: ".")
        {
            (host, self.port) = (String(text[..<colon]), port)
            return
        }
        let lower = text.lowercased()
        var host = lower[...]
        var port: Substring?
        if lower.hasPrefix("["), let end = lower.firstIndex(of: "]") {
            host = lower[lower.index(after: lower.startIndex)..<end]
            let rest = lower[end...].dropFirst()
            port = rest.hasPrefix(":") ? rest.dropFirst() : nil
        } else if let colon = lower.lastIndex(of: ":") {
            host = lower[..<colon]
            port = lower[colon...].dropFirst()
        }
        if host.hasSuffix(".") { host = host.dropLast() }
        self.host = String(host)
        self.port = port.flatMap { Int($0) } ?? (scheme == "https://" ? 443 : 80)
    }

    /// Whether a host is an address and not a name: no page can have brought a browser here by it.
    static func isAddress(_ host: String) -> Bool {
        let isV6 = host.contains(":") && host.utf8.allSatisfy { isHexDigit($0) || $0 == 0x3A || $0 == 0x2E }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return isV6 || parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
        default: false
        }
    }
}
