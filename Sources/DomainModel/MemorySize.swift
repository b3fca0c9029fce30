/// An amount of memory. Xen counts pages of 4 KiB, people and SXP count MiB.
public struct MemorySize: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Bytes in a page, on every machine that runs Xen's x86 port.
    public static let pageSize = 4096
    /// No memory at all.
    public static let zero = MemorySize(pages: 0)

    /// Xen counts in these.
    public let pages: UInt64

    public init(pages: UInt64) { self.pages = pages }
    /// Of so many times 1024² bytes; nothing for a negative number.
    public init(mebibytes: Int) { pages = UInt64(max(0, mebibytes)) * 256 }

    /// Whole MiB, rounded down.
    public var mebibytes: Int { Int(pages / 256) }
    /// Times 1024 bytes: what libxenctrl takes.
    public var kibibytes: UInt64 { pages * 4 }
    /// Exactly.
    public var bytes: UInt64 { pages * 4096 }

    public static func < (a: MemorySize, b: MemorySize) -> Bool { a.pages < b.pages }
    /// Both together.
    public static func + (a: MemorySize, b: MemorySize) -> MemorySize { MemorySize(pages: a.pages + b.pages) }
    /// Saturates at zero.
    public static func - (a: MemorySize, b: MemorySize) -> MemorySize {
        MemorySize(pages: a.pages > b.pages ? a.pages - b.pages : 0)
    }
    public var description: String { "\(mebibytes) MB" }
}
