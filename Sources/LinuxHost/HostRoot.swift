/// Where this host's paths lie: a directory put in front of every absolute path (`--root`), and another in front of the
/// kernel's own file systems.
///
/// The two are apart because a daemon that keeps its files under a directory of its own still has one kernel: `/proc`
/// and `/sys` are the real ones unless a test brings its own.
public struct HostRoot: Hashable, Sendable {
    /// In front of every absolute path of a file or script. Empty: the real root.
    public var files: String
    /// In front of `/proc` and `/sys`. Empty: the real ones.
    public var kernel: String

    /// - Parameters:
    ///   - files: in front of every absolute path of a file or script.
    ///   - kernel: in front of `/proc` and `/sys`.
    public init(files: String = "", kernel: String = "") {
        self.files = HostRoot.withoutTrailingSlash(files)
        self.kernel = HostRoot.withoutTrailingSlash(kernel)
    }

    /// The path of a file of this host, as the operating system knows it. `..` leads no further up than to the root, as it does
    /// in every root.
    public func file(_ path: String) -> String {
        guard path.hasPrefix("/") else { return path }
        return files.isEmpty ? path : files + HostRoot.withoutParents(path)
    }

    /// The path of something under `/proc` or `/sys`.
    func kernel(_ path: String) -> String { kernel + path }

    private static func withoutParents(_ path: String) -> String {
        let names = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        guard names.contains("..") else { return path }
        var kept: [Substring] = []
        for name in names {
            if name != ".." { kept.append(name) } else if !kept.isEmpty { kept.removeLast() }
        }
        return "/" + kept.joined(separator: "/")
    }

    private static func withoutTrailingSlash(_ path: String) -> String {
        var path = path
        while path.hasSuffix("/") { path.removeLast() }
        return path
    }
}
