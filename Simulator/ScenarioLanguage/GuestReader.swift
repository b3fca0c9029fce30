import SExpressions

/// Reads what guests do: by their kernel, and because the story wants it.
struct GuestReader {
    /// The name of what is read, for errors.
    let file: String

    /// The behaviours of a kernel.
    func behaviours(_ form: inout FormReader) throws(ScenarioError) -> [Behaviour] {
        var behaviours: [Behaviour] = []
        for argument in form.arguments {
            var part = try FormReader(argument, "behaviour", Vocabulary.behaviours, file: file)
            behaviours.append(try behaviour(&part))
            try part.end()
        }
        form.arguments = []
        return behaviours
    }

    private func behaviour(_ part: inout FormReader) throws(ScenarioError) -> Behaviour {
        enum Nothing: String, CaseIterable { case shutdown, suspend }
        enum Front: String, CaseIterable { case vif, vbd }
        switch part.name {
        case "boots-in": return .bootsIn(try part.time("the time"))
        case "prints": return .prints(try part.word("the text"))
        case "echoes": return .echoes
        case "shell": return .shell
        case "shuts-down-in": return .shutsDownIn(try part.time("the time"))
        case "ignores":
            guard try part.word("what it ignores", Nothing.self) == .shutdown else {
                throw part.error("a guest can ignore shutdown, and refuse suspend: (refuses suspend)")
            }
            return .ignoresShutdown
        case "refuses":
            guard try part.word("what it refuses", Nothing.self) == .suspend else {
                throw part.error("a guest can refuse suspend, and ignore shutdown: (ignores shutdown)")
            }
            return .refusesSuspend
        case "exits-after":
            let time = try part.time("the time")
            return .exitsAfter(time, reason: try exitReason(&part))
        case "crashes-after": return .crashesAfter(try part.time("the time"))
        case "hangs-after": return .hangsAfter(try part.time("the time"))
        case "dirties":
            let (rate, within) = try dirtying(&part)
            return .dirties(rate: rate, within: within)
        case "uses-cpu": return .usesCPU(percent: try part.number("the per cent of one cpu", 0...409_600))
        case "balloons-in": return .balloonsIn(try part.time("the time"))
        case "never-connects": return .neverConnects(try part.word("the kind of device", Front.self).rawValue)
        default: preconditionFailure("nobody reads the behaviour \(part.name), which the vocabulary has")
        }
    }

    /// The reason a guest exits with; crash by itself is `(crashes-after T)`, but may be said this way too.
    private func exitReason(_ part: inout FormReader) throws(ScenarioError) -> String {
        enum Reason: String, CaseIterable { case poweroff, reboot, suspend, crash, halt }
        guard !part.arguments.isEmpty else { return Reason.poweroff.rawValue }
        return try part.word("the reason", Reason.self).rawValue
    }

    /// `MB/S (of MB)`: bytes a second, and within how many bytes.
    private func dirtying(_ part: inout FormReader) throws(ScenarioError) -> (UInt64, UInt64?) {
        let rate = UInt64(try part.number("the megabytes a second", 0...1_000_000)) << 20
        guard let value = part.arguments.first else { return (rate, nil) }
        part.arguments.removeFirst()
        let allowed = [Vocabulary.Form(name: "of", shape: "(of MB)")]
        var range = try FormReader(value, "part of dirties", allowed, file: file)
        let within = UInt64(try range.number("the megabytes", 1...16_777_216)) << 20
        try range.end()
        return (rate, within)
    }

    /// What a guest is made to do.
    func acts(_ form: inout FormReader) throws(ScenarioError) -> [GuestAct] {
        guard !form.arguments.isEmpty else { throw form.misuse("what the guest does is missing") }
        var acts: [GuestAct] = []
        for argument in form.arguments {
            var part = try FormReader(argument, "act of a guest", Vocabulary.guestActs, file: file)
            switch part.name {
            case "shutdown": acts.append(.shutdown(try exitReason(&part)))
            case "crash": acts.append(.crash)
            case "hang": acts.append(.hang)
            case "prints": acts.append(.prints(try part.word("the text")))
            case "dirties":
                let (rate, within) = try dirtying(&part)
                acts.append(.dirties(rate: rate, within: within))
            default: preconditionFailure("nobody reads the guest's act \(part.name), which the vocabulary has")
            }
            try part.end()
        }
        form.arguments = []
        return acts
    }
}
