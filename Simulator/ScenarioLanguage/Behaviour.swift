import DomainModel

/// What a guest does that boots a certain kernel. Times with `after` count from the end of boot.
public enum Behaviour: Hashable, Sendable {
    /// `(boots-in T)`
    case bootsIn(Duration)
    /// `(prints TEXT)`, when it has booted.
    case prints(String)
    /// `(echoes)`: what is typed comes back.
    case echoes
    /// `(shell)`: a small one, on the console.
    case shell
    /// `(shuts-down-in T)`
    case shutsDownIn(Duration)
    /// `(ignores shutdown)`
    case ignoresShutdown
    /// `(refuses suspend)`
    case refusesSuspend
    /// `(exits-after T [REASON])`, counted from the end of its boot.
    case exitsAfter(Duration, reason: String)
    /// `(crashes-after T)`, counted from the end of its boot.
    case crashesAfter(Duration)
    /// `(hangs-after T)`, counted from the end of its boot.
    case hangsAfter(Duration)
    /// Bytes a second, over and over within so many bytes.
    case dirties(rate: UInt64, within: UInt64?)
    /// `(uses-cpu PERCENT)`, of one cpu.
    case usesCPU(percent: Int)
    /// `(balloons-in T)`: time to reach a memory target.
    case balloonsIn(Duration)
    /// `(never-connects vif | vbd)`
    case neverConnects(String)
}

extension Behaviour {
    /// Of guests, in `(kernel …)`.
    static let shapes = [
        "(boots-in T)", "(prints TEXT)", "(echoes)", "(shell)", "(shuts-down-in T)", "(ignores shutdown)",
        "(refuses suspend)", "(exits-after T REASON)", "(crashes-after T)", "(hangs-after T)",
        "(dirties MB/S (of MB))", "(uses-cpu PERCENT)", "(balloons-in T)",
        "(never-connects \(Vocabulary.words(DeviceType.split.map(\.rawValue))))",
    ]

    /// All that stand in a form.
    static func all(in form: inout FormReader) throws(ScenarioError) -> [Behaviour] {
        var behaviours: [Behaviour] = []
        for var part in try form.takeForms("behaviour", Vocabulary.behaviours) {
            behaviours.append(try Behaviour(&part))
            try part.end()
        }
        return behaviours
    }

    private init(_ part: inout FormReader) throws(ScenarioError) {
        enum Nothing: String, CaseIterable { case shutdown, suspend }
        switch part.name {
        case "boots-in": self = .bootsIn(try part.time("the time"))
        case "prints": self = .prints(try part.word("the text"))
        case "echoes": self = .echoes
        case "shell": self = .shell
        case "shuts-down-in": self = .shutsDownIn(try part.time("the time"))
        case "ignores":
            guard try part.word("what it ignores", Nothing.self) == .shutdown else {
                throw part.error("a guest can ignore shutdown, and refuse suspend: (refuses suspend)")
            }
            self = .ignoresShutdown
        case "refuses":
            guard try part.word("what it refuses", Nothing.self) == .suspend else {
                throw part.error("a guest can refuse suspend, and ignore shutdown: (ignores shutdown)")
            }
            self = .refusesSuspend
        case "exits-after":
            let time = try part.time("the time")
            self = .exitsAfter(time, reason: try part.exitReason())
        case "crashes-after": self = .crashesAfter(try part.time("the time"))
        case "hangs-after": self = .hangsAfter(try part.time("the time"))
        case "dirties":
            let (rate, within) = try part.dirtying()
            self = .dirties(rate: rate, within: within)
        case "uses-cpu": self = .usesCPU(percent: try part.number("the per cent of one cpu", 0...409_600))
        case "balloons-in": self = .balloonsIn(try part.time("the time"))
        case "never-connects":
            self = .neverConnects(try part.word("the kind of device", among: DeviceType.split.map(\.rawValue)))
        default: preconditionFailure("nobody reads the behaviour \(part.name), which the vocabulary has")
        }
    }

    /// The word of a real guest for it (CI/lab/tiny/README.md).
    package var line: String {
        switch self {
        case .bootsIn(let time): "boots-in \(time.microseconds)"
        case .prints(let text): "prints \(GuestWords.escaped(text))"
        case .echoes: "echoes"
        case .shell: "shell"
        case .shutsDownIn(let time): "shuts-down-in \(time.microseconds)"
        case .ignoresShutdown: "ignores-shutdown"
        case .refusesSuspend: "refuses-suspend"
        case .exitsAfter(let time, let reason): "exits-after \(time.microseconds) \(reason)"
        case .crashesAfter(let time): "crashes-after \(time.microseconds)"
        case .hangsAfter(let time): "hangs-after \(time.microseconds)"
        case .dirties(let rate, let within): "dirties \(rate >> 10)\(within.map { " \($0 >> 10)" } ?? "")"
        case .usesCPU(let percent): "uses-cpu \(percent)"
        case .balloonsIn(let time): "balloons-in \(time.microseconds)"
        case .neverConnects(let type): "never-connects \(type)"
        }
    }
}
