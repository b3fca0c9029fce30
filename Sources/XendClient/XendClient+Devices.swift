// Devices of a domain, and its share of the cpus.

import SExpressions

extension XendClient {
    /// `xend_domain_vifs(dom)`: the network interfaces.
    public func domainVIFs(_ domain: String) async throws(XendError) -> [DeviceInformation] {
        try await devices(.domainVIFs(domain))
    }

    /// `xend_domain_vif(dom, vif)`: one network interface, by its `idx`.
    public func domainVIF(_ domain: String, vif: String) async throws(XendError) -> DeviceInformation {
        DeviceInformation(try await perform(.domainVIF(domain, vif: vif)).expression("the vif"))
    }

    /// `xend_domain_vbds(dom)`: the block devices.
    public func domainVBDs(_ domain: String) async throws(XendError) -> [DeviceInformation] {
        try await devices(.domainVBDs(domain))
    }

    /// `xend_domain_vbd(dom, vbd)`: one block device, by its `idx`.
    public func domainVBD(_ domain: String, vbd: String) async throws(XendError) -> DeviceInformation {
        DeviceInformation(try await perform(.domainVBD(domain, vbd: vbd)).expression("the vbd"))
    }

    /// `xend_domain_device_create(dom, config)`: adds a device, `(vif …)` or `(vbd …)`.
    @discardableResult
    public func domainDeviceCreate(_ domain: String, config: SExpression) async throws(XendError) -> DeviceInformation {
        let call = XendCall.domainDeviceCreate(domain, config: .expression(config))
        return DeviceInformation(try await perform(call).expression("the new device"))
    }

    /// `xend_domain_device_destroy(dom, type, index)`: removes a device; the index is its `idx`.
    public func domainDeviceDestroy(_ domain: String, type: String, idx: String) async throws(XendError) {
        try await order(.domainDeviceDestroy(domain, type: type, idx: idx))
    }

    private func devices(_ call: XendCall) async throws(XendError) -> [DeviceInformation] {
        guard let members = try await perform(call).expression("the list of devices").list else {
            throw .unreadable("xend answered an atom instead of the list of devices")
        }
        return members.map(DeviceInformation.init)
    }
}

extension XendCall {
    /// Asks for a domain's vifs.
    public static func domainVIFs(_ domain: String) -> XendCall {
        .get("domain", domain, arguments: [("op", .text("vifs"))])
    }
    /// Asks for the vif with this `idx`.
    public static func domainVIF(_ domain: String, vif: String) -> XendCall {
        .get("domain", domain, arguments: [("op", .text("vif")), ("vif", .text(vif))])
    }
    /// Asks for a domain's vbds.
    public static func domainVBDs(_ domain: String) -> XendCall {
        .get("domain", domain, arguments: [("op", .text("vbds"))])
    }
    /// Asks for the vbd with this `idx`.
    public static func domainVBD(_ domain: String, vbd: String) -> XendCall {
        .get("domain", domain, arguments: [("op", .text("vbd")), ("vbd", .text(vbd))])
    }
    /// Connects a device, `(vif …)` or `(vbd …)`.
    public static func domainDeviceCreate(_ domain: String, config: Argument) -> XendCall {
        .post("domain", domain, operation: "device_create", arguments: [("config", config)])
    }
    /// Disconnects the device of type `vif` or `vbd` with this `idx`.
    public static func domainDeviceDestroy(_ domain: String, type: String, idx: String) -> XendCall {
        .post("domain", domain, operation: "device_destroy", arguments: [("type", .text(type)), ("idx", .text(idx))])
    }
    /// Gives a connected vif another bridge, script or list of addresses.
    public static func domainDeviceConfigure(_ domain: String, config: Argument, idx: String) -> XendCall {
        .post("domain", domain, operation: "device_configure", arguments: [("idx", .text(idx)), ("config", config)])
    }

    /// Parameters of the borrowed virtual time scheduler.
    public static func domainBVT(
        _ domain: String, mcuadv: String, warpback: String, warpvalue: String, warpl: String, warpu: String
    ) -> XendCall {
        .post(
            "domain", domain, operation: "cpu_bvt_set",
            arguments: [
                ("mcuadv", .text(mcuadv)), ("warpback", .text(warpback)), ("warpvalue", .text(warpvalue)),
                ("warpl", .text(warpl)), ("warpu", .text(warpu)),
            ])
    }

    /// Parameters of the atropos scheduler.
    public static func domainAtropos(
        _ domain: String, period: String, slice: String, latency: String, xtratime: String
    ) -> XendCall {
        .post(
            "domain", domain, operation: "cpu_atropos_set",
            arguments: [
                ("period", .text(period)), ("slice", .text(slice)), ("latency", .text(latency)),
                ("xtratime", .text(xtratime)),
            ])
    }
}
