// Domains and their life.

import SExpressions

extension XendClient {
    /// `xend_domains()`: the names of all domains, in the daemon's order.
    public func domains() async throws(XendError) -> [String] { try await names(.domains(), "the list of domains") }

    /// A domain in the answer to a list with details.
    public enum Listed: Equatable, Sendable {
        /// xend knows it, with all that it tells.
        case domain(DomainInformation)
        /// From a daemon that tells names only.
        case name(String)
    }

    /// All domains with all that is known of each, in one answer (`?detail=1`).
    ///
    /// - Parameter state: nil, what is there in Xen; else a word of `?state=`: `halted`, `suspended`, `all`.
    public func domainsInDetail(whose state: String? = nil) async throws(XendError) -> [Listed] {
        let chosen = state.map { [("state", XendCall.Argument.text($0))] } ?? []
        let answer = try await perform(.get("domain", arguments: [("detail", .text("1"))] + chosen))
        guard let members = try answer.expression("the list of domains").list else {
            throw .unreadable("xend answered an atom instead of the list of domains")
        }
        return members.map { member in
            member.atom.map(Listed.name) ?? .domain(DomainInformation(member))
        }
    }

    /// `xend_domain_create(config)`: creates a domain from `(vm …)`; it is left paused.
    public func domainCreate(config: SExpression) async throws(XendError) -> DomainInformation {
        try await domainCreate(config: .expression(config))
    }

    /// The same with a configuration that is uploaded as a file, unchanged.
    public func domainCreate(config: XendCall.Argument) async throws(XendError) -> DomainInformation {
        DomainInformation(try await perform(.domainCreate(config: config)).expression("the new domain"))
    }

    /// `xend_domain_restore(filename)`: restores a saved domain. The path is one of the daemon's machine.
    ///
    /// - Parameters:
    ///   - file: as `save` wrote it.
    ///   - isPaused: it stays paused, however it was saved.
    public func domainRestore(file: String, isPaused: Bool = false) async throws(XendError) -> DomainInformation {
        DomainInformation(
            try await perform(.domainRestore(file: file, isPaused: isPaused)).expression("the restored domain"))
    }

    /// `xend_domain(dom)`: one domain, by name, id or uuid.
    public func domain(_ domain: String) async throws(XendError) -> DomainInformation {
        let answer = try await perform(.domain(domain)).expression("the domain")
        // An empty name asks for the list.
        guard answer.isElement("domain") else {
            throw .unreadable("xend answered \(answer.description.prefix(60)) instead of the domain \"\(domain)\"")
        }
        return DomainInformation(answer)
    }

    /// `xend_domain_configure(dom, conf)`: gives a configuration to a domain that has none; for restore and migration.
    public func domainConfigure(_ domain: String, config: SExpression) async throws(XendError) {
        try await order(.domainConfigure(domain, config: .expression(config)))
    }

    /// `xend_domain_unpause(dom)`: lets a domain run.
    public func domainUnpause(_ domain: String) async throws(XendError) { try await order(.domainUnpause(domain)) }

    /// `xend_domain_pause(dom)`: stops a domain from running.
    public func domainPause(_ domain: String) async throws(XendError) { try await order(.domainPause(domain)) }

    /// `xend_domain_shutdown(dom, reason)`: asks a domain to shut down: `reboot`, `poweroff` or `halt`.
    public func domainShutdown(_ domain: String, reason: String) async throws(XendError) {
        try await order(.domainShutdown(domain, reason: reason))
    }

    /// `xend_domain_destroy(dom, reason)`: ends a domain at once: `reboot` or `halt`.
    public func domainDestroy(_ domain: String, reason: String) async throws(XendError) {
        try await order(.domainDestroy(domain, reason: reason))
    }

    /// `xend_domain_save(dom, filename)`: saves a domain to a file of the daemon's machine and ends it.
    ///
    /// - Parameters:
    ///   - domain: its name, id or uuid.
    ///   - file: a path of the daemon's machine.
    ///   - afterwards: `running` or `paused`: a checkpoint, after which the domain is still there; nil: it is gone.
    public func domainSave(
        _ domain: String, file: String, afterwards: String? = nil
    ) async throws(XendError) {
        try await order(.domainSave(domain, file: file, afterwards: afterwards))
    }

