import DomainModel
import HostInterface

/// What a guest knows about itself, as it stands in its memory: enough to go on elsewhere as if nothing had happened.
struct GuestSnapshot {
    static let magic = Array("XSIMHEAD".utf8)

    var image: String
    var hostName: String
    var uptime: Duration
    var behaviour: GuestBehaviour
    /// Fates that have not come true yet, and how long until they do.
    var fates: [(fate: GuestBehaviour.Fate, remaining: Duration)]
    var memory: GuestMemory

    // MARK: As a page

    /// The page. What does not fit is an image path or host name beyond all reason; these are cut.
    var page: [UInt8] {
        var lines = [
            "image \(image.prefix(1024))", "host \(hostName.prefix(256))", "uptime \(uptime.nanoseconds)",
            "seed \(memory.seed)", "pages \(memory.pages)", "boot-pages \(memory.bootPages)",
            "shuts-down-in \(behaviour.shutsDownIn.nanoseconds)", "terminal \(behaviour.terminal.rawValue)",
            "ignores-shutdown \(behaviour.ignoresShutdown)", "refuses-suspend \(behaviour.refusesSuspend)",
            "cpu \(behaviour.cpuPercent)", "balloons-in \(behaviour.balloonsIn.nanoseconds)",
            "never-connects " + behaviour.neverConnects.sorted().map(\.rawValue).joined(separator: ","),
        ]
        for stream in memory.streams {
            let total = stream.total.map { "\($0)" } ?? "-"
            lines.append("stream \(stream.rate) \(stream.range) \(stream.began.nanoseconds) \(total)")
        }
        for (fate, remaining) in fates { lines.append("fate \(remaining.nanoseconds) \(fate.word)") }
        let text = Array(lines.joined(separator: "\n").utf8)
        var page = Self.magic
        page.append(little: UInt32(text.count))
        page += text
        return Array((page + Array(repeating: 0, count: PageContents.size)).prefix(PageContents.size))
    }

    /// - Returns: nil when this is no such page.
    init?(page: [UInt8]) {
        guard page.starts(with: Self.magic), page.count >= 12 else { return nil }
        let count = Int(page[8]) | Int(page[9]) << 8 | Int(page[10]) << 16 | Int(page[11]) << 24
        guard count <= page.count - 12 else { return nil }
        var values: [String: String] = [:]
        var streams: [GuestMemory.Stream] = []
        var fates: [(GuestBehaviour.Fate, Duration)] = []
        for line in String(decoding: page[12..<12 + count], as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
            let value = parts.count > 1 ? parts[1] : ""
            switch parts[0] {
            case "stream": if let stream = GuestMemory.Stream(text: value) { streams.append(stream) }
            case "fate": if let fate = Self.fate(value) { fates.append(fate) }
            default: values[parts[0]] = value
            }
        }
        guard let image = values["image"], let seed = values["seed"].flatMap({ UInt64($0) }),
            let pages = values["pages"].flatMap({ UInt64($0) })
        else { return nil }
        self.image = image
        hostName = values["host"] ?? ""
        uptime = Self.duration(values["uptime"])
        memory = GuestMemory(seed: seed, pages: pages)
        memory.bootPages = values["boot-pages"].flatMap { UInt64($0) } ?? 0
        memory.streams = streams
        self.fates = fates
        behaviour = Self.behaviour(values)
    }

    private static func behaviour(_ values: [String: String]) -> GuestBehaviour {
        var behaviour = GuestBehaviour()
        behaviour.shutsDownIn = duration(values["shuts-down-in"])
        behaviour.terminal = values["terminal"].flatMap(GuestBehaviour.Terminal.init(rawValue:)) ?? .silent
        behaviour.ignoresShutdown = values["ignores-shutdown"] == "true"
        behaviour.refusesSuspend = values["refuses-suspend"] == "true"
        behaviour.cpuPercent = values["cpu"].flatMap { Int($0) } ?? 0
        behaviour.balloonsIn = duration(values["balloons-in"])
        let types = (values["never-connects"] ?? "").split(separator: ",")
        behaviour.neverConnects = Set(types.compactMap { DeviceType(rawValue: String($0)) })
        return behaviour
    }

    private static func duration(_ text: String?) -> Duration { .nanoseconds(text.flatMap { Int64($0) } ?? 0) }

    private static func fate(_ text: String) -> (GuestBehaviour.Fate, Duration)? {
        let parts = text.split(separator: " ").map(String.init)
        guard parts.count >= 2 else { return nil }
        let remaining = duration(parts[0])
        switch parts[1] {
        case "exits":
            let code = parts.count > 2 ? UInt8(parts[2]) : nil
            return (.exits(after: .zero, ShutdownReason(code: code ?? 0)), remaining)
        case "crashes": return (.crashes(after: .zero), remaining)
        case "hangs": return (.hangs(after: .zero), remaining)
        default: return nil
        }
    }

    /// What a guest says about itself at this moment.
    init(_ guest: Guest) {
        image = guest.image
        hostName = guest.hostName
        uptime = guest.clock.uptime
        behaviour = guest.behaviour
        fates = guest.fateAlarms.compactMap { fate, alarm in guest.clock.remaining(alarm).map { (fate, $0) } }
        memory = guest.memory
    }
}

extension GuestMemory.Stream {
    fileprivate init?(text: String) {
        let parts = text.split(separator: " ")
        guard parts.count == 4, let rate = UInt64(parts[0]), let range = UInt64(parts[1]), range > 0,
            let began = Int64(parts[2])
        else { return nil }
        self.init(rate: rate, range: range, began: .nanoseconds(began), total: UInt64(parts[3]))
    }
}

extension GuestBehaviour.Fate {
    fileprivate var word: String {
        switch self {
        case .exits(_, let reason): "exits \(reason.code)"
        case .crashes: "crashes"
        case .hangs: "hangs"
        }
    }
}
