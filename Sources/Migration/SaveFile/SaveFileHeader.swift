import DomainModel
import SExpressions

/// What a save file says about the domain in it.
public struct SaveFileHeader: Hashable, Sendable {
    /// Distinguishes this save from every other: 32 hexadecimal digits.
    public var id: String
    /// When it was saved, seconds since 1970.
    public var time: Double
    /// The node it was saved on, and its Xen: `4.17.7`.
    public var host: String
    /// For people; whether an image can be restored, Xen says.
    public var xenVersion: String
    /// What the image in the file must be of.
    public var kind: GuestKind
    /// What the domain had, and could have had.
    public var memory: MemorySize
    /// Not below ``memory``.
    public var maximumMemory: MemorySize
    /// It was paused by its operator, and is after the restore.
    public var isPaused: Bool
    /// The whole `(domain …)` record of xend: name, uuid, devices with their numbers, and the configuration.
    public var record: SExpression

    public init(
        id: String, time: Double, host: String, xenVersion: String, kind: GuestKind, memory: MemorySize,
        maximumMemory: MemorySize, isPaused: Bool, record: SExpression
    ) {
        self.id = id
        self.time = time
        self.host = host
        self.xenVersion = xenVersion
        self.kind = kind
        self.memory = memory
        self.maximumMemory = maximumMemory
        self.isPaused = isPaused
        self.record = record
    }

    /// `(xend-save (id …) (time …) (host …) (xen …) (kind …) (pages …) (maxpages …) [(paused)] (record (domain …)))`
    public var expression: SExpression {
        var fields: [SExpression] = [
            .element("id", id), .element("time", time), .element("host", host), .element("xen", xenVersion),
            .element("kind", kind.rawValue), .element("pages", memory.pages), .element("maxpages", maximumMemory.pages),
        ]
        if isPaused { fields.append(["paused"]) }
        fields.append(.element("record", record))
        return .element("xend-save", fields)
    }

    /// - Returns: nil when something is missing or cannot be.
    public init?(_ expression: SExpression) {
        guard expression.isElement("xend-save"), let id = expression.childText("id"),
            let kind = expression.childText("kind").flatMap(GuestKind.init),
            let pages = Self.pages("pages", expression), let maximum = Self.pages("maxpages", expression),
            let record = expression.childValue("record"), record.isElement("domain")
        else { return nil }
        self.init(
            id: id, time: expression.childText("time").flatMap(Double.init) ?? 0,
            host: expression.childText("host") ?? "", xenVersion: expression.childText("xen") ?? "", kind: kind,
            memory: pages, maximumMemory: maximum, isPaused: expression.child("paused") != nil, record: record)
    }

    private static func pages(_ name: String, _ expression: SExpression) -> MemorySize? {
        let limit = MemorySize(mebibytes: DomainConfig.maximumMebibytes)
        guard let pages = expression.childText(name).flatMap(UInt64.init), pages > 0 else { return nil }
        let size = MemorySize(pages: pages)
        return size <= limit ? size : nil
    }
}