    /// Writes a core of a domain, its memory for a debugger, to a file of the daemon's machine.
    ///
    /// - Parameters:
    ///   - domain: its name, id or uuid.
    ///   - file: a path of the daemon's machine; "": a new one where the daemon keeps cores.
    ///   - live: whether it runs meanwhile; else it is held still.
    ///   - afterwards: `crash`: it is ended then; `reset`: it is built again; nil: it goes on.
    /// - Returns: where the core is.
    public func domainDump(
        _ domain: String, file: String = "", live: Bool = false, afterwards: String? = nil
    ) async throws(XendError) -> String {
        let answer = try await perform(.domainDump(domain, file: file, live: live, afterwards: afterwards))
        return (try? answer.expression("the file")).flatMap { $0.childText("file") } ?? file
    }

    /// `xend_domain_migrate(dom, dst)`: moves a domain to another machine.
    ///
    /// - Parameters:
    ///   - domain: its name, id or uuid.
    ///   - destination: the other machine, `HOST` or `HOST:PORT`.
    ///   - live: whether it runs on while its memory is sent.
    ///   - resource: Mbit/s it may use, 0 for no limit.
    /// - Returns: the URL of the domain there.
    @discardableResult
    public func domainMigrate(
        _ domain: String, destination: String, live: Bool = false, resource: Int = 0
    ) async throws(XendError) -> String {
        let call = XendCall.domainMigrate(
            domain, destination: destination, live: live ? "1" : "0", resource: "\(resource)")
        return try await text(call)
    }

    /// `xend_domain_pincpu(id, cpu)`: pins a domain to a physical cpu.
    public func domainPinCPU(_ domain: String, cpu: Int) async throws(XendError) {
        try await order(.domainPinCPU(domain, cpu: "\(cpu)"))
    }

    /// Asks a domain to use so many of its virtual cpus.
    public func domainVCPUsSet(_ domain: String, vcpus: Int) async throws(XendError) {
        try await order(.domainVCPUsSet(domain, vcpus: "\(vcpus)"))
    }

    /// Presses SysRq and a key on a domain's keyboard.
    public func domainSysRq(_ domain: String, key: String) async throws(XendError) {
        try await order(.domainSysRq(domain, key: key))
    }

    /// `xend_domain_maxmem_set(dom, memory)`: limits a domain's memory, in megabytes.
    public func domainMaxmemSet(_ domain: String, memory: Int) async throws(XendError) {
        try await order(.domainMaxmemSet(domain, memory: "\(memory)"))
    }

    /// Asks a domain to change the memory it has, in megabytes.
    public func domainMemTargetSet(_ domain: String, target: Int) async throws(XendError) {
        try await order(.domainMemTargetSet(domain, target: "\(target)"))
    }

    /// Gives a domain another name.
    public func domainRename(_ domain: String, name: String) async throws(XendError) {
        try await order(.domainRename(domain, name: name))
    }
}

extension XendCall {
    /// Asks for the names of all domains.
    public static func domains() -> XendCall { .get("domain") }
    /// Asks about a domain, by name, id or uuid.
    public static func domain(_ domain: String) -> XendCall { .get("domain", domain) }

    /// Makes a domain of a `(vm …)`; it is paused then.
    public static func domainCreate(config: Argument) -> XendCall {
        .post("domain", operation: "create", arguments: [("config", config)])
    }
    /// Brings back a domain from a file of the daemon's machine.
    ///
    /// - Parameters:
    ///   - file: as `save` wrote it.
    ///   - isPaused: it stays paused, however it was saved.
    public static func domainRestore(file: String, isPaused: Bool = false) -> XendCall {
        .post(
            "domain", operation: "restore",
            arguments: [("file", .text(file))] + (isPaused ? [("paused", .text("1"))] : []), patience: .transfer)
    }
    /// Gives a domain without a configuration one, `(domain … (config (vm …)))`.
    public static func domainConfigure(_ domain: String, config: Argument) -> XendCall {
        .post("domain", domain, operation: "configure", arguments: [("config", config)])
    }
    /// Lets a paused domain run.
    public static func domainUnpause(_ domain: String) -> XendCall { .post("domain", domain, operation: "unpause") }
    /// Stops a domain's cpus until it is unpaused.
    public static func domainPause(_ domain: String) -> XendCall { .post("domain", domain, operation: "pause") }

    /// Asks the guest to end: `poweroff`, `reboot` or `halt`.
    public static func domainShutdown(_ domain: String, reason: String) -> XendCall {
        .post("domain", domain, operation: "shutdown", arguments: [("reason", .text(reason))])
    }
    /// Ends a domain without asking it: `halt`, or `reboot` to build it again.
    public static func domainDestroy(_ domain: String, reason: String) -> XendCall {
        .post("domain", domain, operation: "destroy", arguments: [("reason", .text(reason))])
    }
    /// Saves a domain to a file of the daemon's machine.
    ///
    /// - Parameters:
    ///   - domain: its name, id or uuid.
    ///   - file: a path of the daemon's machine.
    ///   - afterwards: `running` or `paused`: a checkpoint, after which the domain is still there; nil: it is gone.
    public static func domainSave(_ domain: String, file: String, afterwards: String? = nil) -> XendCall {
        .post(
            "domain", domain, operation: "save",
            arguments: [("file", .text(file))] + (afterwards.map { [("afterwards", .text($0))] } ?? []),
            patience: .transfer)
    }

