import SExpressions
import SimulatedHypervisor

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
        guard let word = part.arguments.first else { return Reason.poweroff.rawValue }
        // A guest may give Xen any number.
        if word.atom.flatMap(UInt8.init) != nil { return try part.word("the reason") }
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
            case "prints": acts.append(try printing(&part))
            case "dirties":
                let (rate, within) = try dirtying(&part)
                acts.append(.dirties(rate: rate, within: within))
            case "writes": acts.append(.hostile(try writing(&part)))
            case "removes": acts.append(.hostile(.removes(node: try part.word("the node"))))
            case "watches": acts.append(.hostile(.watches(try part.number("how many", 1...100_000))))
            case "transactions": acts.append(.hostile(.transactions(try part.number("how many", 1...100_000))))
            default: preconditionFailure("nobody reads the guest's act \(part.name), which the vocabulary has")
            }
            try part.end()
        }
        form.arguments = []
        return acts
    }

    /// `TEXT (times N)`
    private func printing(_ part: inout FormReader) throws(ScenarioError) -> GuestAct {
        let text = try part.word("the text")
        guard let value = part.arguments.first else { return .prints(text) }
        part.arguments.removeFirst()
        var form = try FormReader(value, "part of prints", Vocabulary.printingParts, file: file)
        let times = try form.number("how many times", 1...10_000_000)
        try form.end()
        return .hostile(.floods(SXPText.bytes(of: text), times: times))
    }

    /// `NODE TEXT (times N) (nodes N) (every T)`
    private func writing(_ part: inout FormReader) throws(ScenarioError) -> HostileAct {
        let node = try part.word("the node")
        let value = SXPText.bytes(of: try part.word("the value"))
        var times = 1
        var nodes: Int?
        var interval: Duration?
        for argument in part.arguments {
            var form = try FormReader(argument, "part of writes", Vocabulary.writingParts, file: file)
            switch form.name {
            case "times": times = try form.number("how many times", 1...10_000_000)
            case "nodes": nodes = try form.number("how many nodes", 1...100_000)
            default: interval = try form.time("how often")
            }
            try form.end()
        }
        part.arguments = []
        return .writes(node: node, value: value, times: times, nodes: nodes, every: interval)
    }
}
