import DomainModel
import SExpressions

/// Domains and their devices as clients of Xen 3 read them.
extension DomainInformation {
    /// `(domain (domid N) (uuid …) … (image …) … (device (vif …)) …)`: what its configuration says stands beside what is so now.
    /// `status` is 0 for a domain that has shut down, 1 for one that is paused, 2 for one that runs.
    /// - Parameter scheduling: what the scheduler has of a domain that has no configuration, if that is known.
    public func laterExpression(scheduling: (weight: Int, cap: Int)?) -> SExpression {
        var fields: [SExpression] = [
            .element("domid", id), .element("uuid", uuid), .element("name", name),
            .element("memory", memory.mebibytes), .element("maxmem", (maximumMemory ?? memory).mebibytes),
            .element("vcpus", config?.childText("vcpus") ?? String(vcpus)), .laterMask(ofVCPUs: vcpus),
            .element("online_vcpus", vcpus),
        ]
        if let scheduling {
            fields += [.element("cpu_weight", scheduling.weight), .element("cpu_cap", scheduling.cap)]
        }
        fields += config?.laterFields ?? []
        fields += [.element("status", laterStatus), .element("state", state)]
        if let shutdownReason { fields.append(.element("shutdown_reason", shutdownReason)) }
        if let startTime { fields.append(["start_time", .number(startTime)]) }
        if let cpuTime { fields.append(["cpu_time", .number(cpuTime / .seconds(1))]) }
        if let upTime { fields.append(["up_time", .number(upTime)]) }
        if let console { fields.append(.element("console_port", String(console.port))) }
        if let restartState { fields.append(.element("restart_state", restartState.rawValue)) }
        if let operation { fields.append(.element("operation", operation)) }
        return .element("domain", fields + devices.map { .element("device", $0.config.source) })
    }

    private var laterStatus: Int {
        if state.isShutdown || state.isCrashed { return 0 }
        return state.isPaused ? 1 : 2
    }
}

extension SExpression {
    /// What clients of Xen 3 look for in a domain and stands in its configuration, or counts where nothing stands there.
    var laterFields: [SExpression] {
        // On the scale of the credit scheduler, where 2004 had 1.
        let weight = childText("cpu_weight").flatMap(Double.init) ?? 1
        var fields: [SExpression] = [
            .element("cpu_weight", Int((weight >= 256 ? weight : weight * 256).rounded())),
            .element("cpu_cap", childText("cpu_cap") ?? "0"),
        ]
        let names = [
            "description", "cpu", "cpus", "bootloader", "bootloader_args", "localtime", "on_poweroff", "on_reboot",
            "on_crash",
        ]
        for name in names { if let field = child(name) { fields.append(field) } }
        // They change what they find here and send it back.
        for name in ["on_xend_start", "on_xend_stop"] { fields.append(.element(name, childText(name) ?? "ignore")) }
        for name in ["start_order", "start_delay", "image"] { if let field = child(name) { fields.append(field) } }
        return fields
    }

    /// `(vcpu_avail MASK)`: a bit for each virtual cpu in use; its readers have 63 of them.
    static func laterMask(ofVCPUs count: Int) -> SExpression {
        .element("vcpu_avail", String((UInt64(1) << UInt64(min(count, 63))) - 1))
    }
}

extension DeviceRecord {
    /// `(NUMBER ((virtual-device NUMBER) (backend-id 0) (state 4) …))`: what xenstore has of its front-end.
    ///
    /// - Parameter domain: whose it is.
    public func laterExpression(of domain: DomainID) -> SExpression {
        let place = "/local/domain/\(backend)/backend/\(type.rawValue)/\(domain)/\(handle)"
        var nodes: [SExpression] = []
        switch config {
        case .vif(let vif):
            nodes.append(["handle", .atom(String(handle))])
            if let address = vif.address { nodes.append(["mac", .atom(address.description)]) }
        case .vbd: nodes.append(["virtual-device", .atom(String(handle))])
        case .pci: break
        }
        // Connected, or on the way there (XenbusState in Xen's public/io/xenbus.h).
        nodes += [
            ["backend-id", .atom(backend.description)], ["state", eventPort == nil ? "1" : "4"],
            ["backend", .atom(place)],
        ]
        if let eventPort { nodes.append(["event-channel", .atom(String(eventPort))]) }
        return [.atom(String(handle)), .list(nodes)]
    }
}

extension DeviceType {
    /// The types of device that clients of Xen 3 ask for; most of them no domain here has.
    public static let wordsOfLater =
        allCases.map(\.rawValue) + ["tap", "tap2", "console", "vfb", "vkbd", "vtpm", "vscsi", "usb", "irq", "ioports"]
}
