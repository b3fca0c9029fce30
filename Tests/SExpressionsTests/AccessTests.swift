import SExpressions
import Testing

@Suite("Looking into values")
struct AccessTests {
    let domain: SExpression = [
        "domain", ["@", ["id", "d1"], ["n", "1"], ["empty"]], ["name", "web"], "plain",
        ["device", ["vif", ["mac", "aa:00"]]], ["device", ["@", ["id", "dev2"]], ["vbd", ["@", ["id", "vbd1"]]]],
        ["none"], ["list", []],
    ]

    @Test("Names")
    func names() {
        #expect(domain.name == "domain")
        #expect(SExpression.atom("a").name == "a")
        #expect(SExpression.list([]).name == nil)
        #expect(SExpression.list([["a"]]).name == nil)
        #expect(domain.isElement() && domain.isElement("domain") && !domain.isElement("name"))
        #expect(!SExpression.atom("a").isElement() && !SExpression.list([]).isElement())
        #expect(domain.atom == nil && SExpression.atom("a").atom == "a" && SExpression.atom("a").list == nil)
    }

    @Test("The attribute list is no child, not even for a search by its name")
    func children() {
        #expect(domain.children().count == 6)
        #expect(domain.children().first == ["name", "web"])
        #expect(domain.children("device").count == 2)
        #expect(domain.children("plain") == [])
        #expect(domain.child("@") == nil)
        #expect(domain.child("device") == ["device", ["vif", ["mac", "aa:00"]]])
        #expect(domain.child(at: 1) == "plain" && domain.child(at: 6) == nil && domain.child(at: -1) == nil)
        #expect(SExpression.list([]).children() == [] && SExpression.atom("a").children() == [])
        #expect(SExpression(arrayLiteral: "a").children() == [])
        #expect(SExpression(arrayLiteral: "a", "b", ["@", "c"]).child("@") == ["@", "c"])
    }

    @Test("The value of a child is its first child")
    func childValues() {
        #expect(domain.childValue("name") == "web" && domain.childText("name") == "web")
        #expect(domain.childValue("none") == nil && domain.childValue("absent") == nil)
        #expect(domain.childValue("list") == .list([]) && domain.childText("list") == nil)
        #expect(domain.childValue("plain") == nil)
    }

    @Test("Attributes and ids")
    func attributes() {
        #expect(domain.attributes == [["id", "d1"], ["n", "1"], ["empty"]])
        #expect(domain.attribute("n") == "1" && domain.attribute("empty") == nil && domain.attribute("x") == nil)
        #expect(domain.hasID("d1") && !domain.hasID("dev2"))
        #expect(domain.withID("vbd1") == ["vbd", ["@", ["id", "vbd1"]]])
        #expect(domain.withID("d1") == nil, "the expression itself is not tested")
    }

    @Test("Elements are visited before what they contain")
    func elements() {
        #expect(
            domain.elements().map(\.name) == [
                "domain", "name", "device", "vif", "mac", "device", "vbd", "none", "list",
            ])
        #expect(SExpression.atom("a").elements() == [])
    }

    @Test(
        "Merging pairs children by name and place, and the left side wins",
        arguments: [
            ("(x (ip 1))", "(x (ip 2) (ip 3))", "(x (ip 1) (ip 3))"),
            ("(x (ip 1) (ip 2) (ip 3))", "(y (ip 4))", "(x (ip 1) (ip 2) (ip 3))"),
            ("(x 1)", "(x 2 (a b))", "(x 1 (a b))"),
            ("(x)", "(x 2 (a b) (c d))", "(x (a b) (c d))"),
            ("(x (b 1) p (a (c 2)))", "(x (d 5) (a 3 (c 4) (e 6)) (b 7))", "(x (b 1) p (a (c 2) (e 6)) (d 5))"),
            ("(x (@ (id 1)) (a))", "(x (@ (id 2)) (b))", "(x (@ (id 1)) (a) (b))"),
            ("(x (()))", "(x () ((a)) (b))", "(x (()) (b))"),
            ("a", "(x (b))", "a"), ("()", "(x (b))", "()"), ("(x (b))", "a", "(x (b))"),
        ])
    func merging(_ left: String, _ right: String, _ merged: String) throws {
        let result = try SExpression.parseFirst(left).merging(SExpression.parseFirst(right))
        #expect(result.description == merged)
    }
}
