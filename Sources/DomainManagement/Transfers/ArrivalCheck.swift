import DomainLifecycle
import DomainModel
import DriverDomain
import HostInterface
import HypervisorInterface

/// What an arriving domain needs of this host besides memory and processors: asked before anything of it exists here. Whoever attaches its
/// devices later asks again.
struct ArrivalCheck: ManagerPart {
    let context: ManagerContext

    /// What is not there, or not for it; nil when all is.
    func missing(for arrival: Arrival, on node: NodeReport) async -> String? {
        // Who is here under that name is told before what he has.
        guard (try? table.checkNameIsFree(arrival.record.name)) != nil else { return nil }
        if let missing = missing(arrival.kind, on: node) { return missing }
        for device in arrival.record.devices {
            let missing: String? =
                switch device.config {
                case .vbd(let vbd) where vbd.backend == nil: await missing(vbd)
                case .vif(let vif) where vif.backend == nil: await missing(vif, device)
                default: nil
                }
            if let missing { return missing }
        }
        if let port = arrival.record.config?.consolePort { return await missing(console: port) }
        return nil
    }

    private func missing(_ kind: GuestKind, on node: NodeReport) -> String? {
        guard !node.canRun.contains(kind) else { return nil }
        let why = kind == .pvh ? "it finds no nested paging" : "it was built without them"
        return "it is a \(kind.rawValue) guest, which Xen here does not run: \(why)"
    }

    // MARK: Disks

    /// nil when all is there, or when only its script can know.
    private func missing(_ vbd: VBDConfig) async -> String? {
        let path: String
        switch vbd.kind {
        case "phy": path = vbd.physicalNode
        case "file": path = vbd.details
        default: return missingScript(await settings.devices.canRun(vbd, host), vbd)
        }
        let information = try? await host.files.information(path)
        switch (information?.kind, vbd.kind) {
        case (.blockDevice, "phy"), (.file, "file"): break
        default: return "its device \(vbd.device) needs \(vbd.uname), and \(path) does not exist here"
        }
        guard let information, !vbd.isForced else { return nil }
        return await user(of: vbd, path, information).map {
            "its device \(vbd.device) needs \(vbd.uname), which is \($0)"
        }
    }

    private func missingScript(_ path: String?, _ vbd: VBDConfig) -> String? {
        path.map { "its device \(vbd.device) needs \(vbd.uname), and there is no script \($0) here" }
    }

    private func user(of vbd: VBDConfig, _ path: String, _ information: FileInformation) async -> BackingInUse? {
        let backing = await BackingFinder(context: context).backing(of: vbd, from: information)
        let number: UInt32? = if case .blockDevice(let number) = information.kind { number } else { nil }
        let others = await OtherUses(context: context).uses(of: backing, path, number, vbd)
        do {
            try table.check(backing, isWritable: vbd.isWritable, others: others)
            return nil
        } catch {
            return error
        }
    }

    // MARK: Interfaces

    private func missing(_ vif: VIFConfig, _ device: DeviceRecord) async -> String? {
        let path = settings.devices.path(ofScript: vif.script ?? settings.devices.vifScript)
        guard await host.scripts.canRun(path) else {
            return "its \(device.slot) needs the script \(path), which does not exist here"
        }
        // What another script makes of the name only it knows.
        guard path.hasSuffix("/vif-bridge") else { return nil }
        let bridge = vif.bridge ?? settings.devices.bridge
        guard await !host.node.networkInterfaces().contains(bridge) else { return nil }
        return "its \(device.slot) needs the bridge \(bridge), which does not exist here"
    }

    // MARK: Console

    private func missing(console port: UInt16) async -> String? {
        do {
            await (try host.network.listen(address: settings.consoleAddress, port: port)).close()
            return nil
        } catch {
            return "its console needs port \(port): \(error)"
        }
    }
}

extension DriverDomainSettings {
    /// The path of the script that makes a device of a disk of another kind, where that is not there.
    fileprivate func canRun(_ vbd: VBDConfig, _ host: Host) async -> String? {
        let path = path(ofScript: blockScripts[vbd.kind] ?? "block-\(vbd.kind)")
        return await host.scripts.canRun(path) ? nil : path
    }
}
