import AccessControl
import HostInterface
import NIOHTTP1
import SExpressions

/// One HTTP request, received completely.
public struct Request: Sendable {
    /// As it came; PUT is taken as POST.
    public var method: HTTPMethod
    /// Path and query, decoded.
    public var target: RequestTarget
    /// 1.0 or 1.1.
    public var version: HTTPVersion
    /// As they came.
    public var headers: HTTPHeaders
    /// The parameters of the query and, in place of those of the same name, of the body.
    public var form: Form
    /// The body, if it is no form.
    public var body: [UInt8]
    /// Who asks.
    public var caller: Caller
    /// It came over TLS.
    var isEncrypted = false
    /// Nobody on the way can have read it: it has not left this machine, or was encrypted.
    var isPrivate: Bool { caller.identity != .remote || isEncrypted }

    /// - Parameters:
    ///   - method: as it came.
    ///   - target: path and query.
    ///   - version: of HTTP.
    ///   - headers: as they came.
    ///   - form: of the body; laid over that of the query.
    ///   - body: if it is no form.
    ///   - caller: who asks, as the connection says: a proxy's word for somebody else counts for nothing.
    public init(
        method: HTTPMethod, target: RequestTarget, version: HTTPVersion = .http1_1, headers: HTTPHeaders = [:],
        form: Form = Form(), body: [UInt8] = [], caller: Caller
    ) {
        self.method = method
        self.target = target
        self.version = version
        self.headers = headers
        self.form = target.query.overlaid(by: form)
        self.body = body
        self.caller = Self.asker(caller, showing: headers)
    }

    /// What a proxy adds. One that root runs would be root for everybody (manual, decision 14).
    private static let proxyHeaders = [
        "Via", "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP",
    ]

    /// Where it goes, as links write it.
    package var path: String { target.path }

    /// Who asks by it on a connection of somebody: a proxy's word for somebody else counts for nothing.
    func asked(by caller: Caller) -> Caller { Self.asker(caller, showing: headers) }

    private static func asker(_ caller: Caller, showing headers: HTTPHeaders) -> Caller {
        Self.proxyHeaders.contains(where: headers.contains(name:)) ? caller.behindProxy : caller
    }

    /// PUT, which the manual names in passing, is taken as POST.
    var isPost: Bool { method == .POST || method == .PUT }
    var isGet: Bool { method == .GET || method == .HEAD }

    /// Whether the client wants the connection to stay. One of HTTP/1.0 never does (reference/http-api.md §1); one that
    /// wants another protocol will not speak HTTP any more.
    var keepsAlive: Bool {
        guard version.isOneOne, method != .CONNECT, !headers.contains(name: "upgrade") else { return false }
        return !headers[canonicalForm: "connection"].contains { $0.utf8Equals("close", ignoringCase: true) }
    }

    /// `host:port` as the client wrote it.
    var authority: String? { target.authority ?? headers.first(name: "host") }
}

extension StringProtocol {
    /// Compares ASCII text.
    func utf8Equals(_ other: some StringProtocol, ignoringCase: Bool) -> Bool {
        let fold = { (byte: UInt8) -> UInt8 in
            ignoringCase && (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
        }
        return utf8.elementsEqual(other.utf8) { fold($0) == fold($1) }
    }
}

extension HTTPVersion {
    /// 1.1, or a later 1.x; not 1.0.
    var isOneOne: Bool { major == 1 && minor >= 1 }
}
