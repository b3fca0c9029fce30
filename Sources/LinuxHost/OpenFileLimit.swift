import Glibc

/// How many files this process may have open.
public enum OpenFileLimit {
    /// A connection, a console and a loop device each: a thousand domains fit. As LimitNOFILE in xend.service.
    private static let wanted = rlim_t(65536)

    /// Raises the limit as far as it may be raised: shells give their programs 1024, which as many web clients use up.
    /// - Returns: how many there may be now; nil when that cannot be told.
    public static func raise() -> Int? {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return nil }
        limit.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, wanted))
        // It is only a precaution: where it fails, there are as many as there were.
        _ = setrlimit(resource, &limit)
        return getrlimit(resource, &limit) == 0 ? Int(clamping: limit.rlim_cur) : nil
    }
}
