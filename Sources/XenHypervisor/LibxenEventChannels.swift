#if RealXen
    import CXen
    import DomainModel
    import HypervisorInterface

    /// Event channels that are made for a guest: a hypercall of domain 0's, not of /dev/xen/evtchn.
    struct LibxenEventChannels: EventChannels {
        let calls: CallThread<XenControl>

        func allocateUnbound(in domain: DomainID, remote: DomainID) async throws(HypervisorError) -> EventPort {
            try await calls.run { xen throws(HypervisorError) in
                let port = try xen.check("xc_evtchn_alloc_unbound", domain) {
                    xc_evtchn_alloc_unbound($0, UInt32(domain.rawValue), UInt32(remote.rawValue))
                }
                return EventPort(UInt32(port))
            }
        }
    }
#endif
