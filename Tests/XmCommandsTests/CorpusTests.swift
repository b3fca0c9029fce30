// Configuration files as people wrote them, and what became of each: beside NAME stands NAME.expected.

import Foundation
import Testing

@testable import XmCommands

@Suite struct CorpusTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpus")

    private static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
        .filter { !$0.hasSuffix(".expected") && !$0.hasSuffix(".md") }.sorted()

    @Test("There is a corpus")
    func isThere() { #expect(Self.names.count >= 30) }

    /// `# arguments: NAME=VALUE…` in a file are given with it, `# format: xl` has it read as xl does. With
    /// `XEND_RECORD=1` the expected files are written anew.
    @Test("Each file is understood, or refused with its place and reason", arguments: names)
    func isUnderstood(name: String) async throws {
        let file = Self.folder.appending(path: name)
        let content = [UInt8](try Data(contentsOf: file))
        let lines = String(decoding: content, as: UTF8.self).split { $0.isNewline }
        let arguments = lines.first { $0.hasPrefix("# arguments: ") }?.dropFirst(13).split(separator: " ") ?? []
        let format = lines.contains { $0.hasPrefix("# format: xl") } ? XmFormat.later : .original
        let outcome = await run(
            ["create", "-qn", name] + arguments.map(String.init), host: FakeHost(content: [name: content]),
            format: format)
        let isRefused = outcome.errors.split(separator: "\n").contains { !$0.hasPrefix("Warning: ") }
        #expect(outcome.status == (isRefused ? 1 : 0))
        #expect(outcome.requests.isEmpty)
        let seen = outcome.output + outcome.errors
        let expected = Self.folder.appending(path: name + ".expected")
        if ProcessInfo.processInfo.environment["XEND_RECORD"] != nil {
            try Data(seen.utf8).write(to: expected)
        } else {
            #expect(seen == (try String(contentsOf: expected, encoding: .utf8)))
        }
    }
}
