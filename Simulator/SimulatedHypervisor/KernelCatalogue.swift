/// Which kernels can be booted on a host, and how the guests behave that boot them.
public final class KernelCatalogue {
    /// Behaviours by the kernel's path.
    public var behaviours: [String: GuestBehaviour] = [:]
    /// How guests behave whose kernel has no entry, as scenarios have it; nil: there is no such file.
    public var fallback: GuestBehaviour?
    /// What every host has. The kernel boots the default guest unless it has an entry.
    public static let usual: Set<String> = ["/boot/vmlinuz", "/boot/initrd.img"]
    /// Paths that do not exist, whatever the fallback.
    public var missing: Set<String> = []
    /// Files that exist but are no kernels.
    public var unusable: Set<String> = []

    /// Sizes in bytes of kernels and ramdisks that are not small.
    public var sizes: [String: UInt64] = [:]
    /// The size of those that are.
    public static let smallSize: UInt64 = 1 << 20

    public init() {}

    /// How large the file is.
    public func size(of path: String) -> UInt64 { sizes[path] ?? Self.smallSize }

    /// Whether there is a file of this name to load a kernel or ramdisk from.
    public func exists(_ path: String) -> Bool {
        !missing.contains(path) && (fallback != nil || isEntered(path))
    }

    /// Whether somebody who looks for a file at `path` finds a kernel or ramdisk there.
    ///
    /// While every kernel path boots the default guest, a path counts as one that is below /boot or called like a
    /// kernel or ramdisk: else every path on the host would exist.
    public func isFile(_ path: String) -> Bool {
        if missing.contains(path) { return false }
        if isEntered(path) { return true }
        guard fallback != nil, path.hasPrefix("/") else { return false }
        let name = lastPart(path).lowercased()
        return (path.hasPrefix("/boot/") && !name.isEmpty)
            || ["vmlinu", "bzimage", "kernel", "linux", "initrd", "initramfs", "ramdisk"]
                .contains { name.hasPrefix($0) }
    }

    private func isEntered(_ path: String) -> Bool {
        behaviours[path] != nil || unusable.contains(path) || Self.usual.contains(path)
    }

    func behaviour(of path: String) -> GuestBehaviour? {
        guard exists(path), !unusable.contains(path) else { return nil }
        return behaviours[path] ?? fallback ?? GuestBehaviour()
    }
}
