import Testing

@testable import SExpressions

@Suite("Printing")
struct PrinterTests {
    @Test(
        "Values are printed as the reference says",
        arguments: [
            (["xend.err", "invalid domain:foo"], "(xend.err 'invalid domain:foo')"),
            (["xend.err", "can't"], #"(xend.err "can't")"#),
            ("a'\"b", #"'a\'"b'"#),
            (#"a\b"#, #"'a\\b'"#),
            ("/dev/hda1 ro", "'/dev/hda1 ro'"),
            ("1.2.3.4:5.6.7.8::::eth0:off", "1.2.3.4:5.6.7.8::::eth0:off"),
            ("a.b-c:d/e+f_g", "'a.b-c:d/e+f_g'"),
            (.atom(SXPText.string(decoding: [0xE9])), #"'\xe9'"#),
            (["a", []], "(a ())"),
            (.number(172.2), "172.2"),
            ("4", "4"),
            (64, "64"),
            (["a", ""], "(a '')"),
            (.element("a", .element("@", .element("id", "x"))), "(a (@ (id x)))"),
            ("@x", "'@x'"), ("w!", "'w!'"), ("10,20", "'10,20'"), ("a=b", "'a=b'"), ("%", "'%'"), ("*", "'*'"),
            ("~/x_y.z", "~/x_y.z"), ("phy:hda1", "phy:hda1"), ("AZaz09", "AZaz09"),
            ("\n\r\t\u{0}\u{1F}\u{7F}", #"'\n\r\t\x00\x1f\x7f'"#),
            ("é", #"'\xc3\xa9'"#), ("'é", #""'\xc3\xa9""#),
            (.element("id", 7), "(id 7)"), (.element("time", 4.0), "(time 4.0)"),
            (.element("a", ["b", "c"]), "(a b c)"), (.element("a", ["b"], ["c"]), "(a (b) (c))"),
            (.element("a", "b c"), "(a 'b c')"), (.element("a", []), "(a)"), (.element("a", .list([])), "(a ())"),
            (.element("a", 123_456_789_012_345 as Int), "(a 123456789012345)"),
        ] as [(SExpression, String)])
    func print(_ value: SExpression, _ text: String) throws {
        #expect(value.description == text)
        #expect(try SExpression.parseFirst(text) == value)
    }

    @Test("A value as child of an element stays a value")
    func childOfElement() {
        let child: SExpression = ["b", "c d"]
        let children = [child, child]
        #expect(SExpression.element("a", child) == ["a", ["b", "c d"]])
        #expect(SExpression.element("a", child, child) == ["a", ["b", "c d"], ["b", "c d"]])
        #expect(SExpression.element("a", children) == ["a", ["b", "c d"], ["b", "c d"]])
        #expect(SExpression.element("a") == ["a"])
    }

    @Test(
        "Lists are laid out as the reference says",
        arguments: [
            ("(a b c)", 5, "(a\n    b\n    c\n)\n"),
            ("(a b c)", 7, "(a b c)\n"),
            ("(a b c)", 6, "(a\n    b\n    c\n)\n"),
            ("()", 1, "()\n"), ("word", 1, "word\n"), ("(word)", 1, "(word\n)\n"),
            ("(a (b c))", 9, "(a (b c))\n"),
            // The `)` that follow a list do not count.
            ("(a (b c))", 8, "(a\n    (b\n        c\n    )\n)\n"),
            ("(aaa (b c) d)", 9, "(aaa\n    (b c)\n    d\n)\n"),
            ("((vif (idx 0)))", 12, "((vif\n     (idx 0)\n )\n)\n"),
            ("(a 'b c' '')", 11, "(a\n    'b c'\n    ''\n)\n"),
            (
                """
                (domain (id 1) (devices (vif (idx 0) (vif 0) (mac aa:00:00:00:00:01) (index 0)) \
                (vbd (idx 0) (vdev 2049) (uname phy:/dev/volume-group/a-logical-volume-of-some-length))))
                """, 80,
                """
                (domain
                    (id 1)
                    (devices
                        (vif (idx 0) (vif 0) (mac aa:00:00:00:00:01) (index 0))
                        (vbd
                            (idx 0)
                            (vdev 2049)
                            (uname phy:/dev/volume-group/a-logical-volume-of-some-length)
                        )
                    )
                )

                """
            ),
        ])
    func pretty(_ text: String, _ width: Int, _ layout: String) throws {
        let value = try SExpression.parseFirst(text)
        #expect(value.pretty(width: width) == layout)
        #expect(try SExpression.parseFirst(layout) == value)
    }

    @Test(
        "Numbers are printed as Python 2.7 prints them",
        arguments: [
            (4, "4.0"), (172.2, "172.2"), (1.0 / 3, "0.333333333333"), (2.0 / 3, "0.666666666667"),
            (1e16, "1e+16"), (1e11, "1e+11"), (99_999_999_999, "99999999999.0"), (1e10, "10000000000.0"),
            (123_456_789_012, "1.23456789012e+11"), (1_100_000_000.12, "1100000000.12"),
            (1_100_000_000.126, "1100000000.13"), (0, "0.0"), (-0.0, "-0.0"), (-1.5, "-1.5"), (0.1, "0.1"),
            (0.1 + 0.2, "0.3"), (0.0001, "0.0001"), (0.00001, "1e-05"), (0.000123456789012345, "0.000123456789012"),
            (1.5e-7, "1.5e-07"), (999_999_999_999.5, "1e+12"), (0.999_999_999_999_9, "1.0"),
            (1e100, "1e+100"), (1e-100, "1e-100"), (1.7976931348623157e308, "1.79769313486e+308"),
            (5e-324, "4.94065645841e-324"), (2.2250738585072014e-308, "2.22507385851e-308"),
            (9_007_199_254_740_993, "9.00719925474e+15"), (1e22, "1e+22"), (1e23, "1e+23"),
            // Exact halves go to the even digit; what is a half only in its shortest form does not.
            (1.000_000_000_005, "1.00000000001"), (0.5, "0.5"), (2_097_152.000_000_5, "2097152.0"),
            (100_000_000.000_5, "100000000.0"), (524_288.000_000_953_674_316_406_25, "524288.000001"),
            (10_000_000_000.25, "10000000000.2"), (10_000_000_000.75, "10000000000.8"),
            (1_000_000_000.125, "1000000000.12"), (1_000_000_000.375, "1000000000.38"),
            (.infinity, "inf"), (-.infinity, "-inf"), (.nan, "nan"),
        ] as [(Double, String)])
    func number(_ value: Double, _ text: String) {
        #expect(SExpression.number(value).atom == text)
    }

    @Test("The quick way to decimal digits is as exact as the long one")
    func quickDigits() {
        var state: UInt64 = 1
        for round in 0..<20_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            // From a few decimal digits, from nanoseconds, or any bits; halves among them.
            let value: Double =
                switch round % 4 {
                case 0: Double(state >> 32) / 1000
                case 1: Double(state >> 20) / 1e9
                case 2: Double(state >> 40) * 0.5 / Double(1 << (state & 31))
                default: Double(bitPattern: (state >> 12) | 0x3F50_0000_0000_0000) * Double(1 << (round % 40))
                }
            guard let quick = Decimal(quickly: value) else { continue }
            let exact = Decimal(exactly: value).rounded(to: NumberText.significantDigits)
            #expect(quick.digits == exact.digits && quick.point == exact.point, "\(value)")
        }
        #expect(Decimal(quickly: 1e11) == nil && Decimal(quickly: 0.000_9) == nil)
    }
}
