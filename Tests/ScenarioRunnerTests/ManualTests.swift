import Glibc
import SExpressions
import SimulatedHypervisor
import Testing

@testable import ScenarioLanguage
@testable import ScenarioRunner

/// Scenarios/README.md and the files beside it: what the manual of the language says is true, and stays so.
@Suite struct ManualTests {
    /// The repository, found from this file.
    static let root = String(#filePath.dropLast("/Tests/ScenarioRunnerTests/ManualTests.swift".count))

    static func manual() throws -> String {
        String(decoding: try ScenarioFiles.read("\(root)/Scenarios/README.md"), as: UTF8.self)
    }

    /// The examples: blocks marked sxp.
    static func examples() throws -> [String] {
        try manual().components("```sxp\n").dropFirst().map { String($0.components("```\n")[0]) }
    }

    @Test func `every example in the manual can be read`() throws {
        for example in try Self.examples() {
            let text = example.contains("(scenario ") ? example : "(scenario example\n\(example)\n(settle))"
            #expect(throws: Never.self, "\(example)") {
                try ScenarioReader.scenarios(in: Array(text.utf8), file: "README.md")
            }
        }
    }

    @Test func `every form of the language has an example in the manual`() throws {
        let examples = try Self.examples().joined()
        for (place, forms) in Vocabulary.all {
            for form in forms {
                #expect(
                    examples.contains("(\(form.name) ") || examples.contains("(\(form.name))"), "\(place) \(form.name)")
            }
        }
    }

    @Test func `the manual page lists every step at which a fault can be put`() throws {
        let page = String(
            decoding: try ScenarioFiles.read("\(Self.root)/Simulator/xend-scenario/man/xend-scenario.5"), as: UTF8.self)
        let table = page.components("(step TEXT)")[1].components(".Bd -literal -compact\n")[1].components(".Ed\n")[0]
        // Two to a line, or one.
        var entries: [String] = []
        for line in table.split(separator: "\n") {
            for entry in String(line).components("  ") { entries.append(String(entry.drop { $0 == " " })) }
        }
        for opening in StepTexts.openings {
            #expect(
                entries.contains { $0 == opening || $0.hasPrefix(opening + " ") || $0.hasPrefix(opening + ",") },
                "\(opening)")
        }
    }

    @Test(arguments: ErrnoName.all) func `every errno that a fault may name is listed, and can be read`(_ name: String)
        throws
    {
        #expect(try Self.manual().contains("`\(name)`"))
        let page = String(
            decoding: try ScenarioFiles.read("\(Self.root)/Simulator/xend-scenario/man/xend-scenario.5"), as: UTF8.self)
        #expect(page.contains(".Li \(name) "))
        let text = "(scenario s (fault (disk mkdir) (error \(name))) (settle))"
        #expect(throws: Never.self) { try ScenarioReader.scenarios(in: Array(text.utf8), file: "s") }
    }

    @Test(arguments: ["XendTestingTests/LibraryTests.swift", "ScenarioRunnerTests/SuiteTests.swift"])
    func `the examples of the libraries are compiled and run`(_ file: String) throws {
        let read = { (path: String) in String(decoding: try ScenarioFiles.read("\(Self.root)/\(path)"), as: UTF8.self) }
        let test = try read("Tests/\(file)").components("// BEGIN example\n")[1]
        let example = test.components("// END example")[0]
        #expect(try read("Simulator/README.md").contains("```swift\n\(example)```"))
    }

    static let lines = [
        "D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8", "L1", "L2", "L3", "L4", "L5", "L6", "V1", "V2", "V3", "H1",
        "H2", "H3",
        "H4", "H5", "G1", "G2",
    ]

    /// Lines that no scenario can show, and what shows them instead.
    static let elsewhere = [
        "H5": "Tests/XmCommandsTests (the client's functions and the commands that use them)"
    ]

    /// What the first comment of each scenario file says it shows.
    static func table() throws -> String {
        var files: [String: [String]] = [:]
        for path in try ScenarioFiles.find(["\(root)/Scenarios"]) {
            let text = String(decoding: try ScenarioFiles.read(path), as: UTF8.self)
            let comment = text.split(separator: "\n").first ?? ""
            guard comment.hasPrefix("#"), let open = comment.lastIndex(of: "(") else { continue }
            let name = path.dropFirst("\(root)/Scenarios/".count)
            for line in comment[open...].split(whereSeparator: { !$0.isLetter && !$0.isNumber }) {
                files[String(line), default: []].append("[\(name.dropLast(4))](\(name))")
            }
        }
        for (line, text) in elsewhere { files[line, default: []].append(text) }
        let rows = lines.map { "| \($0) | \((files[$0] ?? ["nothing"]).sorted().joined(separator: ", ")) |" }
        return (["| line | shown by |", "|---|---|"] + rows).joined(separator: "\n") + "\n"
    }

    /// The table may lag behind the files, which say the same themselves; what it says must be true.
    @Test func `every line of the manual is shown, and the table of them is true`() throws {
        let manual = try Self.manual()
        let table = try Self.table()
        #expect(!table.contains("| nothing |"))
        let truth = Dictionary(
            uniqueKeysWithValues: table.split(separator: "\n").dropFirst(2).map {
                ($0.prefix(4), Set(Self.entries($0)))
            })
        // `WRITE_TABLE=1 swift test --filter ManualTests` writes it anew.
        if getenv("WRITE_TABLE") != nil, let head = manual.components("| line |").first {
            try ScenarioFiles.write("\(Self.root)/Scenarios/README.md", Array((head + table).utf8))
        } else {
            let rows = (manual.components("| line |").last ?? "").split(separator: "\n").dropFirst(2)
            #expect(rows.count == Self.lines.count)
            for row in rows {
                let wrong = Self.entries(row).filter { truth[row.prefix(4)]?.contains($0) != true }
                #expect(wrong.isEmpty, "\(row.prefix(4)) \(wrong)")
                #expect(!Self.entries(row).isEmpty, "\(row.prefix(4))")
            }
        }
    }

    /// The scenarios and tests named in a row.
    private static func entries(_ row: Substring) -> [String] {
        row.dropFirst(5).split(separator: "|").first.map { $0.split(separator: ",") }?.map {
            String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        } ?? []
    }

    @Test func `every scenario file can be read, is laid out well and has a transcript beside it`() throws {
        for path in try ScenarioFiles.find(["\(Self.root)/Scenarios"]) {
            let bytes = try ScenarioFiles.read(path)
            let scenarios = try ScenarioReader.scenarios(in: bytes, file: path)
            #expect(try ScenarioFormatter.format(bytes, file: path) == bytes, "\(path) is not laid out well")
            let recorded = TranscriptFile.read(beside: path)
            for scenario in scenarios where !scenario.setup.needs.contains(.xen) {
                #expect(recorded[scenario.name] != nil, "\(path) has no transcript of \(scenario.name)")
            }
        }
    }
}

extension String {
    /// Cut at each occurrence of `separator`.
    fileprivate func components(_ separator: String) -> [String] {
        var parts: [String] = []
        var rest = Array(utf8)
        let wanted = separator
        while let end = String(decoding: rest, as: UTF8.self).utf8Range(of: wanted, from: 0) {
            parts.append(String(decoding: rest[..<(end - wanted.utf8.count)], as: UTF8.self))
            rest = Array(rest[end...])
        }
        return parts + [String(decoding: rest, as: UTF8.self)]
    }
}
