// `list --long` in its later forms.

import LibxlForm
import SExpressions
import XendClient

/// What Xen 3's `xm list --long` and xl's `list --long` show of a domain.
enum LongList {
    /// `(domain (domid N) (uuid …) …)`: the keys of Xen 3, with exactly one line that has `status` in it, because
    /// that is what resource agents look for. 1 is paused, 2 is running, 0 is halted.
    static func later(_ domain: DomainInformation) -> SExpression {
        var fields: [SExpression] = [.element("domid", domain.id ?? -1)]
        func add(_ name: String, _ value: (some CustomStringConvertible)?) {
            if let value { fields.append(.element(name, value)) }
        }
        let config = domain.configuration
        add("uuid", domain.uuid)
        add("vcpus", config?.childText("vcpus").flatMap { Int($0) } ?? domain.vcpus ?? 1)
        for key in ["cpu_weight", "cpu_cap", "cpu"] { add(key, config?.childText(key)) }
        if let pins = config?.child("cpus") { fields.append(pins) }
        add("memory", domain.memory)
        add("maxmem", domain.maximumMemory ?? domain.memory)
        add("name", domain.name)
        for key in ["on_poweroff", "on_reboot", "on_crash"] { add(key, config?.childText(key)) }
        if let image = config?.child("image") { fields.append(image) }
        add("status", status(domain))
        add("state", DomainList.sixLetters(domain))
        add("shutdown_reason", domain.shutdownReason)
        add("start_time", domain.expression.childText("start_time"))
        add("cpu_time", domain.expression.childText("cpu_time"))
        add("up_time", domain.expression.childText("up_time"))
        add("online_vcpus", domain.vcpus ?? 1)
        fields += domain.devices.map { .element("device", $0.expression) }
        return .element("domain", fields)
    }

    private static func status(_ domain: DomainInformation) -> Int {
        let letters = DomainList.sixLetters(domain)
        if letters.contains("s") || letters.contains("c") { return 0 }
        return letters.contains("p") ? 1 : 2
    }

    /// The object that `xl list --long` has for a domain.
    static func xl(_ domain: DomainInformation) -> JSONText {
        .object([("domid", .number(domain.id ?? -1)), ("config", config(domain))])
    }

    private static func config(_ domain: DomainInformation) -> JSONText {
        guard let config = domain.configuration else {
            // Domain 0 and adopted domains have none: what is known of them stands in its place.
            let facts: [(String, JSONText?)] = [
                ("type", .string("pv")), ("name", domain.name.map(JSONText.string)),
                ("uuid", domain.uuid.map(JSONText.string)),
            ]
            let build: [(String, JSONText?)] = [
                ("max_memkb", domain.maximumMemory.map { .number($0 * 1024) }),
                ("target_memkb", domain.memory.map { .number($0 * 1024) }), ("type.pv", .object([])),
            ]
            return .object([("c_info", .object(some: facts)), ("b_info", .object(some: build))])
        }
        return LibxlConfiguration.json(of: config, uuid: domain.uuid)
    }
}
