import SExpressions

/// What becomes of a defined domain when its machine starts and when it goes down.
///
/// It stands in the domain's configuration, in the words of Xen 3: `(on_xend_start start) (on_xend_stop suspend)`; order and delay
/// are ours.
public struct AutostartPolicy: Hashable, Sendable {
    /// What becomes of it when the machine goes down.
    public enum AtShutdown: String, CaseIterable, Sendable {
        /// Nothing: it ends with the machine.
        case ignore
        /// Its guest is asked to shut down.
        case shutdown
        /// It is suspended, and goes on from there when it is started next.
        case suspend
    }

    /// What becomes of it when the machine has started.
    public enum AtBoot: String, CaseIterable, Sendable {
        /// Nothing.
        case ignore
        /// It is started.
        case start
    }

    /// Lower numbers are started first and go down last; of the same number by name.
    public static let orders = 0...9999
    /// Seconds.
    public static let delays = 0...3600

    /// What becomes of it when the machine has started.
    public var atBoot = AtBoot.ignore
    /// Its place among those that are started.
    public var order = 1000
    /// Seconds from its start to that of the next.
    public var delay = 0
    /// What becomes of it when the machine goes down.
    public var atShutdown = AtShutdown.ignore

    /// One that does nothing.
    public init() {}

    init(_ fields: ConfigurationReader) throws(ConfigurationError) {
        atBoot = try fields.choice("on_xend_start", AtBoot.self) { "invalid on_xend_start: \($0)" } ?? .ignore
        atShutdown = try fields.choice("on_xend_stop", AtShutdown.self) { "invalid on_xend_stop: \($0)" } ?? .ignore
        order = try fields.integer("start_order", in: Self.orders, error: "invalid start_order") ?? 1000
        delay = try fields.integer("start_delay", in: Self.delays, error: "invalid start_delay") ?? 0
    }

    static let fieldNames = ["on_xend_start", "on_xend_stop", "start_order", "start_delay"]
}

extension DomainConfig {
    /// The configuration with another policy.
    public func with(autostart: AutostartPolicy) -> DomainConfig {
        var config = self
        config.autostart = autostart
        config.source = source.setting("on_xend_start", to: .atom(autostart.atBoot.rawValue))
            .setting("on_xend_stop", to: .atom(autostart.atShutdown.rawValue))
            .setting("start_order", to: .atom(String(autostart.order)))
            .setting("start_delay", to: .atom(String(autostart.delay)))
        return config
    }
}
