import Glibc

/// The places below one place of xenstore, by name.
///
/// A table of its own, because names are looked up as they stand in a path: a dictionary of strings needs a string and a keyed
/// hash for each part of each path, which was a third of what the whole simulated xenstore cost (320,000 of 3.6 million instructions
/// for creating and destroying a domain). Most directories have few children, which are looked through; of more there is a hash table
/// beside them (open addressing; what goes is closed up behind).
struct StoreChildren {
    /// In no order.
    private(set) var all: ContiguousArray<StorePlace> = []
    /// Where in `all`, plus one; 0 = nobody. Empty while there are few.
    private var slots: ContiguousArray<Int32> = []

    private static let few = 16

    var count: Int { all.count }
    var isEmpty: Bool { all.isEmpty }

    /// - Parameter hash: of the name, as `StoreName` has it.
    func find(_ name: UnsafeBufferPointer<UInt8>, hash: Int) -> StorePlace? {
        guard !slots.isEmpty else {
            for place in all where place.hash == hash && place.isNamed(name) { return place }
            return nil
        }
        let mask = slots.count - 1
        var slot = hash & mask
        while slots[slot] != 0 {
            let place = all[Int(slots[slot]) - 1]
            if place.hash == hash, place.isNamed(name) { return place }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// - Precondition: there is none of this name.
    mutating func insert(_ place: StorePlace) {
        all.append(place)
        if slots.isEmpty ? all.count > Self.few : 2 * all.count > slots.count { return index() }
        if !slots.isEmpty { put(all.count - 1) }
    }

    mutating func remove(_ place: StorePlace) {
        guard all.count > 1 else { return removeAll() }
        guard let number = slots.isEmpty ? all.firstIndex(where: { $0 === place }) : takeOut(place) else { return }
        let last = all.removeLast()
        guard number < all.count else { return }
        all[number] = last
        if let slot = slot(of: last, number: all.count) { slots[slot] = Int32(number + 1) }
    }

    mutating func removeAll() { self = StoreChildren() }

    /// Makes the table for twice as many as there are.
    private mutating func index() {
        slots = ContiguousArray(repeating: 0, count: max(4 * Self.few, 2 * slots.count))
        for number in all.indices { put(number) }
    }

    private mutating func put(_ number: Int) {
        let mask = slots.count - 1
        var slot = all[number].hash & mask
        while slots[slot] != 0 { slot = (slot + 1) & mask }
        slots[slot] = Int32(number + 1)
    }

    /// - Parameter number: where it is said to be in `all`.
    private func slot(of place: StorePlace, number: Int) -> Int? {
        guard !slots.isEmpty else { return nil }
        let mask = slots.count - 1
        var slot = place.hash & mask
        while slots[slot] != 0 {
            if Int(slots[slot]) == number + 1 { return slot }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// Takes a place out of the table.
    /// - Returns: where it is in `all`.
    private mutating func takeOut(_ place: StorePlace) -> Int? {
        let mask = slots.count - 1
        var hole = place.hash & mask
        while slots[hole] != 0, all[Int(slots[hole]) - 1] !== place { hole = (hole + 1) & mask }
        guard slots[hole] != 0 else { return nil }
        let number = Int(slots[hole]) - 1
        // Whoever stands behind the hole and would be looked for before it moves into it.
        var next = (hole + 1) & mask
        while slots[next] != 0 {
            if (next - all[Int(slots[next]) - 1].hash) & mask >= (next - hole) & mask {
                slots[hole] = slots[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        slots[hole] = 0
        return number
    }
}

/// How names of xenstore are hashed and checked where they stand. Eight bytes at a time, as each multiplication stirs that many: by the
/// byte it was a twentieth of what xenstore did (the simulated machine's guests are no attackers).
enum StoreName {
    static let slash = UInt8(ascii: "/")
    /// 2^64 divided by the golden ratio: odd, and without a pattern.
    private static let factor: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// A part of a path.
    struct Part {
        var hash: Int
        var end: Int
    }

    /// The part of a path that begins at `start`.
    static func part(of path: UnsafeBufferPointer<UInt8>, from start: Int) -> Part {
        guard let first = path.baseAddress, start < path.count else { return Part(hash: 0, end: start) }
        let bytes = UnsafeRawPointer(first)
        let next = memchr(bytes + start, Int32(slash), path.count - start)
        let end = next.map { UnsafeRawPointer($0) - bytes } ?? path.count
        var hash = UInt64(end - start)
        var place = start
        while place + 8 <= end {
            stir(&hash, bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
            place += 8
        }
        var rest: UInt64 = 0
        while place < end {
            rest = rest << 8 | UInt64(path[place])
            place += 1
        }
        stir(&hash, rest)
        // The low bits choose the slot.
        return Part(hash: Int(truncatingIfNeeded: hash), end: end)
    }

    private static func stir(_ hash: inout UInt64, _ word: UInt64) {
        hash = (hash ^ word) &* factor
        hash ^= hash >> 32
    }

    /// Whether it has one byte at least, and none that xenstored would not take.
    static func isValid(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        var valid: UInt64 = name.isEmpty ? 0 : 1
        for byte in name { valid &= isPathByte(byte) }
        return valid == 1
    }

    /// As xenstored's is_valid_nodename: letters, digits, `-`, `_` and `@`; 1 = yes.
    private static func isPathByte(_ byte: UInt8) -> UInt64 {
        let bit = UInt64(byte & 63)
        switch byte >> 6 {
        case 0: return 0x03FF_2000_0000_0000 &>> bit & 1
        case 1: return 0x07FF_FFFE_87FF_FFFF &>> bit & 1
        default: return 0
        }
    }
}
