import DomainModel

/// Why a hypercall or library call failed: which call, on which domain, the reason.
public struct HypervisorError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What an errno of a hypercall or of libxenguest means to xend.
    public enum Reason: Hashable, Sendable {
        /// ESRCH: no such domain.
        case noSuchDomain
        /// EEXIST: the id is taken.
        case exists
        /// ENOMEM: not enough memory.
        case noMemory
        /// EINVAL.
        case invalid
        /// EPERM, EACCES: not in domain 0, or not root.
        case notPermitted
        /// EBUSY, EAGAIN: worth trying again.
        case busy
        /// ENOSYS, EOPNOTSUPP: this Xen cannot.
        case notSupported
        /// The kernel or ramdisk cannot be used; `text` says why.
        case badImage
        /// Cancelled before it could not be any more.
        case cancelled
        /// The caller's own callback, input or output threw.
        case callback
        /// The daemon has been killed (simulation only).
        case fenced
        /// Any other errno.
        case system(errno: Int32)
    }

    /// `xc_domain_create`, say.
    public var call: String
    /// nil where the call was about none.
    public var domain: DomainID?
    /// Why not.
    public var reason: Reason
    /// What the library said, if it said more.
    public var text: String?

    public init(_ call: String, _ domain: DomainID? = nil, _ reason: Reason, text: String? = nil) {
        self.call = call
        self.domain = domain
        self.reason = reason
        self.text = text
    }

    public var description: String {
        let place = domain.map { "\(call) of domain \($0)" } ?? call
        return "\(place) failed: \(text ?? reason.text)"
    }
}

extension HypervisorError.Reason {
    /// The reason in words.
    public var text: String {
        switch self {
        case .noSuchDomain: "no such domain"
        case .exists: "the domain id is in use"
        case .noMemory: "not enough memory"
        case .invalid: "invalid argument"
        case .notPermitted: "permission denied (xend must run as root in domain 0)"
        case .busy: "busy"
        case .notSupported: "not supported by this Xen"
        case .badImage: "the image cannot be used"
        case .cancelled: "cancelled"
        case .callback: "the transfer was ended"
        case .fenced: "the daemon has been killed"
        case .system(let errno): "errno \(errno)"
        }
    }
}

extension HypervisorError {
    /// Why Xen makes no PVH guest, though it says that it has `hvm-3.0`.
    public static let noNestedPaging = "PVH guests need a processor with nested paging, which Xen does not find here"
}
