/// Chance, passed in so that a run can be repeated exactly: MAC addresses, uuids, identifiers.
public protocol RandomSource: Sendable {
    /// The next 64 random bits. Safe to call from any task.
    func next() -> UInt64
}

extension RandomSource {
    /// `count` random bytes.
    public func bytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            withUnsafeBytes(of: next().littleEndian) { bytes.append(contentsOf: $0) }
        }
        return Array(bytes.prefix(count))
    }
}
