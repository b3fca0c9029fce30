/// An amount of memory. Xen counts pages of 4 KiB, people and SXP count MiB.
public struct MemorySize: Hashable, Comparable, Sendable, CustomStringConvertible {
    public static let pageSize = 4096
    public static let zero = MemorySize(pages: 0)

    public let pages: UInt64

    public init(pages: UInt64) { self.pages = pages }
    public init(mebibytes: Int) { pages = UInt64(max(0, mebibytes)) * 256 }

    /// Whole MiB, rounded down.
    public var mebibytes: Int { Int(pages / 256) }
    public var kibibytes: UInt64 { pages * 4 }
    public var bytes: UInt64 { pages * 4096 }

    public static func < (a: MemorySize, b: MemorySize) -> Bool { a.pages < b.pages }
    public static func + (a: MemorySize, b: MemorySize) -> MemorySize { MemorySize(pages: a.pages + b.pages) }
    /// Saturates at zero.
    public static func - (a: MemorySize, b: MemorySize) -> MemorySize {
        MemorySize(pages: a.pages > b.pages ? a.pages - b.pages : 0)
    }
    public var description: String { "\(mebibytes) MB" }
}
