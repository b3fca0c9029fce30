import SExpressions
import Testing

/// SplitMix64: the same seed gives the same values.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Bytes of which most mean something in SXP.
    mutating func bytes() -> [UInt8] {
        let telling = Array("(()) '\"\\x41\\ne9\n#;!{}ab@ \u{4}é".utf8) + [0xF4, 0x8F, 0xBE, 0xBF, 0x80, 0xFF, 0]
        return (0..<Int.random(in: 0...24, using: &self)).map { _ in
            if Int.random(in: 0..<8, using: &self) == 0 { return UInt8.random(in: 0...255, using: &self) }
            return telling[Int.random(in: 0..<telling.count, using: &self)]
        }
    }

    /// A value of at most that depth, with atoms of any bytes.
    mutating func value(depth: Int) -> SExpression {
        if depth == 0 || Int.random(in: 0..<3, using: &self) == 0 { return .atom(SXPText.string(decoding: bytes())) }
        return .list((0..<Int.random(in: 0...5, using: &self)).map { _ in value(depth: depth - 1) })
    }
}

@Suite("Properties, for values and inputs by seed")
struct PropertyTests {
    @Test("What is printed or laid out is read back, and merging a value with itself changes nothing")
    func roundTrip() throws {
        var generator = SeededGenerator(seed: 2004)
        for _ in 0..<500 {
            let value = generator.value(depth: 5)
            let width = Int.random(in: 0...60, using: &generator)
            #expect(try SExpression.parseAll(value.description) == [value])
            #expect(try SExpression.parseAll(value.pretty(width: width)) == [value])
            #expect(value.merging(value) == value)
            #expect(value.description.utf8.allSatisfy { (0x20..<0x7F).contains($0) })
        }
    }

    @Test("Any bytes go through a string unharmed")
    func lossless() {
        var generator = SeededGenerator(seed: 2005)
        for _ in 0..<2_000 {
            let bytes = generator.bytes()
            #expect(SXPText.bytes(of: SXPText.string(decoding: bytes)) == bytes)
        }
    }

    @Test(
        "Bytes that are not UTF-8 are carried by the last scalars of the private-use plane",
        arguments: [
            ([0x61, 0xC3, 0xA9], "aé"), ([0xE9], "\u{10FFE9}"), ([0xC3, 0x28], "\u{10FFC3}("),
            ([0xF0, 0x9F, 0x98, 0x80], "😀"), ([0xF0, 0x9F, 0x98], "\u{10FFF0}\u{10FF9F}\u{10FF98}"),
            ([0xF4, 0x8F, 0xBF, 0xA9], "\u{10FFF4}\u{10FF8F}\u{10FFBF}\u{10FFA9}"),
            ([0xF4, 0x8F, 0xBD, 0xBF], "\u{10FF7F}"), ([0xED, 0xA0, 0x80], "\u{10FFED}\u{10FFA0}\u{10FF80}"),
        ] as [([UInt8], String)])
    func carriers(_ bytes: [UInt8], _ text: String) {
        #expect(Array(SXPText.string(decoding: bytes).unicodeScalars) == Array(text.unicodeScalars))
        #expect(SXPText.bytes(of: text) == bytes)
    }

    @Test("Equality is that of the bytes, not of Unicode's equivalent forms")
    func equality() {
        #expect(SExpression.atom("\u{E9}") != .atom("e\u{301}"))
        #expect(SExpression.list(["\u{E9}"]) != .list(["e\u{301}"]))
    }

    @Test("Arbitrary bytes in arbitrary pieces give the same as in one piece")
    func pieces() {
        var generator = SeededGenerator(seed: 2006)
        for _ in 0..<2_000 {
            let bytes = generator.bytes() + generator.bytes()
            let first = Int.random(in: 0...bytes.count, using: &generator)
            let second = Int.random(in: first...bytes.count, using: &generator)
            let pieces = [bytes[..<first], bytes[first..<second], bytes[second...]]
            #expect(Outcome(pieces) == Outcome([bytes]))
        }
    }

    @Test("The quick way of reading gives what the reader that takes everything gives, errors too")
    func quickly() {
        var generator = SeededGenerator(seed: 2007)
        for _ in 0..<20_000 {
            let isText = Bool.random(using: &generator)
            let first = isText ? Array(generator.value(depth: 4).description.utf8) : generator.bytes()
            let bytes = first + generator.bytes()
            let limits =
                Bool.random(using: &generator)
                ? SXPLimits.standard
                : SXPLimits(
                    depth: Int.random(in: 1...4, using: &generator), bytes: Int.random(in: 1...60, using: &generator),
                    values: Int.random(in: 1...12, using: &generator))
            let exact = Result { () throws(SXPError) in
                try LocatedSExpression.parseAll(bytes, limits: limits).map(\.value)
            }
            #expect(Result { () throws(SXPError) in try SExpression.parseAll(bytes, limits: limits) } == exact)
            guard let text = String(validating: bytes, as: UTF8.self) else { continue }
            #expect(Result { () throws(SXPError) in try SExpression.parseAll(text, limits: limits) } == exact)
        }
    }
}
