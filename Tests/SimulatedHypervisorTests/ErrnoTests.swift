import HostInterface
import HypervisorInterface
import SimulatedHypervisor
import Testing

/// What each errno means that a fault may name, to each interface: written down here, asked of the one table that both machines use.
@Suite struct ErrnoTests {
    static let xenstore: [String: XenStoreError.Reason] = [
        "ENOENT": .notFound, "EAGAIN": .conflict, "ENOSPC": .quota, "EDQUOT": .quota, "EQUOTA": .quota, "E2BIG": .quota,
        "EACCES": .notPermitted, "EPERM": .notPermitted, "EINVAL": .invalid, "EPIPE": .unavailable,
        "ECONNREFUSED": .unavailable, "ECONNRESET": .unavailable, "EBADF": .unavailable, "ENOTCONN": .unavailable,
    ]
    static let hypercalls: [String: HypervisorError.Reason] = [
        "ESRCH": .noSuchDomain, "EEXIST": .exists, "ENOMEM": .noMemory, "EINVAL": .invalid, "EPERM": .notPermitted,
        "EACCES": .notPermitted, "EBUSY": .busy, "EAGAIN": .busy, "ENOSYS": .notSupported, "EOPNOTSUPP": .notSupported,
    ]
    static let files: [String: FileError.Reason] = [
        "ENOENT": .notFound, "ENOTDIR": .notFound, "EEXIST": .exists, "ENOSPC": .noSpace, "EDQUOT": .noSpace,
        "EQUOTA": .noSpace, "EACCES": .notPermitted, "EPERM": .notPermitted, "EISDIR": .isDirectory,
    ]

    @Test(arguments: ErrnoName.all) func `each errno means one thing to each interface`(_ name: String) {
        let number = ErrnoName.number(name)
        #expect(XenStoreError.Reason(errno: number) == Self.xenstore[name] ?? .system(errno: number))
        #expect(HypervisorError.Reason(errno: number) == Self.hypercalls[name] ?? .system(errno: number))
        #expect(
            FileError.Reason(errno: number, text: name) == Self.files[name] ?? .system(errno: number, text: name))
    }

    @Test func `every errno with a meaning can be named`() {
        for name in [Self.xenstore.keys.sorted(), Self.hypercalls.keys.sorted(), Self.files.keys.sorted()].joined() {
            #expect(ErrnoName.all.contains(name), "\(name)")
        }
    }
}
