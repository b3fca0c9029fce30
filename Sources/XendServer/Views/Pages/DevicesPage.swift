import DomainLifecycle

/// `/xend/device`: the devices of all domains.
enum DevicesPage {
    static func page(_ domains: [DomainInformation]) -> Page {
        Page("Devices", isLive: true) {
            Parts.list(
                ["Domain", "Device", "Details"], empty: "No domain has a device.",
                domains.flatMap { domain in
                    domain.devices.map { device in
                        [
                            Parts.link(domain.name, Path.domain(domain.name)),
                            strong { "\(device.type.rawValue) \(device.idx)" },
                            code { device.expression.children().map(\.description).joined(separator: " ") },
                        ]
                    }
                })
        }
    }
}
