/// Stages as far as the rules of operations tell them apart, and sets of them.
public struct Stages: OptionSet, Hashable, Sendable {
    /// One bit for each stage.
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Being made.
    public static let creating = Stages(rawValue: 1 << 0)
    /// Xen has it.
    public static let live = Stages(rawValue: 1 << 1)
    /// It stopped by itself and is kept.
    public static let exited = Stages(rawValue: 1 << 2)
    /// Its end has begun and is not complete, whatever follows.
    public static let ending = Stages(rawValue: 1 << 3)
    /// Its next life waits until the old one is gone.
    public static let pending = Stages(rawValue: 1 << 4)
    /// Its next life is being built.
    public static let booting = Stages(rawValue: 1 << 5)
    /// Its next life could not be built.
    public static let blocked = Stages(rawValue: 1 << 6)
    /// Suspended here, and the other host has the word.
    public static let handedOver = Stages(rawValue: 1 << 7)
    /// Paused here, and the host it came from has the word.
    public static let arrived = Stages(rawValue: 1 << 8)

    /// Kept, and does not run.
    public static let defined = Stages(rawValue: 1 << 9)

    /// Not decided on which host it is.
    public static let inDoubt: Stages = [.handedOver, .arrived]
    /// Everything from its first life on in which it is this host's for certain.
    public static let made: Stages = [.live, .exited, .ending, .pending, .booting, .blocked]
    /// Every stage there is.
    public static let all: Stages = [.creating, .made, .inDoubt, .defined]
}

extension Stage {
    /// The set that has this stage alone.
    public var alone: Stages {
        switch self {
        case .creating: .creating
        case .live: .live
        case .exited: .exited
        case .ending: .ending
        case .restarting(.pending): .pending
        case .restarting(.booting): .booting
        case .restarting(.blocked): .blocked
        case .inDoubt(.handedOver): .handedOver
        case .inDoubt(.arrived): .arrived
        case .defined: .defined
        }
    }
}