    /// Writes a core of a domain to a file of the daemon's machine; "" = a new one where it keeps them. `afterwards` is `crash` or `reset`.
    public static func domainDump(
        _ domain: String, file: String, live: Bool = false, afterwards: String? = nil
    ) -> XendCall {
        .post(
            "domain", domain, operation: "dump",
            arguments: [("file", .text(file)), ("live", .text(live ? "1" : "0"))]
                + (afterwards.map { [($0, .text("1"))] } ?? []), patience: .transfer)
    }

    /// The spelling of the 2.0 client; the manual's own is `dst`, and the daemon takes both.
    public static func domainMigrate(
        _ domain: String, destination: String, live: String, resource: String
    ) -> XendCall {
        .post(
            "domain", domain, operation: "migrate",
            arguments: [
                ("destination", .text(destination)), ("live", .text(live)), ("resource", .text(resource)),
            ], patience: .transfer)
    }
    /// Pins a domain's virtual cpus to physical ones.
    ///
    /// - Parameters:
    ///   - domain: its name, id or uuid.
    ///   - cpu: a number, `0-1,3` or `any`.
    ///   - vcpu: which one; nil = all.
    public static func domainPinCPU(_ domain: String, cpu: String, vcpu: Int? = nil) -> XendCall {
        .post(
            "domain", domain, operation: "pincpu",
            arguments: [("cpu", .text(cpu))] + (vcpu.map { [("vcpu", .number($0))] } ?? []))
    }
    /// Asks a domain to use so many of its virtual cpus.
    public static func domainVCPUsSet(_ domain: String, vcpus: String) -> XendCall {
        .post("domain", domain, operation: "vcpus_set", arguments: [("vcpus", .text(vcpus))])
    }
    /// Presses SysRq and this key.
    public static func domainSysRq(_ domain: String, key: String) -> XendCall {
        .post("domain", domain, operation: "sysrq", arguments: [("key", .text(key))])
    }
    /// Limits a domain's memory, in megabytes.
    public static func domainMaxmemSet(_ domain: String, memory: String) -> XendCall {
        .post("domain", domain, operation: "maxmem_set", arguments: [("memory", .text(memory))])
    }
    /// Asks a domain to change the memory it has, in megabytes.
    public static func domainMemTargetSet(_ domain: String, target: String) -> XendCall {
        .post("domain", domain, operation: "mem_target_set", arguments: [("target", .text(target))])
    }
    /// Decides about a copy in doubt after a migration: `keep` or `drop`.
    public static func domainResolve(_ domain: String, decision: String) -> XendCall {
        .post("domain", domain, operation: "resolve", arguments: [("decision", .text(decision))])
    }
    /// Keeps a configuration, `(vm …)`, whether or not a domain of it runs.
    public static func domainDefine(config: Argument) -> XendCall {
        .post("domain", operation: "define", arguments: [("config", config)])
    }
    /// Keeps a domain as it is, also when it does not run.
    public static func domainKeep(_ domain: String) -> XendCall { .post("domain", domain, operation: "keep") }
    /// Keeps a domain no longer; `memory` is `keep` or `drop`.
    public static func domainUndefine(_ domain: String, memory: String) -> XendCall {
        .post("domain", domain, operation: "undefine", arguments: [("memory", .text(memory))])
    }
    /// Starts a domain that is defined; `paused` is 0 or 1.
    public static func domainStart(_ domain: String, paused: String) -> XendCall {
        .post("domain", domain, operation: "start", arguments: [("paused", .text(paused))], patience: .transfer)
    }
    /// Keeps a domain's memory until it is started again.
    public static func domainSuspend(_ domain: String) -> XendCall {
        .post("domain", domain, operation: "suspend", patience: .transfer)
    }
    /// Says what becomes of a domain with its machine: each argument by its name on the wire.
    public static func domainAutostart(_ domain: String, _ arguments: [(name: String, value: String)]) -> XendCall {
        .post(
            "domain", domain, operation: "autostart", arguments: arguments.map { ($0.name, Argument.text($0.value)) })
    }
    /// Gives a domain another name.
    public static func domainRename(_ domain: String, name: String) -> XendCall {
        .post("domain", domain, operation: "rename", arguments: [("name", .text(name))])
    }
}
