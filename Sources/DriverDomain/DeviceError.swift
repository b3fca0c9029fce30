import HypervisorInterface

/// Why a device could not be attached or released. The text completes "cannot connect vif 0 of domain 7: …".
public struct DeviceError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What can be done about it.
    public enum Kind: Hashable, Sendable {
        /// Nothing more: it did not work.
        case failed
        /// The back-end or the guest did not do its part in time; it may still.
        case timedOut
        /// The guest, which was asked, holds on to it.
        case inUse
        /// The daemon has been killed (simulation only).
        case fenced
    }
    /// Whether waiting helps.
    public var kind: Kind
    public var description: String

    public init(_ description: String, kind: Kind = .failed) {
        self.description = description
        self.kind = kind
    }

    init(_ error: any Error) {
        switch error {
        case let error as DeviceError: self = error
        case let error as XenStoreError: self.init("\(error)", kind: error.reason == .fenced ? .fenced : .failed)
        default: self.init("\(error)")
        }
    }
}
