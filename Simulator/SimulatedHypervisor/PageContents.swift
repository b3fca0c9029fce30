import Glibc

/// What stands in a page of a simulated guest: zeros while it was never written, else a header that says which page
/// of which guest it is and how often it was written, and a filling that follows from these.
enum PageContents {
    static let size = 4096
    private static let magic: UInt64 = 0x4547_4150_4D49_5358

    /// Fills a page.
    static func write(_ version: UInt64, of pfn: UInt64, seed: UInt64, to page: UnsafeMutableRawBufferPointer) {
        let words = page.bindMemory(to: UInt64.self)
        guard version > 0 else { return words.update(repeating: 0) }
        words.update(repeating: mix(version ^ mix(pfn ^ mix(seed))).littleEndian)
        for (index, word) in [magic, seed, pfn, version].enumerated() { words[index] = word.littleEndian }
    }

    /// Which version of the page stands here, and of which guest; nil when it is not what this guest ever had in this
    /// page.
    static func read(_ page: UnsafeRawBufferPointer, of pfn: UInt64) -> (version: UInt64, seed: UInt64)? {
        let word = { (index: Int) in
            UInt64(littleEndian: page.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
        }
        let isMarked = word(0) == magic
        let seed = isMarked ? word(1) : 0
        let version = isMarked ? word(3) : 0
        guard !isMarked || (word(2) == pfn && version > 0), let start = page.baseAddress else { return nil }
        return withUnsafeTemporaryAllocation(byteCount: size, alignment: 8) { expected in
            write(version, of: pfn, seed: seed, to: expected)
            guard let other = expected.baseAddress, memcmp(start, other, size) == 0 else { return nil }
            return (version, seed)
        }
    }

    /// SplitMix64's mixing function.
    private static func mix(_ value: UInt64) -> UInt64 {
        var value = value &+ 0x9E37_79B9_7F4A_7C15
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
