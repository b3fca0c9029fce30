import SExpressions
import Testing

/// What comes out of a reader: the values, and the error that ended it, if any.
struct Outcome: Equatable, CustomStringConvertible {
    var values: [SExpression] = []
    var error: SXPError?

    var description: String { "\(values) \(error.map { $0.describe(file: "input") } ?? "")" }

    /// Feeds the pieces one after another, then ends the input.
    init(_ pieces: [some Sequence<UInt8>], limits: SXPLimits = .standard) {
        var reader = SXPReader(limits: limits)
        do {
            for piece in pieces {
                try reader.feed(piece)
                while let value = reader.next() { values.append(value) }
            }
            try reader.finish()
        } catch {
            self.error = error
        }
        while let value = reader.next() { values.append(value) }
    }
}

@Suite("Reading")
struct ReaderTests {
    /// A vector of the format's reference: input, values, text of the error.
    struct Vector: CustomTestStringConvertible, Sendable {
        let input: String
        let values: [SExpression]
        let error: String?

        init(_ input: String, _ values: SExpression..., error: String? = nil) {
            self.input = input
            self.values = values
            self.error = error
        }

        var testDescription: String { input.debugDescription }
    }

    static let vectors: [Vector] = [
        Vector("(a b c)", ["a", "b", "c"]),
        Vector("()", []),
        Vector("(a (b c) d)", ["a", ["b", "c"], "d"]),
        Vector("  ( a\n b\t c ) ", ["a", "b", "c"]),
        Vector("a b", "a", "b"),
        Vector("(a)(b)", ["a"], ["b"]),
        Vector("'a b'", "a b"),
        Vector("\"a b\"", "a b"),
        Vector(#"'it\'s'"#, "it's"),
        Vector(#"(x 'a"b')"#, ["x", "a\"b"]),
        Vector(#"'a\nb'"#, "a\nb"),
        Vector(#"'\x41'"#, "A"),
        Vector(#"'\101'"#, "A"),
        Vector("(a '' b)", ["a", "", "b"]),
        Vector("# comment\n(a b)", ["a", "b"]),
        Vector("(a # c )\n b)", ["a", "b"]),
        Vector("(a#c\nb)", ["a", "b"]),
        Vector("(a!b)", ["a", "!b"]),
        Vector("a;b", "a", ";b"),
        Vector("{a}", "{a", "}"),
        Vector("[a b]", "[a", "b", "]"),
        Vector("(mode w!)", ["mode", "w", "!"]),
        Vector("(a 'b'c)", ["a", "b", "c"]),
        Vector("(a b'c')", ["a", "b'c'"]),
        Vector(#"(a b"c d")"#, ["a", "b\"c", "d\""]),
        Vector("(a (@ (id x) (n 1)) c)", ["a", ["@", ["id", "x"], ["n", "1"]], "c"]),
        Vector(#"(a \n)"#, ["a", #"\n"#]),
        Vector("1 2.5 -3 0x1f", "1", "2.5", "-3", "0x1f"),
        Vector("(a . b)", ["a", ".", "b"]),
        Vector("(a 'x\ny')", ["a", "x\ny"]),
        Vector("(a) \u{4} (b)", ["a"]),
        Vector("(a\r\nb)", ["a", "b"]),
        Vector("a)", "a", error: "syntax error: )"),
        Vector(")", error: "syntax error: )"),
        Vector("(a 'b", error: "unexpected EOF"),
        Vector("(a \u{1} b)", error: "invalid character: code 1"),
        Vector(#"'\400'"#, error: "invalid octal escape: out of range 400"),
        Vector(""),
        // Lexical rules beyond the numbered vectors.
        Vector("\u{B}a\u{C}b", "a", "b"),
        Vector("}}<>[!", "}", "}", "<", ">", "[", "!"),
        Vector("a\u{4}b a\u{1}b", "a\u{4}b", "a\u{1}b"),
        Vector("a\u{4} \u{4})", "a\u{4}"),
        Vector("aé", "aé"),
        Vector("é", error: "invalid character: code 195"),
        Vector("\u{7F}", error: "invalid character: code 127"),
        Vector("\u{0}", error: "invalid character: code 0"),
        Vector("(a)'b'(c)d(e)", ["a"], "b", ["c"], "d", ["e"]),
        Vector("'é\u{1}#('", "é\u{1}#("),
        Vector("a # to the end", "a"),
        Vector(#"'\a\b\t\n\v\f\r\\\'\"'"#, "\u{7}\u{8}\t\n\u{B}\u{C}\r\\'\""),
        // What the original did wrong or died of.
        Vector(#"'\xe9'"#, .atom(SXPText.string(decoding: [0xE9]))),
        Vector(#"'\xC3\xa9'"#, "é"),
        Vector(#"'\1a\12b\1234'"#, "\u{1}a\nbS4"),
        Vector(#"'\0'"#, "\u{0}"),
        Vector(#"'\q'"#, error: "invalid escape: backslash before code 113"),
        Vector(#"'\8'"#, error: "invalid escape: backslash before code 56"),
        Vector(#"'\x4'"#, error: "invalid hex escape: code 39 is not a hex digit"),
        Vector("(a b", error: "unexpected EOF"),
        Vector("(a # b", error: "unexpected EOF"),
        Vector("(a (b) ", error: "unexpected EOF"),
        Vector("(a \u{4} b)", error: "unexpected EOF"),
        Vector(#"'a\"#, error: "unexpected EOF"),
        Vector(#"'a\x"#, error: "unexpected EOF"),
        Vector(#"'a\12"#, error: "unexpected EOF"),
    ]

    @Test("Every vector is read as the reference says", arguments: vectors)
    func vector(_ vector: Vector) {
        let outcome = Outcome([vector.input.utf8])
        #expect(outcome.values == vector.values)
        #expect(outcome.error?.description == vector.error)
    }

    @Test("It does not matter where the input is split", arguments: vectors)
    func splitAnywhere(_ vector: Vector) {
        let bytes = Array(vector.input.utf8)
        let whole = Outcome([bytes])
        for first in 0...bytes.count {
            #expect(Outcome([bytes[..<first], bytes[first...]]) == whole)
        }
        #expect(Outcome(bytes.map { [$0] }) == whole)
    }

    @Test("A value is available as soon as it is complete")
    func completion() throws {
        var reader = SXPReader()
        try reader.feed("(a b".utf8)
        #expect(reader.next() == nil)
        try reader.feed(") c".utf8)
        #expect(reader.next() == ["a", "b"])
        #expect(reader.next() == nil, "c may go on")
        try reader.feed("d 'e' f".utf8)
        #expect(reader.next() == "cd")
        #expect(reader.next() == "e")
        #expect(reader.next() == nil)
        try reader.finish()
        #expect(reader.next() == "f")
        #expect(reader.next() == nil)
        try reader.feed("(g)".utf8)
        #expect(reader.next() == nil, "the input has ended")
    }

    @Test("After an error every call throws it again, and earlier values can still be fetched")
    func afterAnError() throws {
        var reader = SXPReader()
        let error = try #require(throws: SXPError.self) { try reader.feed("(a) ) (b)".utf8) }
        #expect(error.reason == .strayClose)
        #expect(throws: error) { try reader.feed("(c)".utf8) }
        #expect(throws: error) { try reader.finish() }
        #expect(reader.next() == ["a"])
        #expect(reader.next() == nil)
    }

    @Test("Without a value there is an error only where one is needed")
    func noValue() throws {
        #expect(try SExpression.parseAll(" # nothing\n").isEmpty)
        #expect(try SExpression.parseFirst("a (b)") == "a")
        let error = #expect(throws: SXPError.self) { try SExpression.parseFirst(" # nothing\n") }
        #expect(error?.description == "no value")
    }
}

@Suite("Positions")
struct PositionTests {
    @Test(
        "Errors say where",
        arguments: [
            ("(a\n  b))", "x.sxp:2:5: syntax error: )"),
            ("(a\n\n\u{1})", "x.sxp:3:1: invalid character: code 1"),
            ("'ab\\q'", "x.sxp:1:5: invalid escape: backslash before code 113"),
            ("a\n(b\n (c) d\n", "x.sxp:4:1: unexpected EOF (what begins at 2:1 is never closed)"),
            ("(b\n 'c d)\n", "x.sxp:3:1: unexpected EOF (what begins at 2:2 is never closed)"),
        ])
    func errors(_ text: String, _ message: String) {
        let error = #expect(throws: SXPError.self) { try SExpression.parseAll(text) }
        #expect(error?.describe(file: "x.sxp") == message)
    }

    @Test("Values know where they were written, and whether in quotes")
    func located() throws {
        let text = "# c\n(port 8000\n  ('é' x))\nlast"
        var seen: [String] = []
        func visit(_ located: LocatedSExpression) {
            switch located.kind {
            case .atom(let text, let quoted): seen.append("\(located.position) \(text)\(quoted ? " quoted" : "")")
            case .list(let members):
                seen.append("\(located.position) list \(located.position.offset)")
                members.forEach(visit)
            }
        }
        let values = try LocatedSExpression.parseAll(text)
        values.forEach(visit)
        #expect(
            seen == ["2:1 list 4", "2:2 port", "2:7 8000", "3:3 list 17", "3:4 é quoted", "3:9 x", "4:1 last"])
        #expect(values.map(\.value) == [["port", "8000", ["é", "x"]], "last"])
        #expect(values.map(\.name) == ["port", "last"])
    }
}

@Suite("Limits")
struct LimitTests {
    static let small = SXPLimits(depth: 3, bytes: 10, values: 4)

    @Test(
        "A value at a limit is read, one beyond it is refused",
        arguments: [
            ("(((a)))", nil), ("((((a", "1:4: lists nested more than 3 deep"),
            ("(23456789)", nil), ("(234567890)", "1:11: expression longer than 10 bytes"),
            ("'23456789' '23456789'", nil), ("'234567890'", "1:11: expression longer than 10 bytes"),
            ("123456789 123456789", nil), ("12345678901", "1:11: expression longer than 10 bytes"),
            ("(2 # 6789 end\n)", "1:11: expression longer than 10 bytes"),
            ("# a comment is no value\n(a)", nil),
            ("(a b c)(a b c)", nil), ("(a b c d)", "1:1: expression of more than 4 values"),
            ("(()())", nil), ("(()()()())", "1:1: expression of more than 4 values"),
        ] as [(String, String?)])
    func limits(_ text: String, _ message: String?) {
        let error = Outcome([text.utf8], limits: Self.small).error
        #expect(error.map { "\($0.position): \($0)" } == message)
    }

    @Test("A million open lists are refused at the depth limit", arguments: ["(", "(a ", "(()", "(("])
    func bomb(_ piece: String) {
        let bytes = repeatElement(Array(piece.utf8), count: 1_000_000).joined()
        #expect(Outcome([Array(bytes)]).error?.reason == .tooDeep(limit: SXPLimits.standard.depth))
    }

    @Test("The deepest value allowed is printed, laid out, compared, hashed and merged")
    func deepest() throws {
        let depth = SXPLimits.standard.depth
        let text = String(repeating: "(a ", count: depth - 1) + "()" + String(repeating: ")", count: depth - 1)
        let value = try SExpression.parseFirst(text)
        #expect(value.description == text)
        #expect(try SExpression.parseFirst(value.pretty(width: 10)) == value)
        #expect(Set([value, value]).count == 1)
        #expect(value.merging(value) == value)
        #expect(value.elements().count == depth - 1)
        #expect(value.withID("x") == nil)
    }
}
