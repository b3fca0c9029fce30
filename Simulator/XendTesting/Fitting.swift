import DomainModel
import SExpressions
import ScenarioLanguage
import SimulatedHost
import SimulatedHypervisor
import XendDaemon

/// Puts on a simulated host what the setup forms say.
package enum Fitting {
    /// The secret that the hosts of a pool share.
    private static let secretPath = "/etc/xen/pool-secret"

    /// Writes xend's configuration.
    /// - Parameter poolSecret: what the hosts share that domains move between; nil: none, unless the setup says so.
    static func configure(_ host: SimulatedHost, _ setup: HostSetup, poolSecret: String?) {
        var entries: [SExpression] = []
        for entry in setup.config { if let value = try? entry.expand([:]) { entries.append(value) } }
        if let poolSecret, !entries.contains(where: { $0.name == "xend-pool-secret-file" }) {
            entries.append(.element("xend-pool-secret-file", secretPath))
            host.files.install(secretPath, Array("\(poolSecret)\n".utf8))
        }
        let text = entries.map { "\($0)\n" }.joined()
        host.files.install(XendConfiguration.defaultPath, SXPText.bytes(of: text))
    }

    static func apply(_ kind: SetupItem.Kind, to host: SimulatedHost) {
        switch kind {
        case .kernel(let path, let behaviours):
            host.kernels.missing.remove(path)
            host.kernels.behaviours[path] = behaviour(behaviours)
        case .file(let path, .text(let text)):
            host.kernels.missing.remove(path)
            host.install(path, SXPText.bytes(of: text))
        case .file(let path, .size(let size)):
            host.kernels.missing.remove(path)
            host.files.installSparse(path, size: size)
        case .file(let path, .link(let target)): host.files.install(path, linkTo: target)
        case .file(let path, .hardLink(let other)): host.files.install(path, sameAs: other)
        case .blockDevice(let path, let size): host.fit { $0.addBlockDevice(path, size: size) }
        case .bridge(let name): host.fit { $0.bridges.insert(name) }
        case .script(let path, let behaviour):
            host.scripts.programs[path] = OwnScript(
                like: behaviour.like.flatMap { host.scripts.programs["/etc/xen/" + $0] }, prints: behaviour.prints,
                exits: Int32(behaviour.exits), duration: behaviour.takes)
        case .missing(let path): remove(path, from: host)
        case .receiver, .binding: break
        }
    }

    /// Everything as on a new host.
    package static func reset(_ host: SimulatedHost) {
        host.faults.heal()
        host.kernels.behaviours = [:]
        host.kernels.missing = []
        host.scripts.restorePrograms()
        host.fit { $0 = HostFittings() }
    }

    private static func remove(_ path: String, from host: SimulatedHost) {
        host.kernels.missing.insert(path)
        host.scripts.programs[path] = nil
        host.fit { $0.blockDevices.removeAll { $0.path == path } }
        host.files.uninstall(path)
    }

    package static func behaviour(_ behaviours: [Behaviour]) -> GuestBehaviour {
        var guest = GuestBehaviour()
        for behaviour in behaviours { apply(behaviour, to: &guest) }
        return guest
    }

    private static func apply(_ behaviour: Behaviour, to guest: inout GuestBehaviour) {
        switch behaviour {
        case .bootsIn(let time): guest.bootsIn = time
        case .prints(let text): guest.prints = (guest.prints ?? []) + [text]
        case .echoes: guest.terminal = .echoes
        case .shell: guest.terminal = .shell
        case .shutsDownIn(let time): guest.shutsDownIn = time
        case .ignoresShutdown: guest.ignoresShutdown = true
        case .refusesSuspend: guest.refusesSuspend = true
        case .exitsAfter(let time, let reason):
            guest.fates.append(.exits(after: time, .named(reason)))
        case .crashesAfter(let time): guest.fates.append(.crashes(after: time))
        case .hangsAfter(let time): guest.fates.append(.hangs(after: time))
        case .dirties(let rate, let within):
            guest.dirtyRate = rate
            guest.dirtyRange = within
        case .usesCPU(let percent): guest.cpuPercent = percent
        case .balloonsIn(let time): guest.balloonsIn = time
        case .neverConnects(let type): if let type = DeviceType(rawValue: type) { guest.neverConnects.insert(type) }
        }
    }
}

extension ShutdownReason {
    /// The reason of this name or number, as scenarios have it; a guest that halts powers off.
    package static func named(_ name: String) -> ShutdownReason {
        if let code = UInt8(name) { return ShutdownReason(code: code) }
        return switch name {
        case "reboot": .reboot
        case "suspend": .suspend
        case "crash": .crash
        default: .poweroff
        }
    }
}
