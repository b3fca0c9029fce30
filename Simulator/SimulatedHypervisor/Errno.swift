import HypervisorInterface

/// The errnos a fault may name, with Linux' numbers.
let errnoNumbers: [String: Int32] = [
    "EPERM": 1, "ENOENT": 2, "ESRCH": 3, "EINTR": 4, "EIO": 5, "ENXIO": 6, "EBADF": 9, "EAGAIN": 11, "ENOMEM": 12,
    "EACCES": 13, "EFAULT": 14, "EBUSY": 16, "EEXIST": 17, "ENODEV": 19, "EISDIR": 21, "EINVAL": 22, "EMFILE": 24,
    "EFBIG": 27, "ENOSPC": 28, "EROFS": 30, "EPIPE": 32, "ENOSYS": 38, "EADDRINUSE": 98, "ECONNRESET": 104,
    "EOPNOTSUPP": 95, "ETIMEDOUT": 110, "ECONNREFUSED": 111, "EHOSTUNREACH": 113, "EDQUOT": 122,
]

/// The number of an errno's name, or the number itself; EIO for what is neither.
public func errnoNumber(_ name: String) -> Int32 { errnoNumbers[name] ?? Int32(name) ?? 5 }

extension HypervisorError.Reason {
    /// What libxc's errno means.
    init(errno name: String) {
        switch errnoNumber(name) {
        case 3: self = .noSuchDomain
        case 17: self = .exists
        case 12: self = .noMemory
        case 22: self = .invalid
        case 1, 13: self = .notPermitted
        case 11, 16: self = .busy
        case 38, 95: self = .notSupported
        case let number: self = .system(errno: number)
        }
    }
}

extension XenStoreError.Reason {
    /// What libxenstore's errno means.
    init(errno name: String) {
        switch errnoNumber(name) {
        case 2: self = .notFound
        case 11: self = .conflict
        case 28, 122: self = .quota
        case 1, 13: self = .notPermitted
        case 22: self = .invalid
        case let number: self = .system(errno: number)
        }
    }
}
