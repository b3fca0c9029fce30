// The functions of the client interface by name: those of the manual, and those the 2.0 client called otherwise.

import DomainLifecycle
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
    static let all: [ClientFunction] =
        node + OperationRule.all(of: .node).map(ClientFunction.init) + domains
        + (OperationRule.all(of: .domains) + OperationRule.all(of: .domain)).map(ClientFunction.init) + devices
        + consoles

    private static let node = [
        ClientFunction(name: "xend", parameters: []) { _ in .get() },
        ClientFunction(name: "xend_node", parameters: []) { _ in .node() },
        ClientFunction(name: "xend_node_restart", parameters: []) { _ in .nodeReboot() },
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
    ]

    private static let consoles = [
        ClientFunction(name: "xend_consoles", parameters: []) { _ in .consoles() },
        ClientFunction(name: "xend_console", parameters: [.text("PORT")]) { .console($0[0].text) },
        ClientFunction(name: "xend_console_disconnect", parameters: [.text("PORT")]) { .consoleDisconnect($0[0].text) },
        ClientFunction(name: "xend_event_inject", parameters: [.file("EVENT")], isSilent: true) { .eventInject($0[0]) },
    ]
}

extension ClientFunction {
    /// An operation of xend's table, which takes the domain, if it is done to one, and the operation's parameters.
    init(_ rule: OperationRule) {
        name = "xend_\(rule.target == .node ? "node" : "domain")_\(rule.name)"
        parameters =
            (rule.target == .domain ? [.text("DOM")] : [])
            + rule.arguments.map { argument in
                let word = argument.name.uppercased()
                if argument.kind == .expression { return .file(word) }
                return argument.isRequired ? .text(word) : .optional(word)
            }
        call = { given in
            let words = rule.target == .domain ? given.dropFirst() : given[...]
            let arguments = zip(rule.arguments, words).map { (name: $0.name, value: $1) }
            let patience: XendCall.Patience = rule.isTransfer ? .transfer : .operation
            return switch rule.target {
            case .node: .post("node", operation: rule.name, arguments: arguments, patience: patience)
            case .domains: .post("domain", operation: rule.name, arguments: arguments, patience: patience)
            case .domain:
                .post("domain", given[0].text, operation: rule.name, arguments: arguments, patience: patience)
            }
        }
    }
}
