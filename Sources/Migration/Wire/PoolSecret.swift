/// What all hosts of a pool know, and nobody else: whoever proves to know it may send domains here.
public struct PoolSecret: Hashable, Sendable {
    /// Shorter ones could be guessed by whoever has seen one proof.
    public static let minimumLength = 16

    let bytes: [UInt8]

    /// - Parameter bytes: a file's contents; white space around them does not count.
    /// - Returns: nil when it is too short.
    public init?(_ bytes: [UInt8]) {
        let isSpace: (UInt8) -> Bool = { $0 <= 0x20 }
        let front = bytes.drop(while: isSpace)
        guard let last = front.lastIndex(where: { !isSpace($0) }) else { return nil }
        let trimmed = Array(front[...last])
        guard trimmed.count >= Self.minimumLength else { return nil }
        self.bytes = trimmed
    }
}
