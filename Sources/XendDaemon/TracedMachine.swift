import DomainModel
import HostInterface
import HypervisorInterface

extension Machine {
    /// The same machine, with every call in the trace.
    func traced(by tracer: Tracer) -> Machine {
        var machine = self
        machine.hypervisor = TracedHypervisor(base: hypervisor, tracer: tracer)
        machine.store = TracedXenStore(base: store, tracer: tracer)
        return machine
    }
}

extension Host {
    /// The same host, with every script in the trace.
    func traced(by tracer: Tracer) -> Host {
        var host = self
        host.scripts = TracedScripts(base: scripts, tracer: tracer)
        return host
    }
}

private struct TracedHypervisor: Hypervisor {
    let base: any Hypervisor
    let tracer: Tracer

    func node() async throws(HypervisorError) -> NodeReport {
        try await tracer.call("xen:node") { () async throws(HypervisorError) in try await base.node() }
    }
    func consoleRing(clear: Bool) async throws(HypervisorError) -> [UInt8] {
        try await tracer.call("xen:consoleRing clear=\(clear)") { () async throws(HypervisorError) in
            try await base.consoleRing(clear: clear)
        }
    }
    func domains() async throws(HypervisorError) -> [DomainReport] {
        try await tracer.call("xen:domains") { () async throws(HypervisorError) in try await base.domains() }
    }
    func changes(
        since look: DomainLook?, besides ids: Set<DomainID>
    ) async throws(HypervisorError) -> DomainChanges {
        try await tracer.call("xen:domains") { () async throws(HypervisorError) in
            try await base.changes(since: look, besides: ids)
        }
    }
    func domain(_ id: DomainID) async throws(HypervisorError) -> DomainReport? {
        try await tracer.call("xen:domain \(id)") { () async throws(HypervisorError) in try await base.domain(id) }
    }
    func vcpus(of id: DomainID) async throws(HypervisorError) -> [VCPUReport] {
        try await tracer.call("xen:vcpus \(id)") { () async throws(HypervisorError) in try await base.vcpus(of: id) }
    }
    func createDomain(_ creation: DomainCreation) async throws(HypervisorError) -> DomainID {
        try await tracer.call("xen:createDomain \(creation.uuid)") { () async throws(HypervisorError) in
            try await base.createDomain(creation)
        }
    }
    func setMaximumMemory(_ size: MemorySize, of id: DomainID) async throws(HypervisorError) {
        try await tracer.call("xen:setMaximumMemory \(id) \(size)") { () async throws(HypervisorError) in
            try await base.setMaximumMemory(size, of: id)
        }
    }
    func build(_ id: DomainID, _ build: DomainBuild) async throws(HypervisorError) -> BuiltDomain {
        try await tracer.call("xen:build \(id) \(build.kernel)") { () async throws(HypervisorError) in
            try await base.build(id, build)
        }
    }
    func pause(_ id: DomainID) async throws(HypervisorError) {
        try await tracer.call("xen:pause \(id)") { () async throws(HypervisorError) in try await base.pause(id) }
    }
    func unpause(_ id: DomainID) async throws(HypervisorError) {
        try await tracer.call("xen:unpause \(id)") { () async throws(HypervisorError) in try await base.unpause(id) }
    }
    func resume(_ id: DomainID) async throws(HypervisorError) {
        try await tracer.call("xen:resume \(id)") { () async throws(HypervisorError) in try await base.resume(id) }
    }
    func destroy(_ id: DomainID) async throws(HypervisorError) {
        try await tracer.call("xen:destroy \(id)") { () async throws(HypervisorError) in try await base.destroy(id) }
    }
    func setHandle(_ uuid: DomainUUID, of id: DomainID) async throws(HypervisorError) {
        try await tracer.call("xen:setHandle \(id) \(uuid)") { () async throws(HypervisorError) in
            try await base.setHandle(uuid, of: id)
        }
    }
    func dumpCore(_ id: DomainID, output: any ImageOutput) async throws(HypervisorError) {
        try await tracer.call("xen:dumpCore \(id)") { () async throws(HypervisorError) in
            try await base.dumpCore(id, output: output)
        }
    }
    func setAffinity(_ cpus: CPUSet, ofVCPU vcpu: Int, of id: DomainID) async throws(HypervisorError) {
        try await tracer.call("xen:setAffinity \(id) \(vcpu) \(cpus)") { () async throws(HypervisorError) in
            try await base.setAffinity(cpus, ofVCPU: vcpu, of: id)
        }
    }
    func schedulerParameters(of id: DomainID) async throws(HypervisorError) -> SchedulerParameters {
        try await tracer.call("xen:schedulerParameters \(id)") { () async throws(HypervisorError) in
            try await base.schedulerParameters(of: id)
        }
    }
    func setSchedulerParameters(
        _ parameters: SchedulerParameters, of id: DomainID
    ) async throws(HypervisorError) {
        try await tracer.call("xen:setSchedulerParameters \(id)") { () async throws(HypervisorError) in
            try await base.setSchedulerParameters(parameters, of: id)
        }
    }
    func save(
        _ id: DomainID, live: Bool, output: any ImageOutput, observer: any SaveObserver
    ) async throws(HypervisorError) {
        try await tracer.call("xen:save \(id) live=\(live)") { () async throws(HypervisorError) in
            try await base.save(id, live: live, output: output, observer: observer)
        }
    }
    func restore(
        _ id: DomainID, _ restore: DomainRestore, input: any ImageInput
    ) async throws(HypervisorError) -> BuiltDomain {
        try await tracer.call("xen:restore \(id)") { () async throws(HypervisorError) in
            try await base.restore(id, restore, input: input)
        }
    }
}

