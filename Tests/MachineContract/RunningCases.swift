import DomainModel
import HypervisorInterface

let runningCases: [ContractCase] = [
    ContractCase("a PVH domain boots, talks on its console, and obeys") { setting in
        try await ContractGuest.running(setting, setting.kernels.echoes, kind: .pvh) { guest in
            try requireEqual(try await guest.report().kind, .pvh, "its kind")
            try requireEqual(try await guest.report().maximumMemory.mebibytes, 8, "its memory limit")
            try await guest.withConsole { console in
                try await console.expect("ready\n")
                try await console.expectEcho()
            }
            try await guest.request("poweroff")
            try await guest.stops(.poweroff)
        }
    },
    ContractCase("a domain runs when unpaused, stops when paused, and runs on") { setting in
        try await ContractGuest.running(setting, setting.kernels.echoes) { guest in
            try require(try await !guest.report().isPaused, "it is paused")
            try await guest.hypervisor.pause(guest.id)
            try require(try await guest.report().isPaused, "it is not paused")
            try await guest.hypervisor.unpause(guest.id)
            try await guest.withConsole { try await $0.expect("ready") }
        }
    },
    ContractCase("a shutdown request is obeyed, and the domain stays, stopped") { setting in
        for (word, reason) in [("poweroff", ShutdownReason.poweroff), ("reboot", .reboot), ("halt", .poweroff)] {
            try await ContractGuest.running(setting, setting.kernels.echoes) { guest in
                try await guest.request(word)
                try await guest.stops(reason)
                try await setting.eventually("the request is acknowledged") {
                    try await guest.store.read("\(guest.path)/control/shutdown").isEmpty
                }
            }
        }
    },
    ContractCase("a domain that stops by itself says why, and @releaseDomain fires") { setting in
        for (kernel, reason) in [(setting.kernels.reboots, ShutdownReason.reboot), (setting.kernels.crashes, .crash)] {
            try await ContractGuest.built(setting, kernel) { guest in
                let watch = try await guest.store.watch("@releaseDomain")
                defer { watch.cancel() }
                var changes = watch.changes.makeAsyncIterator()
                try requireEqual(await changes.next(), "@releaseDomain", "the first event")
                try await guest.hypervisor.unpause(guest.id)
                try requireEqual(await changes.next(), "@releaseDomain", "the second event")
                try await guest.stops(reason)
            }
        }
    },
    ContractCase("a destroyed domain is gone, and @releaseDomain fires") { setting in
        try await ContractGuest.running(setting, setting.kernels.echoes) { guest in
            try await guest.withConsole { try await $0.expect("ready") }
            let watch = try await guest.store.watch("@releaseDomain")
            defer { watch.cancel() }
            var changes = watch.changes.makeAsyncIterator()
            try requireEqual(await changes.next(), "@releaseDomain", "the first event")
            try await guest.hypervisor.destroy(guest.id)
            try requireEqual(await changes.next(), "@releaseDomain", "the second event")
            try await guest.vanish()
            try await requireFailure(.noSuchDomain, "destroying it again") { () throws(HypervisorError) in
                try await guest.hypervisor.destroy(guest.id)
            }
        }
    },
    ContractCase("a domain is given another uuid, by which it is reported then") { setting in
        try await ContractGuest.built(setting, setting.kernels.echoes) { guest in
            let uuid = DomainUUID(random: Array(1...16))
            try await guest.hypervisor.setHandle(uuid, of: guest.id)
            try requireEqual(try await guest.report().uuid, uuid, "its uuid")
            let listed = try await guest.hypervisor.domains().first { $0.id == guest.id }
            try requireEqual(listed?.uuid, uuid, "its uuid in the list")
        }
        try await requireFailure(.noSuchDomain, "giving a uuid to nobody") { () throws(HypervisorError) in
            let nobody = DomainID(30_000) ?? .zero
            try await setting.machine.hypervisor.setHandle(DomainUUID(random: Array(1...16)), of: nobody)
        }
    },
    ContractCase("@introduceDomain fires for a new domain") { setting in
        let watch = try await setting.machine.store.watch("@introduceDomain")
        defer { watch.cancel() }
        var changes = watch.changes.makeAsyncIterator()
        try requireEqual(await changes.next(), "@introduceDomain", "the first event")
        try await ContractGuest.built(setting, setting.kernels.echoes) { _ in
            var changes = watch.changes.makeAsyncIterator()
            try requireEqual(await changes.next(), "@introduceDomain", "the second event")
        }
    },
]

