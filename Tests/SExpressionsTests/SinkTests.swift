import SExpressions
import Testing

/// What describes itself has one text and one value, whichever way it goes.
@Suite("Describing to a sink") struct SinkTests {
    private struct Thing: SExpressible {
        var tail: SExpression

        func describe(to sink: inout some SExpressionSink) {
            sink.open("thing")
            sink.element("name", "a b")
            sink.element("whole", -42)
            sink.element("real", 172.2)
            sink.open("empty")
            sink.close()
            sink.open(named: "two words")
            sink.open(named: "plain")
            sink.close()
            sink.close()
            sink.add(tail)
            sink.add("last")
            sink.close()
        }
    }

    @Test("The text is that of the value", arguments: [[], ["x", ["y", "z'"]], "@", ""] as [SExpression])
    func text(_ tail: SExpression) {
        let thing = Thing(tail: tail)
        let value: SExpression = [
            "thing", ["name", "a b"], ["whole", "-42"], ["real", "172.2"], ["empty"],
            ["two words", ["plain"]], tail, "last",
        ]
        var writer = SXPWriter()
        thing.write(to: &writer)
        #expect(thing.expression == value)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == value.description)
    }

    @Test("Lists without a name, and text taken down before, stand as if they were told one after the other")
    func lists() {
        var piece = SXPWriter()
        piece.open("a")
        let beginning = piece.take()
        piece.add(1)
        piece.close()
        let rest = piece.take()
        var writer = SXPWriter()
        writer.open()
        writer.open()
        writer.close()
        for _ in 0..<2 {
            writer.add(text: beginning)
            writer.element("b", "c")
            writer.add(text: rest)
        }
        writer.close()
        #expect(String(decoding: writer.bytes, as: UTF8.self) == "(() (a (b c) 1) (a (b c) 1))")
    }

    @Test("Whole numbers", arguments: [0, 7, 10, -1, .max, .min]) func number(_ number: Int) {
        var writer = SXPWriter()
        writer.add(number)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == String(number))
    }
}
