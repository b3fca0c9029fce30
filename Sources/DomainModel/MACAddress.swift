/// An Ethernet address.
public struct MACAddress: Hashable, Sendable, CustomStringConvertible {
    /// Six, in the order in which they are written.
    public let bytes: [UInt8]

    /// Six parts of one or two hexadecimal digits with `:` between them; not a group address.
    public init?(text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 6 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            guard (1...2).contains(part.utf8.count), part.utf8.allSatisfy({ hexadecimalValue($0) != nil }),
                let byte = UInt8(part, radix: 16)
            else { return nil }
            bytes.append(byte)
        }
        self.bytes = bytes
    }

    /// An address of the form xm invents: `aa:00:00`, then 00–7f, then two bytes (reference/domain.md §8).
    /// - Parameter random: three random bytes.
    public init(random: [UInt8]) {
        bytes = [0xAA, 0, 0, random[0] & 0x7F, random[1], random[2]]
    }

    public var description: String { bytes.map(hexadecimal).joined(separator: ":") }
}
