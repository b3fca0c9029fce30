import Digests
import HostInterface
import Synchronization

/// What proves that a form came from a page of ours, shown to whoever sends it: another site can make a browser send a form with all
/// that the browser knows, and cannot read our pages.
public final class FormSeal: Sendable {
    /// The name of the field, and of the parameter.
    public static let field = "csrf"

    private let random: (any RandomSource)?
    /// Of this life of the daemon; made when the first page asks.
    private let secret = Mutex<[UInt8]?>(nil)

    /// - Parameter random: chooses the secret; nil: no form can prove anything.
    public init(random: (any RandomSource)?) { self.random = random }

    /// What the forms of a page have that is shown to somebody; nil: nothing.
    public func value(for caller: Caller) -> String? {
        guard let random else { return nil }
        let secret = secret.withLock { secret in
            if let secret { return secret }
            let fresh = random.bytes(SHA256.size)
            secret = fresh
            return fresh
        }
        return Secret.hex(SHA256.digest(secret + Array("form \(caller.holder)".utf8)))
    }

    /// Whether somebody got a form of ours.
    public func isValue(_ text: String, for caller: Caller) -> Bool {
        value(for: caller).map { Secret.isSame($0, text) } ?? false
    }
}

extension Caller {
    /// Whose a page is: what differs between any two that could be told apart.
    fileprivate var holder: String {
        switch credential {
        case .session(let id, _): return "session \(id)"
        case .certificate(let name): return "certificate \(name)"
        case .token, .rejected, nil: break
        }
        return switch identity {
        case .user(let uid): "uid \(uid)"
        case .unknown: "unknown"
        case .remote: "remote \(address?.host ?? "")"
        }
    }
}
