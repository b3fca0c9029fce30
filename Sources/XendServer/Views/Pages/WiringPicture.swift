import DomainLifecycle
import DomainModel

/// A drawing: bridges on the left, domains in the middle, what stands behind their disks on the right, and who hangs on what. What is
/// drawn stands below in words, too.
struct WiringPicture: Sendable {
    /// A wire from a domain to something.
    struct Wire: Hashable, Sendable {
        var domain: String
        /// `vif 0`, `vbd sda1`.
        var device: String
        /// A bridge, or what a disk is called on the node.
        var end: String
        /// The driver domain that serves it; nil: domain 0.
        var driver: String?
        var isWritable: Bool
        var isNetwork: Bool
    }

    let wires: [Wire]
    /// With at least one wire, in order.
    let domains: [String]
    /// Those that are left out.
    let others: Int

    /// More domains are no drawing any more.
    static let maximum = 40

    /// - Parameter bridge: of vifs that name none.
    init(_ all: [DomainInformation], bridge: String) {
        let names = Dictionary(all.map { ($0.id, $0.name) }) { first, _ in first }
        let wired = all.filter { $0.devices.contains { $0.isWired } }
        others = max(0, wired.count - Self.maximum)
        let shown = wired.prefix(Self.maximum)
        domains = shown.map(\.name)
        wires = shown.flatMap { domain in
            domain.devices.compactMap { device in
                let driver = device.backend == .zero ? nil : names[device.backend] ?? "domain \(device.backend)"
                switch device.config {
                case .vif(let vif):
                    return Wire(
                        domain: domain.name, device: "vif \(device.idx)", end: vif.bridge ?? bridge, driver: driver,
                        isWritable: true,
                        isNetwork: true)
                case .vbd(let vbd):
                    return Wire(
                        domain: domain.name, device: "vbd \(vbd.device)", end: vbd.uname, driver: driver,
                        isWritable: vbd.isWritable,
                        isNetwork: false)
                case .pci: return nil
                }
            }
        }
    }

    private func ends(_ isNetwork: Bool) -> [End] {
        var seen: Set<End> = []
        return wires.filter { $0.isNetwork == isNetwork }.map(\.place).filter { seen.insert($0).inserted }
    }

    /// What several domains write at once.
    private var contended: Set<End> {
        var writers: [End: Set<String>] = [:]
        for wire in wires where !wire.isNetwork && wire.isWritable {
            writers[wire.place, default: []].insert(wire.domain)
        }
        return Set(writers.filter { $0.value.count > 1 }.keys)
    }

    /// A thing at the end of wires: in each driver domain another one.
    struct End: Hashable {
        var name: String
        var driver: String?
    }

    // MARK: - View

    private static let width = 960.0
    private static let box = 230.0
    private static let row = 40.0

    /// Where everything is drawn.
    private struct Layout {
        let bridges, disks: [End]
        let rows: Int
        /// The height at which something is in the middle.
        let domains: [String: Double]
        let ends: [Bool: [End: Double]]

        init(_ picture: WiringPicture) {
            (bridges, disks) = (picture.ends(true), picture.ends(false))
            rows = max(picture.domains.count, bridges.count, disks.count)
            let rows = rows
            func places<Thing: Hashable>(_ things: [Thing]) -> [Thing: Double] {
                let share = Double(rows) / Double(max(1, things.count)) * WiringPicture.row
                let pairs = things.enumerated().map { ($0.element, 24 + (Double($0.offset) + 0.5) * share) }
                return Dictionary(pairs) { first, _ in first }
            }
            domains = places(picture.domains)
            ends = [true: places(bridges), false: places(disks)]
        }

        func y(_ end: End, isNetwork: Bool) -> Double { ends[isNetwork]?[end] ?? 0 }
    }

    var view: HTML {
        guard !wires.isEmpty else { return .nothing }
        return .group([
            div(.class("wiring"), .focusable, .role("region"), .label(label)) {
                drawing(Layout(self))
            },
            others > 0 ? p(.class("help")) { "and \(others) other domains, below." } : .nothing,
            words,
        ])
    }

