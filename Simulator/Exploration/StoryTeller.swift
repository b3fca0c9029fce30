import DomainModel
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
    private let kernels: [(path: String, setup: String)]
    private let pool: Pool
    private let probe: OperationProbe
    private var beliefs = StoryBeliefs()

    private static let names = ["a", "b", "c", "d"]
    /// What a guest does that is not an ordinary one.
    private static let kernels: [(path: String, setup: String)] = [
        ("/boot/short", "(kernel /boot/short (boots-in 100ms) (exits-after 4500ms reboot))"),
        ("/boot/stubborn", "(kernel /boot/stubborn (ignores shutdown) (refuses suspend))"),
        ("/boot/busy", "(kernel /boot/busy (dirties 40 (of 16)))"),
        ("/boot/slow", "(kernel /boot/slow (shuts-down-in 20s))"),
        ("/boot/bad", "(kernel /boot/bad (crashes-after 1s))"),
        ("/boot/deaf", "(kernel /boot/deaf (never-connects vif))"),
        ("/boot/missing", "(missing /boot/missing)"),
    ]

    /// One that may be lost in the middle of the story.
    private static let mortalKernel = "/boot/mortal"
    private static let spareDevices = [
        "(vif)", "(vbd (uname phy:sda4) (dev sda2) (mode r))", "(vbd (uname file:/srv/disk.img) (dev sda3) (mode r))",
    ]
    /// What no driver does. The first domains of a story have the ids 1 and 2, their devices the numbers that `create` gives them.
    private static let hostilities = [
        #"(writes data/a "x" (nodes 2000))"#, #"(writes data/b "\xff\x1b\n" (times 600))"#, "(removes device/vif/0)",
        "(removes device/vbd/2049)", #"(writes device/vif/0/state "6")"#, #"(writes device/vbd/2049/state "5")"#,
        #"(writes device/vif/0/state "1")"#, #"(writes device/vbd/2049/state "\xff" (times 1500))"#,
        #"(writes device/vif/0/event-channel-tx "4294967295")"#, #"(writes device/vbd/2049/ring-ref "-1")"#,
        #"(writes device/vbd/2049/backend "/local/domain/0/backend/vbd/1/2049")"#,
        #"(writes control/shutdown "suspend")"#, #"(writes control/shutdown "\xff" (times 1900))"#,
        "(removes control/shutdown)", #"(writes memory/target "0")"#, #"(writes /local/domain/1/name "d")"#,
        "(watches 1000)", "(transactions 1000)", #"(prints "\x1b[2J\x00\xff" (times 100000))"#, "(shutdown 255)",
        "(shutdown suspend)",
    ]
    /// Domains of which xend was not told.
    private static let strangers = ["x", "y"]
    /// One file by several names, and another.
    private static let files = ["/tmp/same", "/tmp//same", "/tmp/./same", "/tmp/other"]
    /// One file by several names, and a disk with one of its partitions.
    private static let disks = [
        "file:/srv/disk.img", "file:/srv//disk.img", "file:/srv/link.img", "phy:sda9", "phy:/dev/sda9",
    ]
    private static let exitActions = [
        "(on_crash restart)", "(on_crash destroy)", "(on_poweroff restart)", "(on_reboot destroy)",
        "(on_reboot preserve)",
    ]

    /// Which secrets the hosts hold: one, none, or each its own.
    private enum Pool { case shared, none, strangers }

    private enum Act: CaseIterable {
        case create, unpause, pause, shutdown, destroy, guestReboot, guestCrash, guestPoweroff, guestHang, device,
            deviceDestroy
        case maxmem, rename, advance, settle, save, restore, migrate, cancel, daemonRestart, daemonKill, powerLoss,
            hostReboot
        case console, heal, clock, inject, atOnce, pin, notify, loseKernel, hostile, otherToolstack, same
    }

    init(seed: UInt64, hosts count: Int, length: Int) {
        self.seed = seed
        self.length = length
        let random = SimulatedRandom(seed: seed).fork("story")
        self.random = random
        probe = OperationProbe(seed: seed)
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
        kernels = Self.kernels.filter { _ in random.chance(0.4) }
        faultRate = [0, 0.05, 0.2][random.number(in: 0..<3)]
        points = Self.points(count).filter { _ in random.chance(0.5) }
        // Hosts that share no secret move no domains between each other, however often they are asked.
        pool = count > 1 && random.chance(0.1) ? (random.chance(0.5) ? .none : .strangers) : .shared
    }

    mutating func story() -> StoryText {
        var setup = ["(seed \(seed))", "(order seeded)", "(tolerate failures)"]
        let minimum = [0, 5, 5, 20][random.number(in: 0..<4)]
        var config = minimum == 20 ? "" : " (xend-min-restart-time \(minimum))"
        if pool == .strangers { config += " (xend-pool-secret-file /etc/xen/own-secret)" }
        if !config.isEmpty { config = " (config\(config))" }
        // Domains are small, so that saving them takes little time; a host that has no room for many is, too.
        for host in hosts {
            setup.append("(host \(host) (memory \(random.chance(0.3) ? 224 : 4096))\(config))")
            if pool == .strangers {
                setup.append("(file (on \(host)) /etc/xen/own-secret (text \"the secret of \(host)\"))")
            }
        }
        if pool == .none { setup.append("(pool none)") }
        setup += ["(file /srv/disk.img (size 1M))", "(file /srv/link.img (link /srv/disk.img))"] + kernels.map(\.setup)
        var steps: [String] = []
        while steps.count < length {
            steps += next()
            steps += probe.next(beliefs.domains, hosts: hosts, names: Self.names, on: on).map { [$0] } ?? []
        }
        return StoryText(name: "explored-\(seed)", setup: setup, steps: Array(steps.prefix(length)))
    }

    private mutating func next() -> [String] {
        if random.chance(faultRate), !points.isEmpty { return [fault()] }
        let act = pick(acts)
        let step = step(act)
        // Who makes a domain mostly wants it to run.
        guard act == .create, let made = beliefs.domains.last, random.chance(0.5) else { return [step] }
        return [step, "(unpause \(on(made.host))\(made.name))"]
    }

    private func pick<Item>(_ items: [Item]) -> Item { items[random.number(in: 0..<items.count)] }
    private func on(_ host: String) -> String { hosts.count > 1 ? "(on \(host)) " : "" }

    /// Mostly something that is there, sometimes anything.
    private func someone(_ known: [StoryBeliefs.Domain]) -> StoryBeliefs.Domain {
        if !known.isEmpty, random.chance(0.85) { return pick(known) }
        return StoryBeliefs.Domain(name: pick(Self.names), host: pick(hosts))
    }

    // MARK: Steps

    private mutating func step(_ act: Act) -> String {
        switch act {
        case .create: return create()
        case .restore, .migrate, .save, .rename, .destroy: return move(act)
        case .advance: return "(advance \(pick(["1ms", "2s", "10s", "25s"])))"
        case .settle: return "(settle)"
        case .powerLoss, .hostReboot:
            let host = pick(hosts)
            beliefs.lost(host)
            return "(\(act == .powerLoss ? "power-loss" : "host-reboot") \(host))"
        case .heal: return "(heal)"
        case .daemonRestart: return "(daemon \(on(pick(hosts)))restart)"
        case .daemonKill: return "(daemon \(on(pick(hosts)))kill)"
        case .clock: return "(clock \(on(pick(hosts)))(\(pick(["forward", "back"])) \(pick(["10s", "1h"]))))"
        case .cancel:
            return "(fault \(on(pick(hosts)))\(cancelPoint()) (nth \(random.number(in: 1..<6))) (cancel))"
        case .atOnce: return atOnce()
        case .notify:
            return
                "(request \(on(pick(hosts)))POST /xend/node (form (op notify) (url http://192.0.2.1/\(pick(Self.names)))))"
        case .otherToolstack:
            let host = pick(hosts)
            // xl calls them by their names all over the world.
            let stranger = "\(pick(Self.strangers))\(host)"
            if random.chance(0.5) { return "(xl \(on(host))create \(stranger) 16 /boot/k)" }
            return "(xl \(on(host))destroy \(pick(Self.names + [stranger])))"
        case .same: return same()
        case .loseKernel: return "(missing \(on(pick(hosts)))\(Self.mortalKernel))"
        case .unpause, .pause, .shutdown, .guestReboot, .guestCrash, .guestPoweroff, .guestHang, .device,
            .deviceDestroy, .maxmem,
            .console, .inject, .pin, .hostile:
            return deed(act, on: someone(beliefs.domains))
        }
    }

    /// What leaves a domain where it is.
    private func deed(_ act: Act, on domain: StoryBeliefs.Domain) -> String {
        let target = on(domain.host) + domain.name
        switch act {
        case .unpause: return "(unpause \(target))"
        case .pause: return "(pause \(target))"
        case .shutdown: return "(shutdown \(target) \(pick(["reboot", "poweroff", "halt"])))"
        case .guestReboot: return "(guest \(target) (shutdown reboot))"
        case .guestCrash: return "(guest \(target) (crash))"
        case .guestPoweroff: return "(guest \(target) (shutdown poweroff))"
        case .guestHang: return "(guest \(target) (hang))"
        case .device: return "(device-create \(target) \(pick(Self.spareDevices)))"
        case .deviceDestroy: return "(device-destroy \(target) \(pick(["vif 0", "vbd 0", "vif 1"])))"
        case .maxmem: return "(maxmem \(target) \(pick([32, 256])))"
        case .console:
            return "(console \(target) (connect) (send \"x\\n\")\(random.chance(0.5) ? " (disconnect)" : ""))"
        case .hostile: return "(guest \(target) \(pick(Self.hostilities)))"
        case .pin: return "(pincpu \(target) \(random.number(in: 0..<3)))"
        default: return "(inject \(on(domain.host))(explored (by \(domain.name))))"
        }
    }

    /// What takes a domain away, or elsewhere.
    private mutating func move(_ act: Act) -> String {
        let domain = someone(act == .restore ? beliefs.files : beliefs.domains)
        let target = on(domain.host) + domain.name
        switch act {
        case .restore:
            beliefs.created(domain.name, on: domain.host)
            return "(restore \(on(domain.host))/tmp/\(domain.name))"
        case .save:
            beliefs.saved(domain)
            return "(save \(target) /tmp/\(domain.name))"
        case .migrate:
            let host = pick(hosts)
            beliefs.moved(domain, to: host)
            return "(migrate \(target) \(host) (live \(pick(["yes", "no"]))))"
        case .rename:
            let name = pick(Self.names)
            beliefs.renamed(domain, name)
            return "(request \(on(domain.host))POST /xend/domain/\(domain.name) (form (op rename) (name \(name))))"
        default:
            let mode = pick(["halt", "reboot"])
            if mode == "halt" { beliefs.gone(domain) }
            return "(destroy \(target) \(mode))"
        }
    }

    private mutating func create() -> String {
        let taken = Set(beliefs.domains.map(\.name))
        let free = Self.names.filter { !taken.contains($0) }
        let name = free.isEmpty || random.chance(0.1) ? pick(Self.names) : pick(free)
        let host = pick(hosts)
        beliefs.created(name, on: host)
        let devices = [
            "", "(device (vif))", "(device (vbd (uname phy:sda\(random.number(in: 1..<4))) (dev sda1) (mode w)))",
            "(device (vif)) (device (vbd (uname phy:sda\(random.number(in: 5..<8))) (dev sda1) (mode w)))",
            "(device (vbd (uname file:/srv/disk.img) (dev sda1) (mode r)))",
        ]
        let ordinary = acts.contains(.loseKernel) && random.chance(0.4) ? Self.mortalKernel : "/boot/k"
        let kernel = kernels.isEmpty || random.chance(0.5) ? ordinary : pick(kernels).path
        let actions = random.chance(0.8) ? "" : " \(pick(Self.exitActions))"
        return "(create \(on(host))(vm (name \(name)) (memory \(16 << random.number(in: 0..<3))) "
            + "(restart \(pick(RestartMode.allCases).rawValue))\(actions) (image (linux (kernel \(kernel)))) \(pick(devices))))"
    }

    private mutating func atOnce() -> String {
        let wanted: Set<Act> = [.create, .destroy, .pause, .unpause, .shutdown, .save, .migrate, .device, .rename]
        let possible = acts.filter(wanted.contains)
        var steps: [String] = []
        for _ in 0..<3 { steps.append(step(pick(possible))) }
        return "(parallel \(steps.joined(separator: " ")))"
    }

    /// Several want one and the same thing at once, by whatever name: a name, a file to save to, a disk, a device's number, a bridge.
    private mutating func same() -> String {
        let (one, other) = (someone(beliefs.domains), someone(beliefs.domains))
        let here = on(one.host)
        let there = on(other.host)
        switch random.number(in: 0..<6) {
        case 0:
            let name = pick(Self.names)
            beliefs.created(name, on: one.host)
            let make = "(create \(here)(vm (name \(name)) (memory 16) (image (linux (kernel /boot/k)))))"
            return "(parallel \(make) \(make))"
        case 1:
            let name = pick(Self.names)
            let renamings = [one, other].map {
                "(request \(on($0.host))POST /xend/domain/\($0.name) (form (op rename) (name \(name))))"
            }
            return "(parallel \(renamings.joined(separator: " ")))"
        case 2:
            beliefs.saved(one)
            beliefs.saved(other)
            return
                "(parallel (save \(here)\(one.name) \(pick(Self.files))) (save \(there)\(other.name) \(pick(Self.files))))"
        case 3:
            let file = pick(Self.files)
            return "(parallel (restore \(here)\(file)) (restore \(here)\(file)))"
        case 4:
            let device = pick(["(vif (bridge xen-br0))", "(vbd (uname \(pick(Self.disks))) (dev sda9) (mode w))"])
            return
                "(parallel (device-create \(here)\(one.name) \(device)) (device-create \(there)\(other.name) \(device)))"
        default:
            let device = pick(["vif 0", "vbd 0"])
            let removal = "(device-destroy \(here)\(one.name) \(device))"
            return "(parallel \(removal) \(removal))"
        }
    }

    // MARK: Faults

    private static func points(_ hosts: Int) -> [String] {
        let own = [
            "(hypercall create)", "(hypercall build)", "(hypercall destroy)", "(hypercall unpause)",
            "(hypercall pause)",
            "(hypercall getinfolist)", "(hypercall save_pages)", "(hypercall restore_pages)", "(hypercall resume)",
            "(xenstore write)", "(xenstore read)", "(xenstore rm)", "(xenstore transaction)", "(xenstore watch)",
            "(script /etc/xen/vif-bridge up)", "(script /etc/xen/vif-bridge down)", "(disk fsync)", "(disk write)",
            "(disk rename)", "(disk read)",
            "(script /etc/xen/block-file bind)", "(script /etc/xen/block-file unbind)", "(hypercall setmaxmem)",
            "(xenstore introduce)",
            "(backend vif)", "(backend vbd)", "(frontend vif)", "(frontend vbd)", "(step unpause)", "(step remember)",
            "(step forget)",
            "(step \"wait until gone\")", "(step \"close console\")", "(step \"release what is left\")",
        ]
        guard hosts > 1 else { return own }
        return own + [
            "(network h0 h1)", "(network h1 h0)", "(step \"hand over: record handed-over\")",
            "(step \"hand over: send go\")",
            "(step \"hand over: destroy\")", "(step \"hand over: forget\")", "(step \"take over: record in-doubt\")",
            "(step \"take over: record running\")", "(step \"take over: run\")", "(step \"take over: send taken\")",
        ]
    }

    private func cancelPoint() -> String {
        pick([
            "(hypercall save_pages)", "(hypercall save_end)", "(xenstore write)", "(disk write)", "(disk rename)",
            "(hypercall restore_pages)",
        ])
    }

    /// What is read comes back wrong: one bit of it, or not all of it.
    private func damages() -> [String] {
        ["(flipped \(random.number(in: 0..<100_000)))", "(short \(random.number(in: 0..<200)))"]
    }

    private func fault() -> String {
        let point = pick(points)
        let ends = ["(kill-daemon)", "(kill-daemon after)", "(power-loss)"]
        let actions: [String]
        switch point.dropFirst().prefix(while: { $0 != " " }) {
        case "script":
            // A script that says it has taken something away, and has not, cannot be told from one that has.
            let isTaking = point.hasSuffix(" down)") || point.hasSuffix(" unbind)")
            actions = ["(error 1)", "(delay 3s)", "(kill-daemon)"] + (isTaking ? [] : ["(torn 0)"])
        case "backend", "frontend": actions = ["(stuck 2)", "(delay 3s)", "(drop)"]
        case "network": actions = ["(error ECONNRESET)", "(delay 2s)", "(drop)", "(cut-after 100000)"]
        case "step": actions = ends
        case "xenstore":
            actions =
                ["(error EAGAIN)", "(error EIO)", "(delay 1s)"] + ends
                + (point.hasSuffix(" read)") ? damages() : [])
        case "disk" where point.hasSuffix(" read)"): actions = damages()
        case "disk": actions = ["(error EIO)", "(error ENOSPC)", "(torn 5)", "(delay 3s)"] + ends
        default: actions = ["(error EIO)", "(error ENOMEM)", "(delay 3s)"] + ends
        }
        let action = pick(actions)
        // What ends the daemon each time would let it never come back.
        let once = ends.contains(action) || random.chance(0.7)
        // A migration sends many messages, and what matters most are the last.
        let passages = point.hasPrefix("(step \"") ? 3 : random.chance(0.3) ? 60 : 8
        let selector = once ? "(nth \(random.number(in: 1..<passages)))" : pick(["(every 3)", "(probability 0.1)"])
        return "(fault \(on(pick(hosts)))\(point) \(selector) \(action))"
    }
}
