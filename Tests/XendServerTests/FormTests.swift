import SExpressions
import Testing

@testable import XendServer

/// reference/http-api.md §4, §4.1.
@Suite struct FormTests {
    @Test(
        "Url-encoded text is read",
        arguments: [
            ("a=1&b=2", "a=1,b=2"), ("a=1;b=2", "a=1,b=2"), ("a=&b", "a=,b="), ("a=1&&;;b=2&", "a=1,b=2"), ("", ""),
            ("a=x+y%20z", "a=x y z"), ("a=%2B%26%3D%3b", "a=+&=;"), ("a=%zz%4", "a=%zz%4"), ("a=1=2", "a=1=2"),
            ("a%20b=c", "a b=c"), ("=v", "=v"), ("a=1&a=2", "a=1,a=2"), ("a=%C3%A4", "a=ä"),
        ])
    func urlEncoded(text: String, expected: String) throws {
        let form = try Form(urlEncoded: Array(text.utf8), maximumFields: 10)
        #expect(form.fields.map { "\($0.name)=\($0.text)" }.joined(separator: ",") == expected)
    }

    @Test("Too many parameters are refused")
    func tooMany() {
        #expect(throws: FormError.self) { try Form(urlEncoded: Array("a&b&c".utf8), maximumFields: 2) }
    }

    @Test("Bytes that are not UTF-8 survive")
    func bytes() throws {
        let form = try Form(urlEncoded: Array("a=%ff%00".utf8), maximumFields: 2)
        #expect(form.fields.first?.value == [0xFF, 0])
        #expect(SXPText.bytes(of: form.text("a") ?? "") == [0xFF, 0])
    }

    /// What is left of each body; `|` in the table stands for CRLF, `/` for LF.
    @Test(
        "Multipart bodies are read, however they are cut",
        arguments: [
            // As the standard has it.
            (
                "--B|Content-Disposition: form-data; name=\"a\"||1|--B|Content-Disposition: form-data; name=b||2|--B--|",
                "a=1,b=2"
            ),
            // xend 2.0's client: the file's own line feed is all that stands before the boundary.
            (
                "--B|Content-Disposition: form-data; name=\"config\"; filename=\"f\"|Content-Type: x/y||(vm)/--B|"
                    + "Content-Disposition: form-data; name=\"op\"||create|--B--|", "config=(vm),op=create"
            ),
            // The same with a file that does not end in a line feed: the boundary is glued to it.
            (
                "--B|Content-Disposition: form-data; name=\"config\"; filename=\"f\"||(vm)--B|"
                    + "Content-Disposition: form-data; name=\"op\"||create|--B--|", "config=(vm),op=create"
            ),
            (
                "--B|Content-Disposition: form-data; name=\"op\"||create|--B|"
                    + "Content-Disposition: form-data; name=\"config\"; filename=\"f\"||(vm)--B--|",
                "op=create,config=(vm)"
            ),
            ("--B|Content-Disposition: form-data; name=a||(vm)--B--", "a=(vm)"),
            // Bare line feeds throughout.
            ("--B/Content-Disposition: form-data; name=a//1/--B--/", "a=1"),
            // Only one line break belongs to the boundary.
            ("--B|Content-Disposition: form-data; name=a||1||--B--|", "a=1|"),
            ("--B|Content-Disposition: form-data; name=a||1/|--B--|", "a=1/"),
            // What looks like a boundary and is none.
            ("--B|Content-Disposition: form-data; name=a||--Bx --B|-- --B y|--|--B--|", "a=--Bx --B|-- --B y|--"),
            ("--B|Content-Disposition: form-data; name=a||x--B--y|--B--|", "a=x--B--y"),
            // Nothing in it; a preamble and an epilogue; blanks behind a boundary; letters of any case.
            ("--B|Content-Disposition: form-data; name=a|||--B--|", "a="),
            ("--B|Content-Disposition: form-data; name=a||--B--|", "a="),
            ("hello|--B  |content-DISPOSITION:form-data;NAME=a||1|--B-- |bye --B|", "a=1"),
            ("--B--|", ""), ("--B--", ""),
            // A part without a name is no parameter.
            ("--B|Content-Type: text/plain||1|--B|Content-Disposition: form-data; name=a||2|--B--|", "a=2"),
            // Names and file names with quotes, semicolons and paths.
            ("--B|Content-Disposition: form-data; filename=\"C:\\x;y\"; name=\"a\\\"b\"||1|--B--|", "a\"b=1"),
        ])
    func multipart(body: String, expected: String) throws {
        let bytes = Self.bytes(body)
        let whole = try Self.read([bytes])
        #expect(whole.fields.map { "\($0.name)=\($0.text)" }.joined(separator: ",") == Self.text(expected))
        for cut in bytes.indices {
            #expect(try Self.read([Array(bytes[..<cut]), Array(bytes[cut...])]) == whole)
        }
        #expect(try Self.read(bytes.map { [$0] }) == whole)
    }

    @Test(
        "Broken multipart bodies are refused, saying why",
        arguments: [
            ("", "does not contain its boundary"), ("hello", "does not contain its boundary"),
            ("--B|", "within the header"), ("--B|Content-Disposition: form-data; name=a|", "within the header"),
            ("--B|Content-Disposition: form-data; name=a||1", "last boundary is missing"),
            ("--B|Content-Disposition: form-data; name=a||1|--B", "last boundary is missing"),
            ("--B|x||1|--B|x||1|--B|x||1|--B--|", ""),
        ])
    func broken(body: String, expected: String) {
        if expected.isEmpty { return #expect((try? Self.read([Self.bytes(body)]))?.fields.isEmpty == true) }
        let error = #expect(throws: FormError.self) { try Self.read([Self.bytes(body)]) }
        #expect(error?.description.contains(expected) == true)
    }

    @Test("Limits hold: the boundary, the header of a part, the number of parts")
    func limits() throws {
        #expect(throws: FormError.self) { try MultipartParser(boundary: [], maximumFields: 1) }
        #expect(throws: FormError.self) {
            try MultipartParser(boundary: [UInt8](repeating: 0x61, count: 71), maximumFields: 1)
        }
        #expect(throws: FormError.self) {
            try Self.read([Self.bytes("--B|"), [UInt8](repeating: 0x61, count: 9000)])
        }
        let part = "--B|Content-Disposition: form-data; name=a||1|"
        #expect(throws: FormError.self) { try Self.read([Self.bytes(part + part + part + part + "--B--|")]) }
    }

    @Test("The body replaces what the query says of the same name")
    func overlay() throws {
        let query = try Form(urlEncoded: Array("a=1&b=2&a=3".utf8), maximumFields: 9)
        let body = try Form(urlEncoded: Array("a=4".utf8), maximumFields: 9)
        #expect(query.overlaid(by: body).fields.map { "\($0.name)=\($0.text)" } == ["b=2", "a=4"])
    }

    private static func text(_ table: String) -> String {
        String(table.flatMap { $0 == "|" ? "\r\n" : $0 == "/" ? "\n" : String($0) })
    }
    private static func bytes(_ table: String) -> [UInt8] { Array(text(table).utf8) }
    private static func read(_ pieces: [[UInt8]]) throws -> Form {
        var parser = try MultipartParser(boundary: [UInt8(ascii: "B")], maximumFields: 3)
        for piece in pieces { try parser.feed(piece) }
        return try parser.finish()
    }
}
