/// A regular expression whose search takes time in proportion to pattern × text, whatever the pattern.
///
/// Patterns come from files that others wrote; a backtracking matcher could be kept busy for ever by `(a+)+$`. So this one
/// follows all alternatives at once (Thompson's construction). Known: literals, `.`, `[…]` with ranges and `^`, `\d \w \s \b` and
/// their capitals, escapes, `^ $`, groups, `|`, `* + ?` and their lazy forms, `{m}`, `{m,}`, `{m,n}`, `(?i)` at the start.
public struct RegularExpression: Hashable, Sendable, CustomStringConvertible {
    /// As it was written.
    public let description: String
    private let program: [Instruction]
    private let ignoresCase: Bool

    /// A program longer than this (by nested counts, say) is refused.
    static let programLimit = 5000

    enum Instruction: Hashable, Sendable {
        case character(CharacterSet)
        case split(Int, Int)
        case jump(Int)
        case assert(Assertion)
        case match
    }
    enum Assertion: Hashable, Sendable { case start, end, boundary, noBoundary }

    struct CharacterSet: Hashable, Sendable {
        var ranges: [ClosedRange<UInt32>] = []
        var isInverted = false

        func contains(_ scalar: UInt32) -> Bool { ranges.contains { $0.contains(scalar) } != isInverted }
    }

    /// - Throws: what is wrong with the pattern.
    public init(_ pattern: String) throws(ScenarioFailure) {
        description = pattern
        var body = Substring(pattern)
        ignoresCase = body.hasPrefix("(?i)")
        if ignoresCase { body = body.dropFirst(4) }
        var compiler = RegularExpressionCompiler(body)
        program = try compiler.compile()
    }

    /// Whether some part of `text` matches; the anchors are the text's ends and those of its lines.
    public func matches(_ text: String) -> Bool {
        end(ofMatchIn: Array(text.unicodeScalars.map(\.value))) != nil
    }

    /// Where the earliest-ending match ends, counted in scalars.
    package func end(ofMatchIn text: [UInt32]) -> Int? {
        var current = ThreadList(program.count)
        var next = ThreadList(program.count)
        for index in 0...text.count {
            add(0, to: &current, at: index, in: text)
            if current.isMatch { return index }
            guard index < text.count else { break }
            next.clear()
            for counter in current.counters {
                guard case .character(let set) = program[counter], accepts(set, text[index]) else { continue }
                add(counter + 1, to: &next, at: index + 1, in: text)
            }
            swap(&current, &next)
            if current.isMatch { return index + 1 }
        }
        return nil
    }

    private func accepts(_ set: CharacterSet, _ scalar: UInt32) -> Bool {
        if set.contains(scalar) { return true }
        guard ignoresCase, let other = Self.otherCase(scalar) else { return false }
        return set.contains(other)
    }

    private static func otherCase(_ scalar: UInt32) -> UInt32? {
        switch scalar {
        case 0x41...0x5A: scalar + 32
        case 0x61...0x7A: scalar - 32
        default: nil
        }
    }

    private struct ThreadList {
        var counters: [Int] = []
        var isMatch = false
        private var present: [Bool]

        init(_ count: Int) { present = Array(repeating: false, count: count) }

        mutating func clear() {
            for counter in counters { present[counter] = false }
            counters.removeAll(keepingCapacity: true)
            isMatch = false
        }

        mutating func insert(_ counter: Int) -> Bool {
            guard !present[counter] else { return false }
            present[counter] = true
            counters.append(counter)
            return true
        }
    }

    private func add(_ start: Int, to list: inout ThreadList, at index: Int, in text: [UInt32]) {
        var pending = [start]
        while let counter = pending.popLast() {
            guard list.insert(counter) else { continue }
            switch program[counter] {
            case .character: break
            case .match: list.isMatch = true
            case .jump(let target): pending.append(target)
            case .split(let first, let second): pending += [second, first]
            case .assert(let assertion): if holds(assertion, at: index, in: text) { pending.append(counter + 1) }
            }
        }
    }

    private func holds(_ assertion: Assertion, at index: Int, in text: [UInt32]) -> Bool {
        switch assertion {
        case .start: index == 0 || text[index - 1] == 10
        case .end: index == text.count || text[index] == 10 || text[index] == 13
        case .boundary: isBoundary(index, text)
        case .noBoundary: !isBoundary(index, text)
        }
    }

    private func isBoundary(_ index: Int, _ text: [UInt32]) -> Bool {
        let before = index > 0 && Self.word.contains(text[index - 1])
        let after = index < text.count && Self.word.contains(text[index])
        return before != after
    }

    static let digit = CharacterSet(ranges: [0x30...0x39])
    static let word = CharacterSet(ranges: [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    static let space = CharacterSet(ranges: [9...13, 32...32])
}