let schedulingCases: [ContractCase] = [
    ContractCase("a vcpu is pinned where it is told, and freed again") { setting in
        try await ContractGuest.built(setting, setting.kernels.echoes) { guest in
            // All that there are is any; what there is not is left out.
            let all = CPUSet(0..<(try await guest.hypervisor.node().cpus))
            let sets: [(CPUSet, CPUSet)] = [([1], [1]), ([0], [0]), (all, .any), ([0, 500], [0]), (.any, .any)]
            for (set, affinity) in sets {
                try await guest.hypervisor.setAffinity(set, ofVCPU: 0, of: guest.id)
                let vcpus = try await guest.hypervisor.vcpus(of: guest.id)
                try requireEqual(vcpus.map(\.affinity), [affinity], "the affinity")
            }
            try await requireFailure(.invalid, "pinning to a cpu that is not there") { () throws(HypervisorError) in
                try await guest.hypervisor.setAffinity(CPUSet([500]), ofVCPU: 0, of: guest.id)
            }
        }
    },
    ContractCase("weight and cap are 256 and none, and what they are set to") { setting in
        try await ContractGuest.built(setting, setting.kernels.echoes) { guest in
            let before = try await guest.hypervisor.schedulerParameters(of: guest.id)
            try requireEqual(before, SchedulerParameters(weight: 256, cap: 0), "a new domain's parameters")
            let after = SchedulerParameters(weight: 512, cap: 50)
            try await guest.hypervisor.setSchedulerParameters(after, of: guest.id)
            try requireEqual(try await guest.hypervisor.schedulerParameters(of: guest.id), after, "the parameters")
        }
    },
]

let consoleCases: [ContractCase] = [
    ContractCase("a console carries bytes in both directions") { setting in
        try await ContractGuest.running(setting, setting.kernels.echoes) { guest in
            try await guest.withConsole { console in
                try await console.expect("ready\n")
                for text in ["hello", "\u{7F}\u{1B}[A ", String(repeating: "0123456789", count: 200)] {
                    try await console.send(text)
                    try await console.expect(text)
                }
            }
        }
    },
    ContractCase("what was printed before anyone listened is there") { setting in
        try await ContractGuest.running(setting, setting.kernels.echoes) { guest in
            await setting.pass(.milliseconds(500))
            try await guest.withConsole { try await $0.expect("ready\n") }
        }
    },
    ContractCase("a console ends with its domain") { setting in
        try await ContractGuest.running(setting, setting.kernels.echoes) { guest in
            try await guest.withConsole { console in
                try await console.expect("ready\n")
                try await guest.vanish()
                try requireEqual(try await console.stream.read(), [], "what comes after the end")
            }
        }
    },
    ContractCase("a domain made again under the same id has a new console") { setting in
        for _ in 1...3 {
            try await ContractGuest.built(setting, setting.kernels.echoes, id: DomainID(4712)) { guest in
                try await guest.hypervisor.unpause(guest.id)
                try await guest.withConsole { try await $0.expect("ready\n") }
            }
        }
    },
    ContractCase("there is no console of a domain that is not there") { setting in
        guard let nobody = DomainID(31_000) else { return }
        try await requireFailure(.noSuchDomain, "opening it") { () throws(HypervisorError) in
            _ = try await setting.machine.consoles.open(nobody)
        }
    },
]
