import DomainModel
import HypervisorInterface

/// Pausing, resuming, scheduling domains, and what guests do to themselves.
extension SimulatedMachine {
    func pause(_ id: DomainID) throws(HypervisorError) {
        let domain = try find("xc_domain_pause", id)
        guard id != .zero else { throw HypervisorError("xc_domain_pause", id, .invalid) }
        domain.pauseCount += 1
        if domain.pauseCount == 1 {
            domain.guest?.stop()
            stateChanged(domain, "paused")
        }
    }

    /// - Throws: `invalid` when it is not paused.
    func unpause(_ id: DomainID) throws(HypervisorError) {
        let domain = try find("xc_domain_unpause", id)
        guard domain.pauseCount > 0 else { throw HypervisorError("xc_domain_unpause", id, .invalid) }
        domain.pauseCount -= 1
        if domain.isRunnable {
            stateChanged(domain, "running")
            domain.guest?.run()
        }
    }

    /// Lets a suspended domain run on.
    func resume(_ id: DomainID) throws(HypervisorError) {
        let domain = try find("xc_domain_resume", id)
        guard domain.shutdownReason == .suspend, !domain.isDying else {
            throw HypervisorError("xc_domain_resume", id, .invalid)
        }
        domain.shutdownReason = nil
        domain.guest?.suspendCancelled()
        if domain.isRunnable {
            stateChanged(domain, "running")
            domain.guest?.run()
        }
    }

    func setAffinity(_ cpus: CPUSet, ofVCPU vcpu: Int, of id: DomainID) throws(HypervisorError) {
        let domain = try find("xc_vcpu_setaffinity", id)
        guard domain.affinities.indices.contains(vcpu), let there = cpus.among(configuration.cpus) else {
            throw HypervisorError("xc_vcpu_setaffinity", id, .invalid)
        }
        scheduler.parametersWillChange()
        domain.affinities[vcpu] = there
    }

    func setSchedulerParameters(_ parameters: SchedulerParameters, of id: DomainID) throws(HypervisorError) {
        let call = "xc_sched_credit2_domain_set"
        let domain = try find(call, id)
        guard (1...65535).contains(parameters.weight), (0...65535).contains(parameters.cap) else {
            throw HypervisorError(call, id, .invalid)
        }
        scheduler.parametersWillChange()
        domain.scheduling = parameters
    }

    // MARK: The guest's own hypercalls

    /// SCHEDOP_shutdown: the guest stops, for this reason.
    func guestShutsDown(_ domain: SimulatedDomain, _ reason: ShutdownReason) {
        guard domain.shutdownReason == nil, !domain.isDying else { return }
        domain.shutdownReason = reason
        domain.guest?.stop()
        scheduler.setLoad(0, of: domain)
        if reason == .crash { log.add("Domain \(domain.id) (vcpu#0) crashed on cpu#0:") }
        stateChanged(domain, reason == .suspend ? "suspended" : "shut down (\(reason))")
        raiseExit(domain.id)
    }

    // MARK: Acts of a scenario

    /// The guest shuts down by itself, as when somebody inside says `poweroff` or `reboot`; at the end of boot while
    /// it boots.
    /// - Returns: false when there is no such guest, or it cannot.
    @discardableResult
    public func guestShutdown(_ id: DomainID, _ reason: ShutdownReason) -> Bool {
        act(id) { $0.beginShutdown(reason) }
    }

    /// The guest's kernel panics.
    @discardableResult
    public func guestCrash(_ id: DomainID) -> Bool { act(id) { $0.crash() } }

    /// The guest stops answering anything, busy for ever.
    @discardableResult
    public func guestHang(_ id: DomainID) -> Bool { act(id) { $0.hang() } }

    /// The guest prints on its console.
    @discardableResult
    public func guestPrint(_ id: DomainID, _ text: String) -> Bool { act(id) { $0.print(text) } }

    /// The guest begins to write its memory at this rate: bytes a second within the first `range` bytes.
    @discardableResult
    public func guestDirty(_ id: DomainID, rate: UInt64, range: UInt64?) -> Bool {
        act(id) { $0.dirty(rate: rate, range: range) }
    }

    /// The guest does what no driver does.
    @discardableResult
    public func guestMisbehaves(_ id: DomainID, _ act: HostileAct) -> Bool { self.act(id) { $0.perform(act) } }

    private func act(_ id: DomainID, _ act: @escaping (Guest) -> Void) -> Bool {
        guard let domain = domains[id], let guest = domain.guest, !domain.isDying, domain.shutdownReason == nil else {
            return false
        }
        guest.perform { act(guest) }
        return true
    }
}
