import DomainModel
import HypervisorInterface

/// What a guest's kernel does with its part of xenstore: finds its devices, answers requests, suspends and comes back.
extension Guest {
    /// Looks for devices from now on; each that is new gets a front-end.
    func startDrivers() {
        watch("\(home)/device") { [weak self] path in self?.deviceChanged(path) }
        machine.startBackendDrivers(of: domain.id)
    }

    /// Answers `control/shutdown`, `control/sysrq`, `memory/target` and `cpu/N/availability` from now on.
    func watchControl() {
        for (feature, isThere) in [
            ("poweroff", !behaviour.ignoresShutdown), ("reboot", !behaviour.ignoresShutdown),
            ("suspend", !behaviour.refusesSuspend),
        ] where isThere {
            // Only a courtesy to the toolstack, which may not have allowed it.
            try? machine.store.write("\(home)/control/feature-\(feature)", "1", as: domain.id)
        }
        watch("\(home)/control/shutdown") { [weak self] _ in self?.controlChanged() }
        watch("\(home)/control/sysrq") { [weak self] _ in self?.sysrqPressed() }
        watch("\(home)/memory/target") { [weak self] _ in self?.newMemoryTarget() }
        watch("\(home)/cpu") { [weak self] _ in self?.countCPUs() }
    }

    func watch(_ path: String, _ changed: @escaping (String) -> Void) {
        let number = try? machine.store.watch(path, as: domain.id) { [weak self] path in
            self?.whenRunning { changed(path) }
        }
        if let number { watches.append(number) }
    }

    /// Obeys a request as Linux does: acknowledges by clearing the node, then acts.
    private func controlChanged() {
        guard phase == .up, let word = try? read("control/shutdown"), !word.isEmpty else { return }
        guard !behaviour.ignoresShutdown || word == "suspend" else { return }
        let reason: ShutdownReason
        switch word {
        case "poweroff", "halt": reason = .poweroff
        case "reboot": reason = .reboot
        case "suspend": reason = .suspend
        default: return print("Ignoring shutdown request: \(word)\r\n")
        }
        let fault = machine.faults.meet(.guest, String(domain.id.rawValue), word)
        if fault.isSilence { return }
        guard let delay = fault.delay else { return obey(reason) }
        clock.after(delay) { [self] in obey(reason) }
    }

    /// As Linux: takes the key away, says what it does, and does it without closing anything.
    private func sysrqPressed() {
        guard phase == .up, let key = try? read("control/sysrq"), !key.isEmpty else { return }
        try? machine.store.write("\(home)/control/sysrq", "", as: domain.id)
        switch key {
        case "b":
            print("sysrq: Resetting\r\n")
            machine.guestShutsDown(domain, .reboot)
        case "o":
            print("sysrq: Power Off\r\n")
            machine.guestShutsDown(domain, .poweroff)
        case "c":
            print("sysrq: Trigger a crash\r\n")
            crash()
        case "s": print("sysrq: Emergency Sync\r\nEmergency Sync complete\r\n")
        default: print("sysrq: HELP : reboot(b) crash(c) poweroff(o) sync(s)\r\n")
        }
    }

    /// Of its virtual cpus those are in use that the toolstack calls online; the first always is.
    private func countCPUs() {
        let others = (1..<max(1, domain.vcpus)).filter { number in
            (try? read("cpu/\(number)/availability")) != "offline"
        }
        domain.onlineVCPUs = others.count + 1
    }

    private func obey(_ reason: ShutdownReason) {
        // Without permission the request stays there; the kernel obeys all the same.
        try? machine.store.write("\(home)/control/shutdown", "", as: domain.id)
        if reason == .suspend, behaviour.refusesSuspend {
            return print("PM: suspend of devices failed, error -16\r\n")
        }
        beginShutdown(reason)
    }

    // MARK: Devices

    /// `path` is `…/device/TYPE/ID/…`.
    private func deviceChanged(_ path: String) {
        let base = "\(home)/device"
        guard path.hasPrefix(base + "/") else {
            for type in (try? machine.store.list(base)) ?? [] {
                for index in (try? machine.store.list("\(base)/\(type)")) ?? [] { probe(type, index) }
            }
            return
        }
        let parts = path.dropFirst(base.count + 1).split(separator: "/")
        guard parts.count >= 2 else {
            if let type = parts.first { removeMissing(String(type)) }
            return
        }
        probe(String(parts[0]), String(parts[1]))
    }

    private func probe(_ type: String, _ number: String) {
        let path = "\(home)/device/\(type)/\(number)"
        if let frontend = frontends[path] {
            if (try? machine.store.read(path, as: domain.id)) == nil {
                frontends[path] = nil
                frontend.forget()
            }
            return
        }
        guard let type = DeviceType(rawValue: type), let driver = type.frontendDriver,
            !behaviour.neverConnects.contains(type),
            XenbusState(text: try? machine.store.read("\(path)/state", as: domain.id)) == .initialising,
            let backend = try? machine.store.read("\(path)/backend", as: domain.id)
        else { return }
        let frontend = driver.init(guest: self, type: type, path: path, backend: backend)
        frontends[path] = frontend
        frontend.start()
    }

    private func removeMissing(_ type: String) {
        let base = "\(home)/device/\(type)/"
        for path in frontends.keys.sorted() where path.hasPrefix(base) && machine.store.node(path) == nil {
            frontends.removeValue(forKey: path)?.forget()
        }
    }

    // MARK: Suspending

    /// The suspend was called off: everything is as it was, the connections too.
    func suspendCancelled() { machine.stateChanged(domain, "up") }

    /// Awake in a new domain, perhaps on another host: every connection is to be made anew.
    func arrive() {
        isArriving = false
        machine.stateChanged(domain, "up")
        for watch in watches { machine.store.unwatch(watch) }
        watches = []
        for frontend in frontends.values { frontend.forget() }
        frontends = [:]
        startDrivers()
        watchControl()
    }
}