private struct TracedXenStore: XenStore {
    let base: any XenStore
    let tracer: Tracer

    func read(_ path: String, in transaction: XenStoreTransaction?) async throws(XenStoreError) -> String {
        try await tracer.call("xenstore:read \(path)") { () async throws(XenStoreError) in
            try await base.read(path, in: transaction)
        }
    }
    func write(_ path: String, _ value: String, in transaction: XenStoreTransaction?) async throws(XenStoreError) {
        try await tracer.call("xenstore:write \(path) \(value)") { () async throws(XenStoreError) in
            try await base.write(path, value, in: transaction)
        }
    }
    func makeDirectory(_ path: String, in transaction: XenStoreTransaction?) async throws(XenStoreError) {
        try await tracer.call("xenstore:makeDirectory \(path)") { () async throws(XenStoreError) in
            try await base.makeDirectory(path, in: transaction)
        }
    }
    func remove(_ path: String, in transaction: XenStoreTransaction?) async throws(XenStoreError) {
        try await tracer.call("xenstore:remove \(path)") { () async throws(XenStoreError) in
            try await base.remove(path, in: transaction)
        }
    }
    func list(_ path: String, in transaction: XenStoreTransaction?) async throws(XenStoreError) -> [String] {
        try await tracer.call("xenstore:list \(path)") { () async throws(XenStoreError) in
            try await base.list(path, in: transaction)
        }
    }
    func setPermissions(
        _ path: String, _ permissions: [XenStorePermission], in transaction: XenStoreTransaction?
    ) async throws(XenStoreError) {
        try await tracer.call("xenstore:setPermissions \(path)") { () async throws(XenStoreError) in
            try await base.setPermissions(path, permissions, in: transaction)
        }
    }
    func apply(_ changes: [XenStoreChange], in transaction: XenStoreTransaction?) async throws(XenStoreError) {
        try await tracer.call("xenstore:apply \(changes.map(\.description).joined(separator: "; "))") {
            () async throws(XenStoreError) in
            try await base.apply(changes, in: transaction)
        }
    }
    func commit(_ changes: [XenStoreChange], below base: String) async throws(XenStoreError) {
        // In the trace it is what a store is asked for that knows no better way.
        guard !tracer.isOn else { return try await commitInTransaction(changes, below: base) }
        try await self.base.commit(changes, below: base)
    }
    func beginTransaction() async throws(XenStoreError) -> XenStoreTransaction {
        try await tracer.call("xenstore:beginTransaction") { () async throws(XenStoreError) in
            try await base.beginTransaction()
        }
    }
    func endTransaction(_ transaction: XenStoreTransaction, commit: Bool) async throws(XenStoreError) {
        try await tracer.call("xenstore:endTransaction commit=\(commit)") { () async throws(XenStoreError) in
            try await base.endTransaction(transaction, commit: commit)
        }
    }
    func watch(_ path: String) async throws(XenStoreError) -> XenStoreWatch {
        try await tracer.call("xenstore:watch \(path)") { () async throws(XenStoreError) in
            try await base.watch(path)
        }
    }
    func introduce(_ id: DomainID, frame: UInt64, port: EventPort) async throws(XenStoreError) {
        try await tracer.call("xenstore:introduce \(id)") { () async throws(XenStoreError) in
            try await base.introduce(id, frame: frame, port: port)
        }
    }
    func resume(_ id: DomainID) async throws(XenStoreError) {
        try await tracer.call("xenstore:resume \(id)") { () async throws(XenStoreError) in
            try await base.resume(id)
        }
    }
    func release(_ id: DomainID) async throws(XenStoreError) {
        try await tracer.call("xenstore:release \(id)") { () async throws(XenStoreError) in
            try await base.release(id)
        }
    }
}

private struct TracedScripts: ScriptRunner {
    let base: any ScriptRunner
    let tracer: Tracer

    func run(
        _ call: ScriptCall, started: @escaping @Sendable (ScriptProcess) async -> Void
    ) async throws(ScriptError) -> ScriptResult {
        try await tracer.call("script:\(call.path) \(call.arguments.joined(separator: " "))") {
            () async throws(ScriptError) in try await base.run(call, started: started)
        }
    }
    func canRun(_ path: String) async -> Bool { await base.canRun(path) }

    func isRunning(_ process: ScriptProcess) async -> Bool { await base.isRunning(process) }
    func terminate(_ process: ScriptProcess) async { await base.terminate(process) }
}
