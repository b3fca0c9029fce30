import DomainModel

/// The number of an event channel within its domain.
public struct EventPort: Hashable, Sendable, CustomStringConvertible {
    /// In the domain whose port it is; from 1.
    public let rawValue: UInt32
    public init(_ value: UInt32) { rawValue = value }
    public var description: String { String(rawValue) }
}

/// Event channels that the toolstack makes for a new domain. (That a domain exited is told by xenstored, which holds the VIRQ,
/// through the special watch `@releaseDomain`.)
public protocol EventChannels: Sendable {
    /// Makes an unbound port in `domain` that `remote` may bind.
    func allocateUnbound(in domain: DomainID, remote: DomainID) async throws(HypervisorError) -> EventPort
}
