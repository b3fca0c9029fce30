/// The number of a domain in Xen. 0 is the domain xend runs in.
public struct DomainID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Xen reserves the ids from here on (DOMID_FIRST_RESERVED in Xen's public/xen.h).
    public static let firstReserved: UInt16 = 0x7FF0
    /// Domain 0.
    public static let zero = DomainID(unchecked: 0)

    /// From 0 to 0x7FEF (`DOMID_FIRST_RESERVED` in Xen's public/xen.h is the first that no domain has).
    public let rawValue: UInt16

    private init(unchecked value: UInt16) { rawValue = value }

    /// nil outside 0 ..< `firstReserved`.
    public init?(_ value: Int) {
        guard value >= 0, value < Int(Self.firstReserved) else { return nil }
        rawValue = UInt16(value)
    }

    /// Only the exact decimal form counts: `00` is no id.
    public init?(text: some StringProtocol) {
        guard let value = Int(text), String(value) == text else { return nil }
        self.init(value)
    }

    /// As the number is: see `DomainUUID`.
    public func _rawHashValue(seed: Int) -> Int { rawValue._rawHashValue(seed: seed) }

    public static func < (a: DomainID, b: DomainID) -> Bool { a.rawValue < b.rawValue }
    public var description: String { String(rawValue) }
}
