import Simulation

/// Makes up stories: a seed makes one, always the same. Users, guests and faults, over one or more hosts.
///
/// Each seed leaves out some of what could happen: what is rare among everything is common among little.
struct StoryTeller {
    private let random: SimulatedRandom
    private let hosts: [String]
    private let length: Int
    private let acts: [Act]
    private let points: [String]
    private let faultRate: Double
    private let seed: UInt64

    private static let names = ["a", "b", "c", "d"]
    private static let kernels: [(path: String, setup: String)] = [
        ("/boot/k", ""),
        ("/boot/short", "(kernel /boot/short (boots-in 100ms) (exits-after 4500ms reboot))"),
        ("/boot/stubborn", "(kernel /boot/stubborn (ignores shutdown) (refuses suspend))"),
        ("/boot/busy", "(kernel /boot/busy (dirties 40 (of 16)))"),
        ("/boot/slow", "(kernel /boot/slow (shuts-down-in 20s))"),
        ("/boot/bad", "(kernel /boot/bad (crashes-after 1s))"),
        ("/boot/deaf", "(kernel /boot/deaf (never-connects vif))"),
        ("/boot/missing", "(missing /boot/missing)"),
    ]

    private enum Act: CaseIterable {
        case create, unpause, pause, shutdown, destroy, guestReboot, guestCrash, guestPoweroff, guestHang, device, deviceDestroy
        case maxmem, rename, advance, settle, save, restore, migrate, cancel, daemonRestart, daemonKill, powerLoss, hostReboot
        case console, heal, clock, inject, atOnce
    }

    init(seed: UInt64, hosts count: Int, length: Int) {
        self.seed = seed
        self.length = length
        let random = SimulatedRandom(seed: seed).fork("story")
        self.random = random
        hosts = (0..<count).map { "h\($0)" }
        var acts: [Act] = []
        for act in Act.allCases where act == .create || act == .unpause || random.chance(0.55) {
            // A power cut ends everything: where it is as frequent as the rest nothing else is seen.
            if [.powerLoss, .hostReboot].contains(act), random.chance(0.6) { continue }
            if act == .migrate, count == 1 { continue }
            acts.append(act)
        }
        // Domains must come from somewhere, and run.
        self.acts = acts + [.create, .unpause] + (count > 1 && acts.contains(.migrate) ? [.migrate] : [])
        faultRate = [0, 0.05, 0.2][random.number(in: 0..<3)]
        points = Self.points(count).filter { _ in random.chance(0.5) }
    }

    func story() -> StoryText {
        var setup = ["(seed \(seed))", "(order seeded)", "(tolerate failures)"]
        let minimum = [0, 5, 20, 20][random.number(in: 0..<4)]
        let config = minimum == 20 ? "" : " (config (xend-min-restart-time \(minimum)))"
        if hosts.count > 1 || !config.isEmpty {
            setup += hosts.map { "(host \($0) (memory \([512, 4096][random.number(in: 0..<2)]))\(config))" }
        } else {
            setup.append("(host h0)")
        }
        setup += Self.kernels.map(\.setup).filter { !$0.isEmpty }
        return StoryText(name: "explored-\(seed)", setup: setup, steps: (0..<length).map { _ in next() })
    }

    private func next() -> String {
        if random.chance(faultRate), !points.isEmpty { return fault() }
        return step(pick(acts))
    }

    private func pick<Item>(_ items: [Item]) -> Item { items[random.number(in: 0..<items.count)] }
    private func on() -> String { hosts.count > 1 ? "(on \(pick(hosts))) " : "" }

    // MARK: Steps

