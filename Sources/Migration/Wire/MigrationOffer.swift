import Digests
import DomainModel
import SExpressions

/// What a host says about the domain it wants to send.
public struct MigrationOffer: Hashable, Sendable {
    /// Of the migration: 32 hexadecimal digits.
    public var id: String
    /// Of the sending daemon's start: whoever finds its own talks to itself.
    public var node: String
    /// How the sender calls itself, and where it can be asked later.
    public var host: String
    /// Of the sender's own migration port.
    public var port: UInt16
    /// Of the sender's Xen: 4 in 4.17.
    public var xenMajor: Int
    /// Of the sender's Xen: 17 in 4.17.
    public var xenMinor: Int
    /// What the image will be of.
    public var kind: GuestKind
    /// It runs on while its memory is sent.
    public var live: Bool
    /// What it has, and needs there.
    public var memory: MemorySize
    /// What it can grow to.
    public var maximumMemory: MemorySize
    /// Its operator had paused it, and so it stays.
    public var isPaused: Bool
    /// The whole `(domain …)` record of xend.
    public var record: SExpression

    public init(
        id: String, node: String, host: String, port: UInt16, xenMajor: Int, xenMinor: Int, kind: GuestKind,
        live: Bool, memory: MemorySize, maximumMemory: MemorySize, isPaused: Bool, record: SExpression
    ) {
        self.id = id
        self.node = node
        self.host = host
        self.port = port
        self.xenMajor = xenMajor
        self.xenMinor = xenMinor
        self.kind = kind
        self.live = live
        self.memory = memory
        self.maximumMemory = maximumMemory
        self.isPaused = isPaused
        self.record = record
    }

    var expression: SExpression {
        .element(
            "offer", .element("id", id), .element("node", node), .element("host", host), .element("port", port),
            .element("xen", "\(xenMajor).\(xenMinor)"), .element("kind", kind.rawValue),
            .element("live", live ? 1 : 0), .element("pages", memory.pages),
            .element("maxpages", maximumMemory.pages), .element("paused", isPaused ? 1 : 0),
            .element("record", record))
    }

    init?(_ expression: SExpression) {
        let limit = UInt64(DomainConfig.maximumMebibytes) * 256
        let xen = (expression.childText("xen") ?? "").split(separator: ".").compactMap { Int($0) }
        guard expression.isElement("offer"), let id = expression.childText("id"), id.utf8.count == 32,
            bytes(hexadecimal: id) != nil, let node = expression.childText("node"),
            let port = expression.childText("port").flatMap(UInt16.init), xen.count == 2,
            let kind = expression.childText("kind").flatMap(GuestKind.init),
            let pages = expression.childText("pages").flatMap(UInt64.init), (1...limit).contains(pages),
            let maximum = expression.childText("maxpages").flatMap(UInt64.init), (pages...limit).contains(maximum),
            let record = expression.childValue("record"), record.isElement("domain")
        else { return nil }
        self.init(
            id: id, node: node, host: expression.childText("host") ?? "", port: port, xenMajor: xen[0],
            xenMinor: xen[1], kind: kind, live: expression.childText("live") == "1",
            memory: MemorySize(pages: pages), maximumMemory: MemorySize(pages: maximum),
            isPaused: expression.childText("paused") == "1", record: record)
    }
}
