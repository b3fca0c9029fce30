import DomainModel
import HypervisorInterface

let nodeCases: [ContractCase] = [
    ContractCase("the node has memory and cpus, and says which Xen it runs") { setting in
        let node = try await setting.machine.hypervisor.node()
        try require(node.major >= 4, "major version \(node.major)")
        try require(node.cpus > 0 && node.cpuKilohertz > 0, "no cpus")
        try require(.zero < node.freeMemory && node.freeMemory < node.totalMemory, "free memory \(node.freeMemory)")
        try require(node.capabilities.contains("xen-3.0-x86_64"), "capabilities \(node.capabilities)")
        try require(!node.scheduler.isEmpty, "no scheduler")
    },
    ContractCase("domain 0 is there, runs and is the first") { setting in
        let domains = try await setting.machine.hypervisor.domains()
        try requireEqual(domains.first?.id, .zero, "the first domain")
        try require(domains.map(\.id) == domains.map(\.id).sorted(), "domains are not in order")
        try require(domains.first?.isPaused == false && domains.first?.shutdownReason == nil, "domain 0 does not run")
    },
    ContractCase("a look goes on from the one before: it tells who has changed, who is gone, and of whom it is asked") {
        setting in
        let hypervisor = setting.machine.hypervisor
        var last = try await hypervisor.changes(since: nil, besides: [])
        try require(last.isComplete, "the first look is not at everything")
        try requireEqual(last.reports.map(\.id), try await hypervisor.domains().map(\.id), "the first look")
        let id = try await ContractGuest.empty(setting) { guest in
            last = try await hypervisor.changes(since: last.look, besides: [])
            try require(last.reports.contains { $0.id == guest.id }, "a new domain is not told of")
            last = try await hypervisor.changes(since: last.look, besides: [.zero])
            try require(last.reports.first?.id == .zero, "domain 0 is asked for and not told of")
            try require(last.isComplete || !last.reports.contains { $0.id == guest.id }, "nothing has changed")
            try await hypervisor.setMaximumMemory(MemorySize(mebibytes: 8), of: guest.id)
            last = try await hypervisor.changes(since: last.look, besides: [])
            try require(last.reports.contains { $0.id == guest.id }, "a changed domain is not told of")
            return guest.id
        }
        last = try await hypervisor.changes(since: last.look, besides: [])
        try require(!last.reports.contains { $0.id == id }, "there is still a domain \(id)")
        try require(last.isComplete || last.gone.contains(id), "its end is not told of")
    },
    ContractCase("Xen's log can be read again and again until it is cleared") { setting in
        let hypervisor = setting.machine.hypervisor
        let log = try await hypervisor.consoleRing(clear: false)
        try require(!log.isEmpty, "the log is empty")
        let again = try await hypervisor.consoleRing(clear: true)
        try require(again.starts(with: log), "the log has changed")
        try require(try await hypervisor.consoleRing(clear: false).count < log.count, "the log was not cleared")
    },
    ContractCase("what is asked of a domain that is not there fails as such") { setting in
        let hypervisor = setting.machine.hypervisor
        guard let nobody = DomainID(31_000) else { return }
        try require(try await hypervisor.domain(nobody) == nil, "there is a domain \(nobody)")
        for (name, call) in calls(hypervisor, nobody) { try await requireFailure(.noSuchDomain, name, call) }
    },
]

private func calls(
    _ hypervisor: any Hypervisor, _ id: DomainID
) -> [(String, () async throws(HypervisorError) -> Void)] {
    [
        ("pause", { () throws(HypervisorError) in try await hypervisor.pause(id) }),
        ("unpause", { () throws(HypervisorError) in try await hypervisor.unpause(id) }),
        ("destroy", { () throws(HypervisorError) in try await hypervisor.destroy(id) }),
        ("vcpus", { () throws(HypervisorError) in _ = try await hypervisor.vcpus(of: id) }),
        (
            "setMaximumMemory",
            { () throws(HypervisorError) in try await hypervisor.setMaximumMemory(MemorySize(mebibytes: 8), of: id) }
        ),
        ("setAffinity", { () throws(HypervisorError) in try await hypervisor.setAffinity(.any, ofVCPU: 0, of: id) }),
    ]
}
