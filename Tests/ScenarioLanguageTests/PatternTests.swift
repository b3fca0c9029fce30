import SExpressions
import Testing

@testable import ScenarioLanguage

/// Patterns against values.
@Suite struct PatternTests {
    static func pattern(_ text: String) throws -> Pattern {
        let step = "(scenario s (let bound (1 2)) (expect (sxp \(text))))"
        let scenario = try #require(try ScenarioReader.scenarios(in: Array(step.utf8), file: "s").first)
        guard case .sxp(let pattern)? = scenario.steps.first?.expectation?.first?.kind else {
            throw ScenarioFailure("no pattern")
        }
        return pattern
    }

    static let domain =
        "(domain (id 1) (name web) (memory 128) (state -b----) (devices (vif (idx 0) (mac aa:00:00:00:00:01) (ip 10.0.0.1) (ip 10.0.0.2)) (vif (idx 1) (mac aa:00:00:00:00:02)) (vbd (idx 0))) (config (vm (name web))))"

    /// Pattern, value, whether they match.
    static let table: [(String, String, Bool)] = [
        ("a", "a", true), ("a", "ab", false), ("_", "(a b)", true), ("\"_\"", "a", false), ("\"_\"", "_", true),
        ("(a b)", "(a b)", true), ("(a b)", "(a b c)", false), ("(a b ...)", "(a b c d)", true),
        ("(a ... d)", "(a b c d)", true), ("(... b ...)", "(a b c)", true), ("(... x ...)", "(a b c)", false),
        ("(a \"...\")", "(a ...)", true), ("(a \"...\")", "(a b)", false), ("(a)", "(a b)", false), ("()", "()", true),
        ("(< 5)", "4", true), ("(< 5)", "5", false), ("(> 5)", "5.5", true), ("(> 5)", "x", false),
        ("(~ ^a+$)", "aaa", true), ("(~ ^a+$)", "aab", false), ("(~ b)", "aab", true),
        ("(! a)", "b", true), ("(! a)", "a", false), ("(| a b)", "b", true), ("(| a b)", "c", false),
        ("(& (> 1) (< 5))", "4", true), ("(& (> 1) (< 5))", "5", false), ("(& a $x)", "a", true),
        ("(domain (name web) (id 1))", domain, true), ("(domain (id 2))", domain, false),
        ("(domain (devices (vbd (idx 0))))", domain, true), ("(domain (devices (vbd (idx 1))))", domain, false),
        ("(domain (devices (vif (idx 1)) (vif (idx 0))))", domain, true),
        ("(domain (devices (vif (idx 1)) (vif (idx 1))))", domain, false),
        ("(domain (devices (vif (ip 10.0.0.2) (ip 10.0.0.1))))", domain, true),
        ("(domain (! (restart_state _)))", domain, true), ("(domain (! (memory _)))", domain, false),
        ("(domain (state r-----))", domain, true), ("(domain (state --p---))", domain, false),
        ("(domain (memory (> 100)))", domain, true), ("(host (id 1))", domain, false),
        ("(a $x $x)", "(a 1 1)", true), ("(a $x $x)", "(a 1 2)", false), ("(a $bound)", "(a (1 2))", true),
        ("(a $bound)", "(a 1)", false), ("(a (b $x) (c $x))", "(a (c 1) (b 2) (b 1))", true),
        ("(a \"$x\")", "(a $x)", true), ("(a \"$x\")", "(a 1)", false),
        ("(devices)", "(devices)", true), ("(devices)", "(devices (vif))", false),
    ]

    @Test func `patterns match what they say`() throws {
        for (pattern, value, expected) in Self.table {
            var matcher = PatternMatcher(["bound": ["1", "2"]])
            let value = try SExpression.parseFirst(value)
            #expect(matcher.matches(try Self.pattern(pattern), value) == expected, "\(pattern) against \(value)")
        }
    }

    @Test func `the first use binds and a failed comparison binds nothing`() throws {
        var matcher = PatternMatcher([:])
        #expect(!matcher.matches(try Self.pattern("(a $x b)"), ["a", "1", "c"]))
        #expect(matcher.bindings.isEmpty)
        #expect(matcher.matches(try Self.pattern("(a $x b)"), ["a", "1", "b"]))
        #expect(matcher.bindings == ["x": "1"])
    }

    @Test func `a plain word is contained where texts are compared`() throws {
        var matcher = PatternMatcher([:])
        #expect(matcher.matches(try Self.pattern("login"), "web login: ", .contained))
        #expect(!matcher.matches(try Self.pattern("logout"), "web login: ", .contained))
        #expect(matcher.matches(try Self.pattern("(! logout)"), "web login: ", .contained))
    }

    @Test func `a difference names the field and what was seen`() throws {
        let matcher = PatternMatcher([:])
        let value = try SExpression.parseFirst(Self.domain)
        let found = matcher.differences(
            try Self.pattern("(domain (id 2) (name web) (cpu 1) (devices (vbd (idx 3))))"), value)
        #expect(
            found == [
                "expected (id 2), saw (id 1)", "expected (cpu 1), there is no cpu",
                "in devices: in vbd: expected (idx 3), saw (idx 0)",
            ])
    }

    /// Expression, text, whether it is found.
    static let expressions: [(String, String, Bool)] = [
        ("abc", "xabcx", true), ("^abc", "xabc", false), ("a|b", "b", true), ("(ab)+c", "ababc", true),
        ("a{2,3}$", "aaaa", true), ("^a{2,3}$", "aaaa", false), ("a{0}b", "b", true), ("[a-c]+", "xbx", true),
        ("^[^a-c]+$", "xbx", false), ("\\d+\\.\\d", "1.5", true), ("\\bweb\\b", "a web b", true),
        ("\\bweb\\b", "webs", false), ("(?i)WEB", "web", true), ("^$", "", true), ("^b$", "a\nb\nc", true),
        ("[]x]", "]", true), ("a.c", "a\nc", false), ("(?:a|b)*?c", "abac", true), ("\\[\\]", "[]", true),
        ("[\\d-]+z", "1-2z", true), ("(a*)*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", false),
        ("(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", false), ("x*", "", true), ("é", "café", true),
    ]

    @Test func `regular expressions search in time proportional to the text`() throws {
        for (expression, text, expected) in Self.expressions {
            #expect(try RegularExpression(expression).matches(text) == expected, "\(expression) in \(text)")
        }
        for broken in ["(", ")", "[", "a{", "a{3,1}", "*a", "\\", "(?=a)", "((a{999}){999}){999}", "\\q", "[b-a]"] {
            #expect(throws: ScenarioFailure.self, "\(broken)") { try RegularExpression(broken) }
        }
    }
}
