/// Counts what the evaluation of one file has cost, so that none takes for ever or fills the memory.
struct EvaluationBudget {
    private var steps = 0
    private var allocated = 0
    /// How many expressions and statements are being evaluated inside each other.
    private var depth = 0

    mutating func step(_ place: SourcePosition) throws(Fault) {
        steps += 1
        if steps > ConfigLimits.steps {
            throw Fault(place, "the file needs more than \(ConfigLimits.steps) steps")
        }
    }

    /// Begins to evaluate something within what is being evaluated.
    mutating func enter(_ place: SourcePosition) throws(Fault) {
        try step(place)
        guard depth < ConfigLimits.depth else {
            throw Fault(place, "more than \(ConfigLimits.depth) expressions inside each other, calls included")
        }
        depth += 1
    }

    mutating func leave() { depth -= 1 }

    /// The value, if it is none that goes too deep or is too large. To look at it costs, too.
    /// - Parameter levels: lists that it will be within.
    mutating func bounded(
        _ value: ConfigValue, within levels: Int = 0, at place: SourcePosition
    ) throws(Fault) -> ConfigValue {
        var seen = 0
        guard value.fits(ConfigLimits.valueDepth - levels, &seen) else {
            throw Fault(
                place,
                "the value has more than \(ConfigLimits.valueDepth) lists inside each other, or more than "
                    + "\(ConfigLimits.valueSize) members")
        }
        steps += seen / 16
        if seen >= 16 { try step(place) }
        return value
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
