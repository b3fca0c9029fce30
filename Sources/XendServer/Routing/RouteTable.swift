import DomainLifecycle
import DomainModel

/// Every path, method and operation of xend: the manual's table (H4), then what stands in reference/http-api.md §6
/// only, then ours.
enum RouteTable {
    static let resources = own + assets

    /// What pages are made with. They are there without xend, too, for whoever answers in its place.
    static let assets = [
        Resource("/xend/style.css", get: Assets.style, for: .everyone),
        Resource("/xend/icon.svg", get: Assets.icon, for: .everyone),
        Resource("/xend/live.js", get: Assets.script, for: .everyone),
        Resource("/xend/console.js", get: Assets.consoleScript, for: .everyone),
        Resource(
            "/xend/xterm.js", get: Assets.terminal("xterm.js", "text/javascript; charset=utf-8"), for: .everyone),
        Resource("/xend/xterm.css", get: Assets.terminal("xterm.css", "text/css; charset=utf-8"), for: .everyone),
    ]

    private static let own: [Resource] = [
        Resource("/", get: Overview.entrance, for: .everyone),
        Resource("/xend", get: Overview.list, for: .everyone),

        Resource(
            "/xend/node", get: NodeResource.information,
            operations(of: .node) + [
                .change("cpu_rrobin_slice_set", DomainResource.oldScheduler),
                .change("cpu_bvt_slice_set", DomainResource.oldScheduler),
            ]),
        Resource("/xend/node/dmesg", get: NodeResource.dmesg, [.change("clear", NodeResource.clearDmesg)]),
        Resource("/xend/node/log", get: NodeResource.log),

        Resource(
            "/xend/domain", get: DomainDirectory.list,
            operations(of: .domains) + [.change("each", for: .operator, EachDomain.perform)]),
        Resource(
            "/xend/domain/:domain", get: DomainResource.information,
            operations(of: .domain) + deviceQueries + [
                .query("vcpuinfo", DomainResource.vcpus),
                .query("sched_credit_get", DomainResource.scheduler),
                .query("domain_sched_credit_get", DomainResource.scheduler),
                .query("devices", DomainResource.devicesOfType),
                .query("wait_for_devices", DomainResource.waitForDevices),
                .change("cpu_bvt_set", DomainResource.oldScheduler),
                .change("bvt_set", DomainResource.oldScheduler),
                .change("cpu_atropos_set", DomainResource.oldScheduler),
                .change("atropos_set", DomainResource.oldScheduler),
                .change("cancel", for: .operator, DomainResource.cancel),
                .change("vif_create", DomainResource.attach(.interface)),
                .change("vbd_create", DomainResource.attach(.disk)),
            ]),

        Resource("/xend/saved", get: SavedResource.list),
        Resource("/xend/new", get: MakingResource.page, MakingResource.operations),
        Resource("/xend/domain/:domain/console", get: ConsoleResource.ofDomain),
        Resource("/xend/domain/:domain/history", get: HistoryResource.ofDomain),
        Resource("/xend/history", get: HistoryResource.read),
        Resource("/xend/domain/:domain/measures", get: MeasureResource.ofDomain),
        Resource("/xend/node/measures", get: MeasureResource.ofNode),
        Resource("/xend/node/pool", get: NodeResource.pool),

        Resource("/xend/console", get: ConsoleResource.list),
        Resource(
            "/xend/console/:port", get: ConsoleResource.information,
            [
                .changeByGet("disconnect", for: .operator, ConsoleResource.disconnect),
                .change("ticket", for: .operator, ConsoleResource.makeTicket),
                .change("type", for: .operator, ConsoleResource.type),
            ]),

        Resource("/xend/event", get: EventResource.read, [.change("inject", EventResource.inject)]),
        Resource("/xend/device", get: Overview.devices),

        Resource("/xend/vnet", get: NetworkResource.list, [.change("create", NetworkResource.create)]),
        Resource("/xend/vnet/:id", get: NetworkResource.information, [.change("delete", NetworkResource.delete)]),

        Resource("/xend/task", get: TaskResource.list),
        Resource(
            "/xend/task/:id", get: TaskResource.information, [.change("cancel", for: .operator, TaskResource.cancel)]),

        Resource("/xend/audit", get: AuditResource.read, for: .role(.administrator)),
        Resource(
            "/xend/token", get: TokenResource.list, for: .role(.administrator),
            [.change("create", TokenResource.create)]),
        Resource(
            "/xend/token/:id", get: TokenResource.information, for: .role(.administrator),
            [.change("revoke", TokenResource.revoke)]),

        Resource("/xend/openapi.json", get: OpenAPI.document),
        Resource(
            "/xend/login", get: LoginResource.page, for: .everyone,
            [
                .change("link", LoginResource.makeLink), .change("login", for: .everyone, LoginResource.signIn),
                .change("password", for: .everyone, LoginResource.signInByPassword),
                .change("logout", for: .everyone, LoginResource.signOut),
            ]),

        Resource("/healthz", get: HealthResource.health, for: .everyone),
        Resource("/readyz", get: HealthResource.readiness, for: .everyone),
        Resource("/metrics", get: HealthResource.metrics, for: .metrics),
    ]
    /// `vifs`, `vif`, …: all devices of a kind that xend connects, and one of them.
    private static let deviceQueries = DeviceType.split.flatMap { type in
        [
            Resource.Operation.query("\(type.rawValue)s", DomainResource.devices(type)),
            .query(type.rawValue, DomainResource.device(type)),
        ]
    }

    /// What the table of operations has for a kind of thing.
    private static func operations(of target: OperationRule.Target) -> [Resource.Operation] {
        OperationRule.all(of: target).flatMap { rule in
            let audience = rule.listedRole.map { Resource.Audience.listed($0, else: rule.role) } ?? .role(rule.role)
            return ([rule.name] + rule.otherNames).map { name in
                Resource.Operation.change(name, for: audience, OperationHandler.handler(for: rule))
            }
        }
    }
}
