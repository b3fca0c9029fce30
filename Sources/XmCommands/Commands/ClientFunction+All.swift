// The functions of the client interface by name: those of the manual, and those the 2.0 client called otherwise.

import XendClient

extension XendCall.Argument {
    fileprivate var text: String {
        switch self {
        case .text(let text): text
        case .file(let name, _): name
        }
    }
}

extension ClientFunction {
    static let all: [ClientFunction] = node + domains + devices + consoles

    private static let node = [
        ClientFunction(name: "xend", parameters: []) { _ in .get() },
        ClientFunction(name: "xend_node", parameters: []) { _ in .node() },
        ClientFunction(name: "xend_node_shutdown", parameters: []) { _ in .nodeShutdown() },
        ClientFunction(name: "xend_node_reboot", parameters: []) { _ in .nodeReboot() },
        ClientFunction(name: "xend_node_restart", parameters: []) { _ in .nodeReboot() },
        ClientFunction(name: "xend_node_notify", parameters: [.text("URL")]) { .nodeNotify(url: $0[0].text) },
        ClientFunction(name: "xend_node_dmesg", parameters: []) { _ in .nodeDmesg() },
        ClientFunction(name: "xend_node_get_dmesg", parameters: []) { _ in .nodeDmesg() },
        ClientFunction(name: "xend_node_clear_dmesg", parameters: []) { _ in .nodeDmesgClear() },
        ClientFunction(name: "xend_node_log", parameters: []) { _ in .nodeLog() },
        ClientFunction(name: "xend_node_cpu_rrobin_slice_set", parameters: [.text("SLICE")]) {
            .nodeRoundRobinSlice($0[0].text)
        },
        ClientFunction(name: "xend_node_cpu_bvt_slice_set", parameters: [.text("CTX_ALLOW")]) {
            .nodeBVTSlice($0[0].text)
        },
    ]

    private static let domains = [
        ClientFunction(name: "xend_domains", parameters: []) { _ in .domains() },
        ClientFunction(name: "xend_domain", parameters: [.text("DOM")]) { .domain($0[0].text) },
        ClientFunction(name: "xend_domain_create", parameters: [.file("CONFIG")]) { .domainCreate(config: $0[0]) },
        ClientFunction(name: "xend_domain_restore", parameters: [.text("FILE")]) { .domainRestore(file: $0[0].text) },
        ClientFunction(name: "xend_domain_configure", parameters: [.text("DOM"), .file("CONFIG")]) {
            .domainConfigure($0[0].text, config: $0[1])
        },
        ClientFunction(name: "xend_domain_unpause", parameters: [.text("DOM")]) { .domainUnpause($0[0].text) },
        ClientFunction(name: "xend_domain_pause", parameters: [.text("DOM")]) { .domainPause($0[0].text) },
        ClientFunction(name: "xend_domain_shutdown", parameters: [.text("DOM"), .text("REASON")]) {
            .domainShutdown($0[0].text, reason: $0[1].text)
        },
        ClientFunction(name: "xend_domain_destroy", parameters: [.text("DOM"), .text("REASON")]) {
            .domainDestroy($0[0].text, reason: $0[1].text)
        },
        ClientFunction(name: "xend_domain_save", parameters: [.text("DOM"), .text("FILE")]) {
            .domainSave($0[0].text, file: $0[1].text)
        },
        ClientFunction(
            name: "xend_domain_migrate",
            parameters: [.text("DOM"), .text("DST"), .optional("LIVE", "0"), .optional("RESOURCE", "0")]
        ) {
            .domainMigrate($0[0].text, destination: $0[1].text, live: $0[2].text, resource: $0[3].text)
        },
        ClientFunction(name: "xend_domain_pincpu", parameters: [.text("DOM"), .text("CPU")]) {
            .domainPinCPU($0[0].text, cpu: $0[1].text)
        },
        ClientFunction(name: "xend_domain_maxmem_set", parameters: [.text("DOM"), .text("MEMORY")]) {
            .domainMaxmemSet($0[0].text, memory: $0[1].text)
        },
        ClientFunction(name: "xend_domain_mem_target_set", parameters: [.text("DOM"), .text("TARGET")]) {
            .domainMemTargetSet($0[0].text, target: $0[1].text)
        },
        ClientFunction(name: "xend_domain_vcpus_set", parameters: [.text("DOM"), .text("VCPUS")]) {
            .domainVCPUsSet($0[0].text, vcpus: $0[1].text)
        },
        ClientFunction(name: "xend_domain_sysrq", parameters: [.text("DOM"), .text("KEY")]) {
            .domainSysRq($0[0].text, key: $0[1].text)
        },
        ClientFunction(name: "xend_domain_resolve", parameters: [.text("DOM"), .text("DECISION")]) {
            .domainResolve($0[0].text, decision: $0[1].text)
        },
        ClientFunction(name: "xend_domain_rename", parameters: [.text("DOM"), .text("NAME")]) {
            .domainRename($0[0].text, name: $0[1].text)
        },
        ClientFunction(
            name: "xend_domain_cpu_bvt_set",
            parameters: [
                .text("DOM"), .text("MCUADV"), .text("WARPBACK"), .text("WARPVALUE"), .text("WARPL"), .text("WARPU"),
            ]
        ) {
            .domainBVT(
                $0[0].text, mcuadv: $0[1].text, warpback: $0[2].text, warpvalue: $0[3].text, warpl: $0[4].text,
                warpu: $0[5].text)
        },
        ClientFunction(
            name: "xend_domain_cpu_atropos_set",
            parameters: [.text("DOM"), .text("PERIOD"), .text("SLICE"), .text("LATENCY"), .text("XTRATIME")]
        ) {
            .domainAtropos(
                $0[0].text, period: $0[1].text, slice: $0[2].text, latency: $0[3].text, xtratime: $0[4].text)
        },
    ]

    private static let devices = [
        ClientFunction(name: "xend_domain_vifs", parameters: [.text("DOM")]) { .domainVIFs($0[0].text) },
        ClientFunction(name: "xend_domain_vif", parameters: [.text("DOM"), .text("VIF")]) {
            .domainVIF($0[0].text, vif: $0[1].text)
        },
        ClientFunction(name: "xend_domain_vbds", parameters: [.text("DOM")]) { .domainVBDs($0[0].text) },
        ClientFunction(name: "xend_domain_vbd", parameters: [.text("DOM"), .text("VBD")]) {
            .domainVBD($0[0].text, vbd: $0[1].text)
        },
        ClientFunction(name: "xend_domain_device_create", parameters: [.text("DOM"), .file("CONFIG")]) {
            .domainDeviceCreate($0[0].text, config: $0[1])
        },
        ClientFunction(name: "xend_domain_device_destroy", parameters: [.text("DOM"), .text("TYPE"), .text("IDX")]) {
            .domainDeviceDestroy($0[0].text, type: $0[1].text, idx: $0[2].text)
        },
        ClientFunction(name: "xend_domain_device_configure", parameters: [.text("DOM"), .file("CONFIG"), .text("IDX")])
        {
            .domainDeviceConfigure($0[0].text, config: $0[1], idx: $0[2].text)
        },
    ]

    private static let consoles = [
        ClientFunction(name: "xend_consoles", parameters: []) { _ in .consoles() },
        ClientFunction(name: "xend_console", parameters: [.text("PORT")]) { .console($0[0].text) },
        ClientFunction(name: "xend_console_disconnect", parameters: [.text("PORT")]) { .consoleDisconnect($0[0].text) },
        ClientFunction(name: "xend_event_inject", parameters: [.file("EVENT")], isSilent: true) { .eventInject($0[0]) },
    ]
}
