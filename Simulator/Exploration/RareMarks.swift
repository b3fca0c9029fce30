import DomainManagement

/// Rare paths that exploration ought to take, by what the daemon says of its deeds: how often each was seen. What was never reached is
/// not known to work.
public struct RareMarks: Sendable {
    private struct Mark: Sendable {
        var name: String
        var matches: @Sendable (Deed) -> Bool
    }
    private static let marks: [Mark] = [
        ending("a creation was undone", "create is undone"),
        ending("a device could not be attached", "device_create is undone"),
        ending("an end that was not complete", "not complete"),
        ending("a next life that could not be built", "restart is undone"),
        Mark(name: "a step that could not be undone") { $0.kind == .undo && $0.failure != nil },
        decision("a restart refused by the minimum time", "s is the minimum"),
        refusal("a reboot refused by the minimum time", "try again in"),
        decision("halt that stands above the restart mode", "whatever its restart mode"),
        decision("a guest that suspended by itself", "a suspended guest is kept"),
        decision("a crash that ends a domain", "exit action for crash is destroy"),
        decision("a crash that restarts a domain", "exit action for crash is restart"),
        refusal("a name that was taken", "vm name clash"),
        refusal("no memory left", "memory"),
        refusal("a domain that was not in the state for it", "it is being"),
        refusal("a device number that was taken", "Device in use"),
        finding("a domain that vanished", "no more"),
        Mark(name: "a domain of nobody") {
            $0.kind == .finding && $0.text.contains("did not make") && !$0.text.contains("domain 0 ")
        },
        task("saved", "save, done"), task("a save that failed", "save, failed"),
        task("a save cancelled while suspending", "save, cancelled in phase suspend"),
        task("a save cancelled in the copy", "save, cancelled in phase copy"),
        task("restored", "restore, done"), task("a restore that failed", "restore, failed"),
        task("a restore cancelled", "restore, cancelled"),
        task("migrated", "migrate, done"), task("received", "receive, done"),
        task("a migration that could not connect", "migrate, failed in phase connect"),
        task("a migration that was not accepted", "migrate, failed in phase offer"),
        task("a migration that failed in the copy", "migrate, failed in phase copy"),
        task("a migration that failed while suspending", "migrate, failed in phase suspend"),
        task("a migration that failed in the stop-and-copy", "migrate, failed in phase stop-and-copy"),
        task("a migration that failed in the commit", "migrate, failed in phase commit"),
        task("cancelled during the live copy", "migrate, cancelled in phase copy"),
        task("cancelled during stop-and-copy", "migrate, cancelled in phase stop-and-copy"),
        task("a receiver that gave up", "receive, failed"),
    ]

    private static func deed(_ name: String, _ kind: Deed.Kind, _ part: String) -> Mark {
        Mark(name: name) { $0.kind == kind && ($0.text.contains(part) || ($0.failure?.contains(part) ?? false)) }
    }
    private static func ending(_ name: String, _ part: String) -> Mark { deed(name, .end, part) }
    private static func task(_ name: String, _ part: String) -> Mark { deed(name, .end, part) }
    private static func decision(_ name: String, _ part: String) -> Mark { deed(name, .decision, part) }
    private static func finding(_ name: String, _ part: String) -> Mark { deed(name, .finding, part) }
    private static func refusal(_ name: String, _ part: String) -> Mark { deed(name, .refusal, part) }

    private static let recovery = "an operation taken up after a crash"
    private static let killed = "a daemon killed in the middle of an operation"
    private var counts: [String: Int] = [:]
    private var starts: Set<UInt64> = []
    private var open: Set<UInt64> = []

    public init() {}

    /// All names, in order.
    public static var names: [String] { marks.map(\.name) + [recovery, killed] }
    /// Those that never happened.
    public var never: [String] { Self.names.filter { counts[$0] == nil } }
    /// How often this happened.
    public func count(_ name: String) -> Int { counts[name] ?? 0 }

    /// Counts what a daemon did.
    public mutating func take(_ deed: Deed) {
        for mark in Self.marks where mark.matches(deed) { counts[mark.name, default: 0] += 1 }
        switch deed.kind {
        case .signal where deed.text.hasPrefix("xend starts"): begin(deed)
        case .decision:
            open.insert(deed.number)
            if let cause = deed.cause, starts.contains(cause) { counts[Self.recovery, default: 0] += 1 }
        case .end: if let cause = deed.cause { open.remove(cause) }
        case .request, .signal, .finding, .step, .undo, .refusal: break
        }
    }

    /// A daemon starts: what the one before it was at, it did not end.
    private mutating func begin(_ deed: Deed) {
        if !open.isEmpty { counts[Self.killed, default: 0] += 1 }
        starts = [deed.number]
        open = []
    }

    /// Adds another story's counts.
    public mutating func add(_ other: RareMarks) {
        counts.merge(other.counts, uniquingKeysWith: +)
    }
}