    private func step(_ act: Act) -> String {
        let name = pick(Self.names)
        let on = on()
        switch act {
        case .create: return create(name, on)
        case .unpause: return "(unpause \(on)\(name))"
        case .pause: return "(pause \(on)\(name))"
        case .shutdown: return "(shutdown \(on)\(name) \(pick(["reboot", "poweroff", "halt"])))"
        case .destroy: return "(destroy \(on)\(name) \(pick(["halt", "reboot"])))"
        case .guestReboot: return "(guest \(on)\(name) (shutdown reboot))"
        case .guestCrash: return "(guest \(on)\(name) (crash))"
        case .guestPoweroff: return "(guest \(on)\(name) (shutdown poweroff))"
        case .guestHang: return "(guest \(on)\(name) (hang))"
        case .device: return "(device-create \(on)\(name) \(pick(["(vif)", "(vbd (uname phy:sda4) (dev sda2) (mode r))"])))"
        case .deviceDestroy: return "(device-destroy \(on)\(name) \(pick(["vif 0", "vbd 0", "vif 1"])))"
        case .maxmem: return "(maxmem \(on)\(name) \(pick([32, 256])))"
        case .rename: return "(request \(on)POST /xend/domain/\(name) (form (op rename) (name \(pick(Self.names)))))"
        case .advance: return "(advance \(pick(["1ms", "100ms", "2s", "25s"])))"
        case .settle: return "(settle)"
        case .save: return "(save \(on)\(name) /tmp/\(name))"
        case .restore: return "(restore \(on)/tmp/\(name))"
        case .migrate: return "(migrate \(on)\(name) \(pick(hosts)) (live \(pick(["yes", "no"]))))"
        case .cancel: return "(fault \(on)\(cancelPoint()) (nth \(random.number(in: 1..<6))) (cancel))"
        case .daemonRestart: return "(daemon \(on)restart)"
        case .daemonKill: return "(daemon \(on)kill)"
        case .powerLoss: return "(power-loss \(pick(hosts)))"
        case .hostReboot: return "(host-reboot \(pick(hosts)))"
        case .console: return "(console \(on)\(name) (connect) (send \"x\\n\") (disconnect))"
        case .heal: return "(heal)"
        case .clock: return "(clock \(on)(\(pick(["forward", "back"])) \(pick(["10s", "1h"]))))"
        case .inject: return "(inject \(on)(explored (by \(name))))"
        case .atOnce: return atOnce()
        }
    }

    private func create(_ name: String, _ on: String) -> String {
        let devices = [
            "", "(device (vif))", "(device (vbd (uname phy:sda\(random.number(in: 1..<4))) (dev sda1) (mode w)))",
            "(device (vif)) (device (vbd (uname phy:sda\(random.number(in: 5..<8))) (dev sda1) (mode w)))",
        ]
        let kernel = random.chance(0.6) ? Self.kernels[0].path : pick(Self.kernels).path
        return "(create \(on)(vm (name \(name)) (memory \(32 << random.number(in: 0..<4))) "
            + "(restart \(pick(["onreboot", "always", "never"]))) (image (linux (kernel \(kernel)))) \(pick(devices))))"
    }

    private func atOnce() -> String {
        let wanted: Set<Act> = [.create, .destroy, .pause, .unpause, .shutdown, .save, .migrate, .device, .rename]
        let possible = acts.filter(wanted.contains)
        return "(parallel \((0..<3).map { _ in step(pick(possible)) }.joined(separator: " ")))"
    }

    // MARK: Faults

    private static func points(_ hosts: Int) -> [String] {
        let own = [
            "(hypercall create)", "(hypercall build)", "(hypercall destroy)", "(hypercall unpause)", "(hypercall pause)",
            "(hypercall getinfolist)", "(hypercall save_pages)", "(hypercall restore_pages)", "(hypercall resume)",
            "(xenstore write)", "(xenstore read)", "(xenstore rm)", "(xenstore transaction)", "(xenstore watch)",
            "(script /etc/xen/vif-bridge up)", "(script /etc/xen/vif-bridge down)", "(disk fsync)", "(disk write)", "(disk rename)",
            "(backend vif)", "(backend vbd)", "(frontend vif)", "(step unpause)", "(step remember)", "(step forget)",
        ]
        return own + (hosts > 1 ? ["(network h0 h1)", "(network h1 h0)"] : [])
    }

    private func cancelPoint() -> String {
        pick(["(hypercall save_pages)", "(hypercall save)", "(hypercall save_end)", "(xenstore write)", "(disk write)", "(disk rename)",
            "(hypercall restore_pages)"])
    }

    private func fault() -> String {
        let point = pick(points)
        let ends = ["(kill-daemon)", "(kill-daemon after)", "(power-loss)"]
        let actions: [String]
        switch point.dropFirst().prefix(while: { $0 != " " }) {
        case "script": actions = ["(error 1)", "(delay 3s)", "(torn 0)", "(kill-daemon)"]
        case "backend", "frontend": actions = ["(stuck 2)", "(delay 3s)", "(drop)"]
        case "network": actions = ["(error ECONNRESET)", "(delay 2s)", "(drop)", "(cut-after 100000)"]
        case "step": actions = ends
        case "xenstore": actions = ["(error EAGAIN)", "(error EIO)", "(delay 1s)"] + ends
        case "disk": actions = ["(error EIO)", "(error ENOSPC)", "(torn 5)", "(delay 3s)"] + ends
        default: actions = ["(error EIO)", "(error ENOMEM)", "(delay 3s)"] + ends
        }
        let action = pick(actions)
        // What ends the daemon each time would let it never come back.
        let once = ends.contains(action) || random.chance(0.7)
        let selector = once ? "(nth \(random.number(in: 1..<8)))" : pick(["(every 3)", "(probability 0.1)"])
        return "(fault \(on())\(point) \(selector) \(action))"
    }
}
