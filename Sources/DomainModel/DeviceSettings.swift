import SExpressions

/// What the configuration of every kind of device has.
public protocol DeviceSettings: Hashable, Sendable {
    /// The inner element as it was asked for, with all its fields.
    var source: SExpression { get }
    /// The driver domain that serves it; nil = domain 0.
    var backend: DomainReference? { get }
    /// Its number in xenstore; nil: the idx that xend gives it.
    var handle: UInt32? { get }
    /// The names that it may have.
    static var words: WordTable { get }
}

extension DeviceSettings {
    /// Most are found by their idx.
    public var handle: UInt32? { nil }
}