    private func drawing(_ layout: Layout) -> HTML {
        let (drivers, contended) = (Set(wires.compactMap(\.driver)), contended)
        let height = Double(layout.rows) * Self.row + 30
        let box = "0 0 \(Int(Self.width)) \(Int(height))"
        return tag("svg", [.class("drawing"), .init("viewBox", box)]) {
            head
            for wire in wires {
                line(wire, layout.domains[wire.domain] ?? 0, layout.y(wire.place, isNetwork: wire.isNetwork))
            }
            for end in layout.bridges { thing(end, "bridge", 0, layout.y(end, isNetwork: true)) }
            for end in layout.disks {
                thing(
                    end, contended.contains(end) ? "disk contended" : "disk", Self.width - Self.box,
                    layout.y(end, isNetwork: false))
            }
            for name in domains { domain(name, layout.domains[name] ?? 0, isDriver: drivers.contains(name)) }
        }
    }

    private var label: String {
        "Drawing: \(domains.count) domains, \(ends(true).count) bridges, \(ends(false).count) disks; the words below say the same"
    }

    private var head: HTML {
        .group(
            [("Bridges", Self.box / 2), ("Domains", Self.width / 2), ("Behind their disks", Self.width - Self.box / 2)]
                .map { text, x in
                    tag(
                        "text",
                        [.class("column"), .init("x", Self.text(x)), .init("y", "14"), .init("text-anchor", "middle")]
                    ) { text }
                })
    }

    private func line(_ wire: Wire, _ from: Double, _ to: Double) -> HTML {
        let middle = Self.width / 2
        let (start, end) =
            wire.isNetwork ? (middle - Self.box / 2, Self.box) : (middle + Self.box / 2, Self.width - Self.box)
        let bend = (start + end) / 2
        let data =
            "M\(Self.text(start)) \(Self.text(from))C\(Self.text(bend)) \(Self.text(from)) \(Self.text(bend)) "
            + "\(Self.text(to)) \(Self.text(end)) \(Self.text(to))"
        let kind = (wire.isWritable ? "wire" : "wire reads") + (wire.driver == nil ? "" : " driven")
        return tag("path", [.class(kind), .init("d", data)]) { tag("title", []) { sentence(wire) } }
    }

    private func sentence(_ wire: Wire) -> String {
        let how = wire.isNetwork ? "on" : wire.isWritable ? "writes" : "reads"
        return "\(wire.domain), \(wire.device): \(how) \(wire.end)" + (wire.driver.map { " through \($0)" } ?? "")
    }

    private func thing(_ end: End, _ kind: String, _ x: Double, _ y: Double) -> HTML {
        box(end.driver.map { "\(end.name) in \($0)" } ?? end.name, kind, x, y)
    }

    private func domain(_ name: String, _ y: Double, isDriver: Bool) -> HTML {
        tag("a", [.href(Path.domain(name))]) {
            box(name, isDriver ? "who driver" : "who", (Self.width - Self.box) / 2, y)
        }
    }

    private func box(_ text: String, _ kind: String, _ x: Double, _ y: Double) -> HTML {
        let short = text.count > 30 ? "\(text.prefix(14))…\(text.suffix(14))" : text
        return tag("g", [.class("box \(kind)")]) {
            tag(
                "rect",
                [
                    .init("x", Self.text(x + 1)), .init("y", Self.text(y - 13)),
                    .init("width", Self.text(Self.box - 2)),
                    .init("height", "26"), .init("rx", "6"),
                ]
            ) { tag("title", []) { text } }
            tag(
                "text",
                [.init("x", Self.text(x + Self.box / 2)), .init("y", Self.text(y + 4)), .init("text-anchor", "middle")]
            ) { short }
        }
    }

    private static func text(_ number: Double) -> String { String((number * 10).rounded() / 10) }

    /// The same for those who do not see it.
    private var words: HTML {
        let (hanging, contended) = (Dictionary(grouping: wires, by: \.place), contended)
        return Parts.folded("The drawing in words") {
            ul(.class("story")) {
                for end in ends(true) + ends(false) {
                    li {
                        strong { end.driver.map { "\(end.name) in \($0)" } ?? end.name }
                        ": "
                        (hanging[end] ?? []).map { wire in
                            "\(wire.domain) (\(wire.device)\(wire.isNetwork ? "" : wire.isWritable ? ", writes" : ", reads"))"
                        }.joined(separator: ", ")
                        if contended.contains(end) { " – several write it" }
                    }
                }
            }
        }
    }
}

extension WiringPicture.Wire {
    fileprivate var place: WiringPicture.End { WiringPicture.End(name: end, driver: driver) }
}

extension DeviceRecord {
    /// It hangs on a bridge, or on something with blocks.
    fileprivate var isWired: Bool { type == .vif || type == .vbd }
}
