/// XXH64 with seed 0 (Collet; the format's specification, version 0.1.1): the digest of an image in a save file, and of a line of the
/// journal. It finds accidents, as every digest without a secret does, and takes a fraction of the time that a domain's memory needs
/// to be copied once.
public struct XXHash64: Sendable {
    /// Bytes of a result.
    public static let size = 8
    /// Bytes that are taken at a time, eight for each lane.
    private static let stripe = 32

    private var lanes: (UInt64, UInt64, UInt64, UInt64) = (prime1 &+ prime2, prime2, 0, 0 &- prime1)
    /// Bytes that do not fill a stripe yet.
    private var rest: [UInt8] = []
    private var length: UInt64 = 0

    public init() {}

    /// The hash of one piece of bytes.
    public static func hash(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        var hash = XXHash64()
        hash.update(bytes)
        return hash.value
    }

    /// Goes on with these bytes.
    public mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }
    /// Goes on with these bytes, without copying them.
    public mutating func update(_ bytes: ArraySlice<UInt8>) { bytes.withUnsafeBytes { update($0) } }

    /// Goes on with these bytes, without copying them.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        length &+= UInt64(bytes.count)
        var place = 0
        if !rest.isEmpty {
            place = min(Self.stripe - rest.count, bytes.count)
            rest += bytes[..<place]
            guard rest.count == Self.stripe else { return }
            lanes = rest.withUnsafeBytes { Self.taking(stripes: $0, lanes) }
            rest.removeAll(keepingCapacity: true)
        }
        let whole = (bytes.count - place) / Self.stripe * Self.stripe
        lanes = Self.taking(stripes: UnsafeRawBufferPointer(rebasing: bytes[place..<place + whole]), lanes)
        rest += bytes[(place + whole)...]
    }

    /// The lanes, in registers, after whole stripes.
    private static func taking(
        stripes: UnsafeRawBufferPointer, _ lanes: (UInt64, UInt64, UInt64, UInt64)
    ) -> (UInt64, UInt64, UInt64, UInt64) {
        var (first, second, third, fourth) = lanes
        var place = 0
        while place < stripes.count {
            first = round(first, word(stripes, place))
            second = round(second, word(stripes, place + 8))
            third = round(third, word(stripes, place + 16))
            fourth = round(fourth, word(stripes, place + 24))
            place += stripe
        }
        return (first, second, third, fourth)
    }

    /// The hash of everything up to now, 8 bytes, the highest first.
    public func finish() -> [UInt8] { withUnsafeBytes(of: value.bigEndian, Array.init) }

    /// The hash of everything up to now.
    public var value: UInt64 {
        var hash = length < UInt64(Self.stripe) ? prime5 : converged()
        hash &+= length
        rest.withUnsafeBytes { rest in
            var place = 0
            while place + 8 <= rest.count {
                hash = rotated(hash ^ Self.round(0, Self.word(rest, place)), 27) &* prime1 &+ prime4
                place += 8
            }
            if place + 4 <= rest.count {
                let half = UInt64(rest.loadUnaligned(fromByteOffset: place, as: UInt32.self).littleEndian)
                hash = rotated(hash ^ half &* prime1, 23) &* prime2 &+ prime3
                place += 4
            }
            for byte in rest[place...] { hash = rotated(hash ^ UInt64(byte) &* prime5, 11) &* prime1 }
        }
        hash = (hash ^ hash >> 33) &* prime2
        hash = (hash ^ hash >> 29) &* prime3
        return hash ^ hash >> 32
    }

    private func converged() -> UInt64 {
        var hash = rotated(lanes.0, 1) &+ rotated(lanes.1, 7) &+ rotated(lanes.2, 12) &+ rotated(lanes.3, 18)
        for lane in [lanes.0, lanes.1, lanes.2, lanes.3] {
            hash = (hash ^ Self.round(0, lane)) &* prime1 &+ prime4
        }
        return hash
    }

    @inline(__always)
    private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
        rotated(lane &+ word &* prime2, 31) &* prime1
    }

    @inline(__always)
    private static func word(_ bytes: UnsafeRawBufferPointer, _ place: Int) -> UInt64 {
        bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self).littleEndian
    }
}

private let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
private let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
private let prime3: UInt64 = 0x1656_67B1_9E37_79F9
private let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
private let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

@inline(__always)
private func rotated(_ word: UInt64, _ count: UInt64) -> UInt64 { word << count | word >> (64 - count) }
