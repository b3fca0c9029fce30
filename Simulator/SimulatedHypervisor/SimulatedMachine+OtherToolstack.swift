import DomainModel
import HypervisorInterface

/// What another toolstack does with the machine, behind the daemon's back: as Xen's own `xl`, all at once.
extension SimulatedMachine {
    /// Makes a domain without devices and lets it run; its nodes are those that libxl writes.
    /// - Parameters:
    ///   - name: in xenstore.
    ///   - kernel: the path of its image.
    ///   - memory: what it gets.
    ///   - id: which it asks for; nil = the next.
    public func createElsewhere(
        name: String, kernel: String, memory: MemorySize, id: DomainID? = nil
    ) throws(HypervisorError) {
        // Of this machine's boots of kernels each has a number of its own.
        let number = withUnsafeBytes(of: (nextGuestSeed + 1).bigEndian) { Array($0) }
        let machine = Array((configuration.name + "------").utf8.prefix(6))
        let uuid = DomainUUID(bytes: Array("xl".utf8) + machine + number)
        let id = try createDomain(DomainCreation(id: id, uuid: uuid, vcpus: 1))
        let domain = try find("xc_domain_create", id)
        do {
            // libxl lets a domain have a mebibyte more than it asks for.
            try setMaximumMemory(memory + MemorySize(mebibytes: 1), of: id)
            let (storePort, consolePort) = (domain.allocatePort(remote: .zero), domain.allocatePort(remote: .zero))
            let built = try build(
                id,
                DomainBuild(
                    kernel: kernel, ramdisk: nil, commandLine: "", kind: .pv, memory: memory, vcpus: 1,
                    storePort: storePort,
                    consolePort: consolePort))
            try writeNodes(of: id, uuid, name, memory, built, consolePort)
            store.introduce(id)
            try unpause(id)
        } catch {
            try? destroyElsewhere(id)
            throw error as? HypervisorError ?? HypervisorError("xs_write", id, .invalid, text: "\(error)")
        }
    }

    private func writeNodes(
        of id: DomainID, _ uuid: DomainUUID, _ name: String, _ memory: MemorySize, _ built: BuiltDomain,
        _ consolePort: EventPort
    ) throws(XenStoreError) {
        let home = "/local/domain/\(id)"
        try store.makeDirectory(home)
        try store.setPermissions(home, [XenStorePermission(.zero, .none), XenStorePermission(id, .read)])
        for (path, value) in [
            ("\(home)/name", name), ("\(home)/domid", "\(id)"), ("\(home)/vm", "/vm/\(uuid)"),
            ("\(home)/memory/target", "\(memory.kibibytes)"), ("\(home)/console/ring-ref", "\(built.consoleFrame)"),
            ("\(home)/console/port", "\(consolePort)"), ("\(home)/control/shutdown", ""), ("/vm/\(uuid)/name", name),
            ("/vm/\(uuid)/uuid", "\(uuid)"),
        ] { try store.write(path, value) }
        try store.setPermissions("\(home)/control/shutdown", [XenStorePermission(id, .none)])
    }

    /// Ends a domain, whoever made it. As libxl, which takes away what it knows of and no more: the nodes of the domain, so that
    /// back-ends let go of its devices, but no back-end that another toolstack has made.
    public func destroyElsewhere(_ id: DomainID) throws(HypervisorError) {
        let domain = try find("xc_domain_destroy", id)
        for path in ["/local/domain/\(id)", "/vm/\(domain.uuid)"] { try? store.remove(path) }
        try destroy(id)
        // The console daemon may name the terminal of a domain that it has just begun to serve: xl looks again.
        timeline.schedule(after: configuration.latencies.console * 2) { [weak self] in
            if let self, self.domains[id] == nil { try? self.store.remove("/local/domain/\(id)") }
        }
    }
}
