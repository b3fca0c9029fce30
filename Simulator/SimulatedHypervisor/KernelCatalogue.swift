/// Which kernels can be booted on a host, and how the guests behave that boot them.
public final class KernelCatalogue {
    /// Behaviours by the kernel's path.
    public var behaviours: [String: GuestBehaviour] = [:]
    /// How guests behave whose kernel has no entry; nil: there is no such file.
    public var fallback: GuestBehaviour? = GuestBehaviour()
    /// Paths that do not exist, whatever the fallback.
    public var missing: Set<String> = []
    /// Files that exist but are no kernels.
    public var unusable: Set<String> = []

    public init() {}

    /// Whether there is a file of this name to load a kernel or ramdisk from.
    public func exists(_ path: String) -> Bool {
        !missing.contains(path) && (behaviours[path] != nil || fallback != nil || unusable.contains(path))
    }

    func behaviour(of path: String) -> GuestBehaviour? {
        guard !missing.contains(path), !unusable.contains(path) else { return nil }
        return behaviours[path] ?? fallback
    }
}
