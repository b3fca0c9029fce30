#if RealXen
    import CXen
    import DomainModel
    import HypervisorInterface

    /// The real machine: Xen, xenstored and xenconsoled of the domain 0 we run in.
    public struct XenMachine: Sendable {
        /// What the daemon is handed.
        public let machine: Machine

        private let calls: CallThread<XenControl>
        private let store: LibxenStore
        private let poller: Poller

        /// Opens the handles and looks whether Xen answers.
        ///
        /// - Throws: `notSupported` without Xen or with a Xen that this program was not built for, `notPermitted` without
        ///   privilege; both with a text that says so. xenstored is not asked: its absence shows at the first request.
        public init() async throws(HypervisorError) {
            let calls = CallThread(name: "xen") { XenControl() }
            let poller = Poller()
            poller.start()
            let store = LibxenStore()
            machine = Machine(
                hypervisor: LibxenHypervisor(calls: calls, poller: poller), store: store,
                eventChannels: LibxenEventChannels(calls: calls), consoles: ConsoleDaemon(store: store, poller: poller),
                isSimulated: false)
            self.calls = calls
            self.store = store
            self.poller = poller
            do throws(HypervisorError) {
                try await calls.run { xen throws(HypervisorError) in try xen.checkVersion() }
            } catch {
                close()
                throw error
            }
        }

        /// Closes every handle. No call may follow.
        public func close() {
            store.close()
            calls.close()
            poller.close()
        }
    }

    extension XenControl {
        /// Xen refuses the tools of another version: libxenctrl's control calls carry the version of their interface.
        fileprivate func checkVersion() throws(HypervisorError) {
            let version = try check("xc_version") { xc_version($0, XENVER_version, nil) }
            do {
                var physical = xc_physinfo_t()
                try check("xc_physinfo") { xc_physinfo($0, &physical) }
            } catch {
                guard error.reason == .notPermitted else { throw error }
                throw HypervisorError(
                    "xc_physinfo", nil, .notSupported,
                    text:
                        "Xen \(version >> 16).\(version & 0xFFFF) refuses this program: it was built for another version "
                        + "of Xen, or does not run in domain 0")
            }
        }
    }
#endif
