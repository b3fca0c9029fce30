import Glibc

// What the errnos of libxenctrl and libxenstore mean: one table for the real machine, the simulated one, and the faults on it.

extension HypervisorError.Reason {
    /// What an errno of a hypercall means (xen/include/public/errno.h; Linux' numbers).
    public init(errno: Int32) {
        switch errno {
        case ESRCH: self = .noSuchDomain
        case EEXIST: self = .exists
        case ENOMEM: self = .noMemory
        case EINVAL: self = .invalid
        case EPERM, EACCES: self = .notPermitted
        case EBUSY, EAGAIN: self = .busy
        case ENOSYS, EOPNOTSUPP: self = .notSupported
        default: self = .system(errno: errno)
        }
    }
}

extension XenStoreError.Reason {
    /// What an errno of libxenstore means (xen/include/public/io/xs_wire.h; E2BIG is oxenstored's word for a quota).
    public init(errno: Int32) {
        switch errno {
        case ENOENT: self = .notFound
        case EAGAIN: self = .conflict
        case ENOSPC, EDQUOT, E2BIG: self = .quota
        case EACCES, EPERM: self = .notPermitted
        case EINVAL: self = .invalid
        case EPIPE, ECONNREFUSED, ECONNRESET, EBADF, ENOTCONN: self = .unavailable
        default: self = .system(errno: errno)
        }
    }
}
