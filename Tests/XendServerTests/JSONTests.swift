import SExpressions
import Testing

@testable import XendServer

/// The one mapping from SXP to JSON.
@Suite struct JSONTests {
    @Test(
        "Values are mapped by one rule",
        arguments: [
            ("(domain (id 1) (name vm1) (cpu_time 172.2))", #"{"domain":{"id":1,"name":"vm1","cpu_time":172.2}}"#),
            ("(devices)", #"{"devices":{}}"#), ("(console)", #"{"console":null}"#), ("()", "[]"), ("vm1", #""vm1""#),
            ("0", "0"), ("(devices (vif (idx 0) (vif 0)))", #"{"devices":{"vif":[{"idx":0,"vif":0}]}}"#),
            ("(vm (device (vif)) (device (vbd (dev a))))", #"{"vm":{"device":[{"vif":null},{"vbd":[{"dev":"a"}]}]}}"#),
            ("(vif (ip 10.0.0.1))", #"{"vif":{"ip":["10.0.0.1"]}}"#), ("(evtchn 21 22)", #"{"evtchn":[21,22]}"#),
            ("(a (b 1) (b 2) (c 3))", #"{"a":{"b":[1,2],"c":3}}"#), ("(a b (c 1))", #"{"a":["b",{"c":1}]}"#),
            ("((a 1) (b 2))", #"[{"a":1},{"b":2}]"#), ("(a ())", #"{"a":[[]]}"#),
            ("(a (0 1))", #"{"a":[0,1]}"#), ("(a (0))", #"{"a":[0]}"#), ("((1 2) (3))", "[[1,2],[3]]"),
            ("(a ((b)))", #"{"a":[[{"b":null}]]}"#),
            (#"'a"b\\c\n\x01'"#, #""a\"b\\c\n\u0001""#), (#"'\xff\xc3\xa4'"#, "\"\u{FFFD}ä\""),
            ("(image (linux (kernel /k) (args '4')))", #"{"image":{"linux":{"kernel":"/k","args":4}}}"#),
        ])
    func mapping(text: String, expected: String) throws {
        let value = try SExpression.parseFirst(text)
        #expect(String(decoding: JSONView.bytes(of: value, isPlainList: false), as: UTF8.self) == expected + "\n")
    }

    @Test(
        "Only what JSON writes as a number, and a double holds exactly, is one",
        arguments: [
            ("0", true), ("-1", true), ("10.5", true), ("0.1", true), ("123456789012345", true),
            (
                "1234567890123456",
                false
            ),
            ("01", false), ("-", false), ("", false), ("1.", false), (".5", false), ("1e5", false), ("+1", false),
            (
                "0x1",
                false
            ),
            ("1.2.3", false), ("-0.0", true), ("٣", false), ("1 ", false),
        ])
    func numbers(text: String, isNumber: Bool) { #expect(JSONWriter.isNumber(text) == isNumber) }

    @Test(
        "Plain lists are arrays, whatever they begin with",
        arguments: [
            ("/xend/domain", #"["Domain-0","vm1","a/b+<c>'&\""]"#), ("/xend/console", "[9601,9602]"),
            ("/xend/task", "[3]"),
            ("/xend/domain/Domain-0?op=vifs", "[]"),
        ])
    func lists(path: String, expected: String) async throws {
        let reply = try await Wire.ask(
            "GET \(path) HTTP/1.1\r\nHost: localhost\r\nUser-Agent: x\r\nAccept: application/json\r\n\r\n")
        #expect(reply.header("Content-Type") == "application/json")
        #expect(reply.body == expected + "\n")
    }

    @Test("Details of all domains come in one answer")
    func details() async throws {
        let json = try await Wire.ask("GET /xend/domain?detail=1&format=json HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(json.body.hasPrefix(#"[{"domain":{"id":0,"name":"Domain-0","memory":64,"#))
        let sxp = try await Wire.ask("GET /xend/domain?detail=1 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(sxp.body.hasPrefix("((domain (id 0) (name Domain-0) "))
        #expect(sxp.body.contains(OperationTests.vm1))
    }
}
