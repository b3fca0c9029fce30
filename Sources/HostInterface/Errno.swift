import Glibc

// What the errnos of a host mean: one table for the real host, the simulated one, and the faults on it.

extension FileError.Reason {
    /// What an errno of a file operation means.
    /// - Parameter text: what is said of those that have no meaning of their own.
    public init(errno: Int32, text: String) {
        switch errno {
        // A file where a directory should be on the way: what was asked for does not exist either.
        case ENOENT, ENOTDIR: self = .notFound
        case EEXIST: self = .exists
        case ENOSPC, EDQUOT: self = .noSpace
        case EACCES, EPERM: self = .notPermitted
        case EISDIR: self = .isDirectory
        default: self = .system(errno: errno, text: text)
        }
    }
}

/// What is done with files, as faults and the scenario language name it.
public enum FileOperation: String, CaseIterable, Sendable {
    /// Of contents, of a directory's names, of what is known about a file.
    case read
    /// What a file system is asked, by the names of Linux' calls.
    case write, fsync, rename, remove, mkdir, open
}
