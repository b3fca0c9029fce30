import DomainLifecycle
import DomainModel

/// Every path, method and operation of xend: the manual's table (H4), then what stands in reference/http-api.md §6
/// only, then ours.
enum RouteTable {
    static let resources: [Resource] = [
        Resource("/xend", get: Overview.list),

        Resource(
            "/xend/node", get: NodeResource.information,
            [
                .change("shutdown", NodeResource.shutDown(reboot: false)),
                .change("reboot", NodeResource.shutDown(reboot: true)),
                .change("notify", NodeResource.notify),
                .change("cpu_rrobin_slice_set", DomainResource.oldScheduler),
                .change("cpu_bvt_slice_set", DomainResource.oldScheduler),
            ]),
        Resource("/xend/node/dmesg", get: NodeResource.dmesg, [.change("clear", NodeResource.clearDmesg)]),
        Resource("/xend/node/log", get: NodeResource.log),

        Resource(
            "/xend/domain", get: DomainDirectory.list,
            [
                .change("create", DomainDirectory.create),
                .change("restore", DomainDirectory.restore),
            ]),
        Resource(
            "/xend/domain/:domain", get: DomainResource.information,
            [
                .change("configure", DomainResource.configure),
                .change("unpause", DomainResource.perform { _ in .unpause }),
                .change("pause", DomainResource.perform { _ in .pause }),
                .change("shutdown", DomainResource.shutdown),
                .change("destroy", DomainResource.destroy),
                .change(
                    "save",
                    DomainResource.perform { arguments throws(Failure) in
                        .save(path: try arguments.read(.text("file")))
                    }),
                .change("migrate", DomainResource.migrate),
                .change(
                    "pincpu",
                    DomainResource.perform { arguments throws(Failure) in
                        let (cpus, vcpu) = try arguments.read(
                            .cpuSet("cpu", "cpus", "cpumap"), .optionalInteger("vcpu", in: 0...4095))
                        return .pinCPU(cpus, vcpu: vcpu)
                    }),
                .change(
                    "vcpus_set",
                    DomainResource.perform { arguments throws(Failure) in
                        .setVCPUs(try arguments.read(.integer("vcpus", in: 1...DomainConfig.maximumVCPUs)))
                    }),
                .change(
                    "sysrq",
                    DomainResource.perform { arguments throws(Failure) in
                        .sysrq(try arguments.read(.sysrqKey("key")))
                    }),
                .change(
                    "maxmem_set",
                    DomainResource.perform { arguments throws(Failure) in
                        .setMaximumMemory(try arguments.read(.memory("memory")))
                    }),
                .change(
                    "mem_target_set",
                    DomainResource.perform { arguments throws(Failure) in
                        .setMemoryTarget(try arguments.read(.memory("target")))
                    }),
                .change("device_create", DomainResource.createDevice),
                .change("device_destroy", DomainResource.destroyDevice),
                .change("device_configure", DomainResource.configureDevice),
                .query("vifs", DomainResource.devices(.vif)),
                .query("vif", DomainResource.device(.vif)),
                .query("vbds", DomainResource.devices(.vbd)),
                .query("vbd", DomainResource.device(.vbd)),
                .query("vcpuinfo", DomainResource.vcpus),
                .change(
                    "rename",
                    DomainResource.perform { arguments throws(Failure) in
                        .rename(try arguments.read(.domainName("name")))
                    }),
                .query("sched_credit_get", DomainResource.scheduler),
                .change(
                    "sched_credit_set",
                    DomainResource.perform { arguments throws(Failure) in
                        let (weight, cap) = try arguments.read(
                            .optionalInteger("weight", in: 1...65535), .optionalInteger("cap", in: 0...65535))
                        guard weight != nil || cap != nil else {
                            throw Failure(OperationError(.invalid, "Missing parameter: weight"))
                        }
                        return .setScheduler(weight: weight, cap: cap)
                    }),
                .change("cpu_bvt_set", DomainResource.oldScheduler),
                .change("bvt_set", DomainResource.oldScheduler),
                .change("cpu_atropos_set", DomainResource.oldScheduler),
                .change("atropos_set", DomainResource.oldScheduler),
                .change("cancel", DomainResource.cancel),
                .change("resolve", DomainResource.resolve),
            ]),

        Resource("/xend/console", get: ConsoleResource.list),
        Resource(
            "/xend/console/:port", get: ConsoleResource.information,
            [
                .changeByGet("disconnect", ConsoleResource.disconnect)
            ]),

        Resource("/xend/event", get: EventResource.read, [.change("inject", EventResource.inject)]),
        Resource("/xend/device", get: Overview.devices),

        Resource("/xend/vnet", get: NetworkResource.list, [.change("create", NetworkResource.create)]),
        Resource("/xend/vnet/:id", get: NetworkResource.information, [.change("delete", NetworkResource.delete)]),

        Resource("/xend/task", get: TaskResource.list),
        Resource("/xend/task/:id", get: TaskResource.information, [.change("cancel", TaskResource.cancel)]),

        Resource("/xend/style.css", get: Assets.style),
        Resource("/xend/live.js", get: Assets.script),

        Resource("/healthz", get: HealthResource.health),
        Resource("/readyz", get: HealthResource.readiness),
        Resource("/metrics", get: HealthResource.metrics),
    ]
}
