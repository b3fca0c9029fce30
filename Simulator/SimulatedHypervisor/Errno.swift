import Glibc

/// The names of the errnos that a fault may name: what they mean, the interfaces say (HypervisorInterface, HostInterface).
public enum ErrnoName {
    private static let numbers: [String: Int32] = [
        "E2BIG": E2BIG, "EACCES": EACCES, "EADDRINUSE": EADDRINUSE, "EAGAIN": EAGAIN, "EBADF": EBADF, "EBUSY": EBUSY,
        "ECONNREFUSED": ECONNREFUSED, "ECONNRESET": ECONNRESET, "EDQUOT": EDQUOT, "EEXIST": EEXIST, "EFAULT": EFAULT,
        "EFBIG": EFBIG, "EHOSTUNREACH": EHOSTUNREACH, "EINTR": EINTR, "EINVAL": EINVAL, "EIO": EIO, "EISDIR": EISDIR,
        "EMFILE": EMFILE, "ENODEV": ENODEV, "ENOENT": ENOENT, "ENOMEM": ENOMEM, "ENOSPC": ENOSPC, "ENOSYS": ENOSYS,
        "ENOTCONN": ENOTCONN, "ENOTDIR": ENOTDIR, "ENXIO": ENXIO, "EOPNOTSUPP": EOPNOTSUPP, "EPERM": EPERM,
        "EPIPE": EPIPE, "EROFS": EROFS, "ESRCH": ESRCH, "ETIMEDOUT": ETIMEDOUT,
        // What others than Linux call EDQUOT.
        "EQUOTA": EDQUOT,
    ]

    /// All of them, in the order of the alphabet.
    public static let all = numbers.keys.sorted()

    /// The number of an errno's name, or the number itself; EIO for what is neither.
    public static func number(_ name: String) -> Int32 { numbers[name] ?? Int32(name) ?? EIO }
}
