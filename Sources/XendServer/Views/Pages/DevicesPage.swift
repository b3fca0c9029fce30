import DomainLifecycle

/// `/xend/device`: the devices of all domains.
enum DevicesPage {
    /// - Parameter bridge: of vifs that name none.
    static func page(_ domains: [DomainInformation], bridge: String) -> Page {
        Page("Devices", isLive: true) {
            WiringPicture(domains, bridge: bridge).view
            h2(.class("apart")) { "Devices of all domains" }
            Parts.list(
                ["Domain", "Device", "Details"], empty: "No domain has a device.",
                domains.flatMap { domain in
                    domain.devices.map { device in
                        [
                            Parts.link(domain.name, Path.domain(domain.name)),
                            strong { "\(device.type.rawValue) \(device.idx)" },
                            words(device),
                        ]
                    }
                })
        }
    }

    /// The device's fields as names and values, without those that the line says already; the expression itself stays at hand.
    static func words(_ device: DeviceRecord) -> HTML {
        let expression = device.expression
        let known = ["idx", "index", device.type.rawValue]
        let fields = expression.children().compactMap { field -> (String, String)? in
            guard let name = field.name, !known.contains(name) else { return nil }
            let values = field.children().map { $0.atom ?? $0.description }
            return (name, values.joined(separator: " "))
        }
        return .group([
            dl(.class("pairs")) {
                for (name, value) in fields {
                    div {
                        dt { name }
                        dd { value }
                    }
                }
            },
            tag("details", [.class("raw")]) {
                tag("summary", []) { "SXP" }
                code { expression.description }
            },
        ])
    }
}
