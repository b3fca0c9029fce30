/// The places below one place of xenstore, by name.
///
/// A hash table of its own, because names are looked up as they stand in a path: a dictionary of strings needs a string and a keyed
/// hash for each part of each path, which was a third of what the whole simulated xenstore cost (320,000 of 3.6 million instructions
/// for creating and destroying a domain). Open addressing; a place that goes is closed up behind.
struct StoreChildren {
    private var slots: [StorePlace?] = []
    private(set) var count = 0

    private static let smallest = 4

    var isEmpty: Bool { count == 0 }

    /// - Parameter hash: of the name, as `StoreName` has it.
    func find(_ name: UnsafeBufferPointer<UInt8>, hash: Int) -> StorePlace? {
        guard count > 0 else { return nil }
        let mask = slots.count - 1
        var slot = hash & mask
        while let place = slots[slot] {
            if place.hash == hash, StoreName.isEqual(place.name, name) { return place }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// - Precondition: there is none of this name.
    mutating func insert(_ place: StorePlace) {
        if 4 * (count + 1) > 3 * slots.count { grow() }
        put(place)
        count += 1
    }

    mutating func remove(_ place: StorePlace) {
        guard count > 1 else {
            self = StoreChildren()
            return
        }
        let mask = slots.count - 1
        var hole = place.hash & mask
        while let other = slots[hole], other !== place { hole = (hole + 1) & mask }
        guard slots[hole] != nil else { return }
        count -= 1
        // Whoever stands behind the hole and would be looked for before it moves into it.
        var next = (hole + 1) & mask
        while let other = slots[next] {
            if (next - other.hash) & mask >= (next - hole) & mask {
                slots[hole] = other
                hole = next
            }
            next = (next + 1) & mask
        }
        slots[hole] = nil
    }

    /// In no order.
    var all: [StorePlace] { count == 0 ? [] : slots.compactMap { $0 } }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: nil, count: max(Self.smallest, 2 * old.count))
        for case let place? in old { put(place) }
    }

    private mutating func put(_ place: StorePlace) {
        let mask = slots.count - 1
        var slot = place.hash & mask
        while slots[slot] != nil { slot = (slot + 1) & mask }
        slots[slot] = place
    }
}

/// How names of xenstore are hashed and compared where they stand: FNV-1a, 64 bits (the simulated machine's guests are no attackers).
enum StoreName {
    static let slash = UInt8(ascii: "/")
    private static let seed: UInt64 = 0xcbf2_9ce4_8422_2325
    private static let prime: UInt64 = 0x0000_0100_0000_01b3

    /// The hash of the part of a path that begins at `start`, and where it ends.
    static func part(of path: UnsafeBufferPointer<UInt8>, from start: Int) -> (hash: Int, end: Int) {
        var hash = seed
        var end = start
        while end < path.count, path[end] != slash {
            hash = (hash ^ UInt64(path[end])) &* prime
            end += 1
        }
        // The low bits choose the slot.
        return (Int(truncatingIfNeeded: hash ^ (hash >> 32)), end)
    }

    static func isEqual(_ name: String, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        name.utf8.withContiguousStorageIfAvailable { name in
            name.count == bytes.count && name.elementsEqual(bytes)
        } ?? name.utf8.elementsEqual(bytes)
    }

    private static let isPathByte: [Bool] = (0...255).map { byte in
        switch UInt8(byte) {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "@"), slash:
            true
        default: false
        }
    }

    /// As xenstored's is_valid_nodename, but for the length.
    static func isPath(_ path: String) -> Bool {
        var path = path
        return path.withUTF8 { bytes in
            guard bytes.first == slash else { return false }
            guard bytes.count > 1 else { return true }
            var last: UInt8 = 0
            return isPathByte.withUnsafeBufferPointer { isPathByte in
                for byte in bytes {
                    guard isPathByte[Int(byte)], byte != slash || last != slash else { return false }
                    last = byte
                }
                return last != slash
            }
        }
    }
}
