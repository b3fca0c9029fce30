/// Turns the text of a regular expression into a program for `RegularExpression`.
struct RegularExpressionCompiler {
    private typealias Instruction = RegularExpression.Instruction
    private typealias CharacterSet = RegularExpression.CharacterSet

    private var rest: ArraySlice<Unicode.Scalar>
    private var depth = 0

    /// Groups nested deeper are refused: the compiler descends by recursion.
    private static let depthLimit = 50
    private static let countLimit = 1000

    init(_ pattern: Substring) { rest = ArraySlice(Array(pattern.unicodeScalars)) }

    mutating func compile() throws(ScenarioFailure) -> [RegularExpression.Instruction] {
        let program = try alternatives()
        guard rest.isEmpty else { throw ScenarioFailure("a \")\" without its \"(\"") }
        return program + [.match]
    }

    /// `a|b|c`; addresses within the result count from its start.
    private mutating func alternatives() throws(ScenarioFailure) -> [Instruction] {
        let first = try sequence()
        guard rest.first == "|" else { return first }
        rest.removeFirst()
        let others = try alternatives()
        return try checked(
            [.split(1, first.count + 2)] + shifted(first, by: 1) + [.jump(first.count + 2 + others.count)]
                + shifted(others, by: first.count + 2))
    }

    private mutating func sequence() throws(ScenarioFailure) -> [Instruction] {
        var program: [Instruction] = []
        while let next = rest.first, next != "|", next != ")" {
            let atom = try atom()
            program += shifted(try repeated(atom), by: program.count)
            program = try checked(program)
        }
        return program
    }

    private mutating func repeated(_ atom: [Instruction]) throws(ScenarioFailure) -> [Instruction] {
        var program = atom
        while let next = rest.first, let (least, most) = try bounds(next) {
            program = try copies(program, least, most)
            if rest.first == "?" { rest.removeFirst() }
        }
        return program
    }

    /// The counts of the quantifier that begins here; nil when none does.
    private mutating func bounds(_ next: Unicode.Scalar) throws(ScenarioFailure) -> (Int, Int?)? {
        switch next {
        case "*", "+", "?":
            rest.removeFirst()
            return (next == "+" ? 1 : 0, next == "?" ? 1 : nil)
        case "{": return try countedBounds()
        default: return nil
        }
    }

    private mutating func countedBounds() throws(ScenarioFailure) -> (Int, Int?)? {
        guard let close = rest.firstIndex(of: "}") else { throw ScenarioFailure("a \"{\" without its \"}\"") }
        let text = String(String.UnicodeScalarView(rest[(rest.startIndex + 1)..<close]))
        rest = rest[(close + 1)...]
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count <= 2, let least = Int(parts[0]), (0...Self.countLimit).contains(least) else {
            throw ScenarioFailure("{\(text)} is no count; allowed: {m}, {m,}, {m,n}, up to \(Self.countLimit)")
        }
        guard parts.count == 2 else { return (least, least) }
        if parts[1].isEmpty { return (least, nil) }
        guard let most = Int(parts[1]), (least...Self.countLimit).contains(most) else {
            throw ScenarioFailure("{\(text)} is no count; allowed: {m}, {m,}, {m,n}, up to \(Self.countLimit)")
        }
        return (least, most)
    }

    private func copies(_ atom: [Instruction], _ least: Int, _ most: Int?) throws(ScenarioFailure) -> [Instruction] {
        var program: [Instruction] = []
        for _ in 0..<least { program = try checked(program + shifted(atom, by: program.count)) }
        guard let most else {
            let start = program.count
            return try checked(
                program + [.split(start + 1, start + atom.count + 2)] + shifted(atom, by: start + 1) + [.jump(start)])
        }
        for _ in least..<max(least, most) {
            let start = program.count
            program.append(.split(start + 1, start + 1 + atom.count))
            program = try checked(program + shifted(atom, by: start + 1))
        }
        return program
    }

