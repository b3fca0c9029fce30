import Testing

@testable import ScenarioLanguage

/// One way to lay files out.
@Suite struct FormatterTests {
    @Test func `formatting keeps the meaning and the comments, and does nothing twice`() throws {
        let texts = [
            LanguageTests.story, "", "# only a comment", "(scenario a (settle) # why\n\n\n (settle))",
            "(a #c\n b)", "(a 'x\ny' \"#\" (b))", "(a (b c) # one\n # two\n)", "x y (z)", "(a!b [c])",
            "(scenario " + (0..<40).map { "(create (vm (name a\($0)) (memory 64)) (expect (status 201)))" }.joined()
                + ")",
        ]
        for text in texts {
            let once = try ScenarioFormatter.format(Array(text.utf8), file: "s")
            let twice = try ScenarioFormatter.format(once, file: "s")
            #expect(String(decoding: once, as: UTF8.self) == String(decoding: twice, as: UTF8.self))
            let comments = { (bytes: [UInt8]) in String(decoding: bytes, as: UTF8.self).count { $0 == "#" } }
            #expect(comments(once) == comments(Array(text.utf8)))
        }
    }

    @Test func `the story of the contract is formatted as it is`() throws {
        let formatted = try ScenarioFormatter.format(Array(LanguageTests.story.utf8), file: "s")
        #expect(String(decoding: formatted, as: UTF8.self) == LanguageTests.story + "\n")
    }
}
