#if RealXen
    import CXen
    import DomainModel
    import Glibc
    import HypervisorInterface

    /// An open handle of libxenctrl with the messages of its last call. Belongs to one thread.
    final class XenControl {
        /// nil when it could not be opened; then every call fails with the reason.
        private let handle: OpaquePointer?
        private let openErrno: Int32
        private let logger: UnsafeMutablePointer<cxen_logger>

        init() {
            guard let logger = cxen_logger_new() else { preconditionFailure("out of memory") }
            self.logger = logger
            handle = cxen_open(logger)
            openErrno = handle == nil ? errno : 0
        }

        deinit {
            if let handle { xc_interface_close(handle) }
            cxen_logger_free(logger)
        }

        /// The handle, for several calls in a row.
        func interface(for call: String, _ domain: DomainID? = nil) throws(HypervisorError) -> OpaquePointer {
            cxen_logger_clear(logger)
            if let handle { return handle }
            throw HypervisorError(call, domain, openReason, text: openText)
        }

        /// Makes a call that returns a negative number and sets errno when it fails.
        @discardableResult
        func check(
            _ call: String, _ domain: DomainID? = nil, _ body: (OpaquePointer) -> Int32
        ) throws(HypervisorError) -> Int32 {
            let handle = try interface(for: call, domain)
            let result = body(handle)
            if result < 0 { throw error(call, domain, errno: errno) }
            return result
        }

        /// The error of the call that just failed.
        func error(
            _ call: String, _ domain: DomainID?, errno: Int32, reason: HypervisorError.Reason? = nil
        ) -> HypervisorError {
            HypervisorError(call, domain, reason ?? HypervisorError.Reason(errno: errno), text: message)
        }

        /// What the library said, without the places in its sources.
        var message: String? {
            let lines = String(cString: cxen_logger_text(logger)).split(separator: "\n").map(plain)
            // The first is the cause; what follows are the consequences, in the callers.
            return lines.first { !$0.isEmpty }
        }

        private var openReason: HypervisorError.Reason {
            switch openErrno {
            case ENOENT, ENODEV, ENXIO: .notSupported
            default: HypervisorError.Reason(errno: openErrno)
            }
        }

        private var openText: String {
            switch openErrno {
            case ENOENT, ENODEV, ENXIO:
                "this machine does not run Xen, or this is not its domain 0 (no /dev/xen/privcmd)"
            case EACCES, EPERM: "permission denied (xend must run as root in domain 0)"
            default: "/dev/xen/privcmd cannot be opened: \(systemText(openErrno))"
            }
        }
    }

    /// A message of the library without the place in its sources and the name of its error code:
    /// `panic: xg_dom_core.c:208: xc_dom_find_loader: no loader found: Invalid kernel` → `no loader found`.
    func plain(_ line: Substring) -> String {
        var parts = line.split(separator: ":").map { $0.trimmingPrefix(while: { $0 == " " }) }
        parts.removeAll { noise.contains(String($0)) || $0.hasSuffix(".c") || $0.allSatisfy(\.isNumber) }
        parts.removeAll { $0.hasPrefix("xc_") || $0.hasPrefix("xg_") }
        return parts.joined(separator: ": ")
    }

    private let noise: Set = ["panic", "error", "Internal error", "Invalid kernel", "Out of memory"]

    func systemText(_ errno: Int32) -> String { String(cString: strerror(errno)) }
#endif