    private mutating func atom() throws(ScenarioFailure) -> [Instruction] {
        let next = rest.removeFirst()
        switch next {
        case "(": return try group()
        case "[": return [.character(try bracket())]
        case ".": return [.character(CharacterSet(ranges: [10...10], isInverted: true))]
        case "^": return [.assert(.start)]
        case "$": return [.assert(.end)]
        case "\\": return [try escape()]
        case "*", "+", "?": throw ScenarioFailure("\"\(next)\" has nothing before it to repeat")
        default: return [.character(CharacterSet(ranges: [next.value...next.value]))]
        }
    }

    private mutating func group() throws(ScenarioFailure) -> [Instruction] {
        depth += 1
        guard depth <= Self.depthLimit else { throw ScenarioFailure("groups nested more than \(Self.depthLimit) deep") }
        if rest.first == "?" {
            guard rest.dropFirst().first == ":" else {
                throw ScenarioFailure("of the groups with \"(?\" only (?:…) is known")
            }
            rest = rest.dropFirst(2)
        }
        let inner = try alternatives()
        guard rest.first == ")" else { throw ScenarioFailure("a \"(\" without its \")\"") }
        rest.removeFirst()
        depth -= 1
        return inner
    }

    private mutating func escape() throws(ScenarioFailure) -> Instruction {
        guard let next = rest.popFirst() else { throw ScenarioFailure("a backslash at the end") }
        switch next {
        case "b": return .assert(.boundary)
        case "B": return .assert(.noBoundary)
        default: return .character(try escapedSet(next))
        }
    }

    private func escapedSet(_ next: Unicode.Scalar) throws(ScenarioFailure) -> CharacterSet {
        switch next {
        case "d": RegularExpression.digit
        case "w": RegularExpression.word
        case "s": RegularExpression.space
        case "D": CharacterSet(ranges: RegularExpression.digit.ranges, isInverted: true)
        case "W": CharacterSet(ranges: RegularExpression.word.ranges, isInverted: true)
        case "S": CharacterSet(ranges: RegularExpression.space.ranges, isInverted: true)
        case "n": CharacterSet(ranges: [10...10])
        case "r": CharacterSet(ranges: [13...13])
        case "t": CharacterSet(ranges: [9...9])
        case "a"..."z", "A"..."Z", "0"..."9":
            throw ScenarioFailure("\\\(next) is not known; known are \\d \\w \\s \\D \\W \\S \\b \\B \\n \\r \\t")
        default: CharacterSet(ranges: [next.value...next.value])
        }
    }

    private mutating func bracket() throws(ScenarioFailure) -> CharacterSet {
        var set = CharacterSet()
        if rest.first == "^" {
            rest.removeFirst()
            set.isInverted = true
        }
        var isFirst = true
        while let next = rest.popFirst() {
            if next == "]", !isFirst { return set }
            isFirst = false
            var low = next.value
            if next == "\\" {
                guard let escaped = rest.popFirst() else { break }
                let inner = try escapedSet(escaped)
                guard !inner.isInverted else { throw ScenarioFailure("\\\(escaped) cannot stand between [ and ]") }
                guard inner.ranges.count == 1, let only = inner.ranges.first, only.count == 1 else {
                    set.ranges += inner.ranges
                    continue
                }
                low = only.lowerBound
            }
            set.ranges.append(try range(from: low))
        }
        throw ScenarioFailure("a \"[\" without its \"]\"")
    }

    private mutating func range(from low: UInt32) throws(ScenarioFailure) -> ClosedRange<UInt32> {
        guard rest.first == "-", let high = rest.dropFirst().first, high != "]" else { return low...low }
        rest = rest.dropFirst(2)
        var end = high
        if high == "\\", let escaped = rest.popFirst() { end = escaped }
        guard low <= end.value else { throw ScenarioFailure("a range in [ ] that ends before it begins") }
        return low...end.value
    }

    private func shifted(_ program: [Instruction], by offset: Int) -> [Instruction] {
        program.map { instruction in
            switch instruction {
            case .split(let first, let second): .split(first + offset, second + offset)
            case .jump(let target): .jump(target + offset)
            case .character, .assert, .match: instruction
            }
        }
    }

    private func checked(_ program: [Instruction]) throws(ScenarioFailure) -> [Instruction] {
        guard program.count <= RegularExpression.programLimit else {
            throw ScenarioFailure("the expression is too large")
        }
        return program
    }
}
