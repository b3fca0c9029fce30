// `xm info`.

import XendClient

/// Facts of the node as text.
enum NodeText {
    static func line(_ name: String, _ value: String) -> String { name.padded(to: 23) + ": " + value }

    /// What xl says of places of memory: a machine is taken for one.
    static func numa(_ node: NodeInformation) -> [String] {
        let (total, free) = (node["total_memory"] ?? node["memory"] ?? "0", node["free_memory"] ?? "0")
        return [
            "numa_info              :", "node:    memsize    memfree    distances",
            "   0:" + total.aligned(right: 11) + free.aligned(right: 11) + "      10",
        ]
    }

    /// The facts of the 2.0 form: whatever the daemon tells, in its order.
    static func original(_ node: NodeInformation) -> [(name: String, value: String)] { node.fields }

    /// The keys of the later form, in its order.
    private static let keys = [
        "host", "release", "version", "machine", "nr_cpus", "max_cpu_id", "nr_nodes", "cores_per_socket",
        "threads_per_core", "cpu_mhz", "hw_caps", "virt_caps", "total_memory", "free_memory", "sharing_freed_memory",
        "sharing_used_memory", "outstanding_claims", "free_cpus", "node_to_cpu", "node_to_memory", "xen_major",
        "xen_minor", "xen_extra", "xen_version", "xen_caps", "xen_scheduler", "xen_pagesize", "platform_params",
        "xen_changeset", "xen_commandline", "cc_compiler", "cc_compile_by", "cc_compile_domain", "cc_compile_date",
        "xend_config_format",
    ]

    /// Keys that only xl has, or writes differently.
    private static let onlyXL: Set<String> = [
        "max_cpu_id", "sharing_freed_memory", "sharing_used_memory", "outstanding_claims", "free_cpus", "xen_version",
        "xen_commandline",
    ]

    /// The facts of the six-column form, as far as the daemon tells them or they follow from what it tells.
    static func later(_ node: NodeInformation, _ format: XmFormat) -> [(name: String, value: String)] {
        keys.compactMap { key in
            if onlyXL.contains(key) && format != .xl { return nil }
            return value(of: key, node, format).map { (key, $0) }
        }
    }

    private static func value(of key: String, _ node: NodeInformation, _ format: XmFormat) -> String? {
        switch key {
        case "nr_cpus":
            node[key] ?? node.integer("cores").map { String($0 * (node.integer("hyperthreads_per_core") ?? 1)) }
        case "max_cpu_id": node[key] ?? node.integer("nr_cpus").map { String($0 - 1) }
        case "nr_nodes": node[key] ?? "1"
        case "cores_per_socket": node[key] ?? node["cores"]
        case "threads_per_core": node[key] ?? node["hyperthreads_per_core"]
        case "cpu_mhz" where format == .xl: node[key].map { $0.contains(".") ? $0 : $0 + ".000" }
        case "total_memory": node[key] ?? node["memory"]
        case "sharing_freed_memory", "sharing_used_memory", "outstanding_claims", "free_cpus": node[key] ?? "0"
        case "xen_version": node[key] ?? version(node)
        case "xen_scheduler": node["scheduler"] ?? node[key]
        // The format of configurations that the tool of that name reads.
        case "xend_config_format": format == .xl ? "4" : node[key] ?? "2"
        default: node[key]
        }
    }

    private static func version(_ node: NodeInformation) -> String? {
        guard let major = node["xen_major"], let minor = node["xen_minor"] else { return nil }
        return "\(major).\(minor)\(node["xen_extra"] ?? "")"
    }
}
