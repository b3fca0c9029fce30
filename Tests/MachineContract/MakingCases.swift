import DomainModel
import HypervisorInterface

let makingCases: [ContractCase] = [
    ContractCase("a new domain is paused, empty, and has the uuid it was given") { setting in
        try await ContractGuest.empty(setting) { guest in
            let report = try await guest.report()
            try require(report.isPaused && !report.isDying && report.shutdownReason == nil, "it is \(report)")
            try requireEqual(report.memory, .zero, "its memory")
            try requireEqual(report.uuid.bytes, Array(0xA0...0xAF), "its uuid")
            try require(guest.id > .zero, "its id is 0")
        }
    },
    ContractCase("an id that is asked for is given; while it is taken it is refused; then it is free again") {
        setting in
        let wanted = DomainID(4711)
        for _ in 1...2 {
            try await ContractGuest.empty(setting, id: wanted) { guest in
                try requireEqual(guest.id, wanted, "the id")
                try await requireFailure(.exists, "the second creation") { () throws(HypervisorError) in
                    let creation = DomainCreation(id: wanted, uuid: DomainUUID(bytes: Array(0...15)))
                    _ = try await setting.machine.hypervisor.createDomain(creation)
                }
            }
        }
    },
    ContractCase("two domains that Xen chooses the ids of have different ones") { setting in
        try await ContractGuest.empty(setting) { first in
            try await ContractGuest.empty(setting) { second in
                try require(first.id != second.id, "both have id \(first.id)")
            }
        }
    },
    ContractCase("the memory limit is what was set, to the page") { setting in
        try await ContractGuest.empty(setting) { guest in
            for mebibytes in [8, 64, 32] {
                try await guest.hypervisor.setMaximumMemory(MemorySize(mebibytes: mebibytes), of: guest.id)
                try requireEqual(try await guest.report().maximumMemory.mebibytes, mebibytes, "the limit")
            }
        }
    },
    ContractCase("a built domain has its memory and is still paused") { setting in
        try await ContractGuest.built(setting, setting.kernels.echoes) { guest in
            let report = try await guest.report()
            try requireEqual(report.memory.mebibytes, 8, "its memory")
            try require(report.isPaused, "it runs")
        }
    },
    ContractCase("what is no kernel cannot be built, and the domain stays as it was") { setting in
        for kernel in [setting.kernels.noKernel, "/nonexistent/kernel"] {
            try await ContractGuest.empty(setting) { guest in
                try await requireBuildFailure(.badImage, guest, kernel, memory: 8)
                try require(try await guest.report().isPaused, "it runs")
            }
        }
    },
    ContractCase("a ramdisk that does not fit into the memory cannot be built with") { setting in
        try await ContractGuest.empty(setting) { guest in
            let kernel = setting.kernels.echoes
            try await requireBuildFailure(.badImage, guest, kernel, ramdisk: setting.kernels.largeFile, memory: 8)
        }
    },
    ContractCase("a domain cannot be built with more memory than the node has") { setting in
        let free = try await setting.machine.hypervisor.node().freeMemory
        try await ContractGuest.empty(setting) { guest in
            try await requireBuildFailure(.noMemory, guest, setting.kernels.echoes, memory: free.mebibytes + 64)
        }
        try await setting.eventually("the memory comes back") {
            try await setting.machine.hypervisor.node().freeMemory.mebibytes >= free.mebibytes - 2
        }
    },
]

private func requireBuildFailure(
    _ reason: HypervisorError.Reason, _ guest: ContractGuest, _ kernel: String, ramdisk: String? = nil, memory: Int
) async throws {
    let (store, console) = try await guest.allocatePorts()
    let memory = MemorySize(mebibytes: memory)
    try await guest.hypervisor.setMaximumMemory(memory, of: guest.id)
    try await requireFailure(reason, "the building") { () throws(HypervisorError) in
        let build = DomainBuild(
            kernel: kernel, ramdisk: ramdisk, commandLine: "", kind: .pv, memory: memory, vcpus: 1, storePort: store,
            consolePort: console)
        _ = try await guest.hypervisor.build(guest.id, build)
    }
}
