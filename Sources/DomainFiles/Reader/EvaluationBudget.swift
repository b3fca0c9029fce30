/// Counts what the evaluation of one file has cost, so that none takes for ever or fills the memory.
struct EvaluationBudget {
    private var steps = 0
    private var allocated = 0

    mutating func step(_ place: SourcePosition) throws(Fault) {
        steps += 1
        if steps > ConfigLimits.steps {
            throw Fault(place, "the file needs more than \(ConfigLimits.steps) steps")
        }
    }

    mutating func count(members: Int, at place: SourcePosition) throws(Fault) {
        guard members <= ConfigLimits.members else {
            throw Fault(place, "more than \(ConfigLimits.members) members")
        }
        try allocate(members * 16, at: place)
    }

    mutating func count(bytes: Int, at place: SourcePosition) throws(Fault) {
        guard bytes <= ConfigLimits.stringSize else {
            throw Fault(place, "the string would be longer than \(ConfigLimits.stringSize) bytes")
        }
        try allocate(bytes, at: place)
    }

    private mutating func allocate(_ bytes: Int, at place: SourcePosition) throws(Fault) {
        allocated += bytes
        if allocated > ConfigLimits.allocation {
            throw Fault(place, "the file makes more than \(ConfigLimits.allocation) bytes of values")
        }
    }
}
