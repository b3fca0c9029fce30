import Foundation
import Testing

/// What comments cite is there: `reference/PAGE.md §N`, `manual L4`, `manual, decision 6` name pages, sections and lines of
/// Sources/XendDaemon/Documentation.docc.
@Suite struct CitationTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let documents = root.appendingPathComponent("Sources/XendDaemon/Documentation.docc")

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: documents.appendingPathComponent(path), encoding: .utf8)
    }

    /// Every text of ours, but for the documents themselves and recorded bytes.
    private static func texts() throws -> [(path: String, text: String)] {
        var found: [(String, String)] = []
        for place in ["Sources", "Simulator", "Tests", "CI", "Scenarios", "README.md", "CONTRIBUTING.md"] {
            let start = root.appendingPathComponent(place)
            let below = FileManager.default.enumerator(at: start, includingPropertiesForKeys: nil)
            for case let file as URL in below ?? NSEnumerator() {
                let path = file.path
                guard !path.contains("/Documentation.docc/"), !path.contains("/Fixtures/"), path != #filePath,
                    let text = try? String(contentsOf: file, encoding: .utf8)
                else { continue }
                found.append((path, text))
            }
            if let text = try? String(contentsOf: start, encoding: .utf8) { found.append((start.path, text)) }
        }
        return found
    }

    @Test func everyCitedSectionOfTheReferenceExists() throws {
        var count = 0
        for (path, text) in try Self.texts() {
            for citation in text.matches(of: #/reference/([a-z-]+)\.md(?:[ \n/]*§([0-9]+(?:\.[0-9]+)*))?/#) {
                count += 1
                let page = String(citation.1)
                let contents = try #require(try? Self.text("reference/\(page).md"), "\(path) cites \(citation.0)")
                guard let section = citation.2 else { continue }
                let isThere = contents.split(separator: "\n").contains {
                    $0.hasPrefix("## \(section). ") || $0.hasPrefix("### \(section) ")
                }
                #expect(isThere, "\(path) cites \(citation.0)")
            }
        }
        #expect(count > 50, "they are found at all")
    }

    @Test func everyCitedLineOfTheManualExists() throws {
        let manual = try Self.text("manual.md").split(separator: "\n")
        let lines = manual.compactMap { $0.prefixMatch(of: #/- ([A-Z][0-9]) /#).map { String($0.1) } }
        let decisions = manual.compactMap { $0.prefixMatch(of: #/([0-9]+)\. /#).map { String($0.1) } }
        #expect(decisions == (1...19).map { "\($0)" } && Set(lines).count == lines.count)
        var count = 0
        for (path, text) in try Self.texts() {
            for citation in text.matches(of: #/[Mm]anual,? ([A-Z][0-9]+(?:, [A-Z][0-9]+)*)/#) {
                count += 1
                for line in citation.1.split(separator: ", ") {
                    #expect(lines.contains(String(line)), "\(path) cites \(citation.0)")
                }
            }
            for citation in text.matches(of: #/[Mm]anual(?:,|'s) decision ([0-9]+)/#) {
                count += 1
                #expect(decisions.contains(String(citation.1)), "\(path) cites \(citation.0)")
            }
        }
        #expect(count > 30, "they are found at all")
    }

    /// What a citation can be mistaken for: a page that nobody but its writer has.
    @Test func nothingCitesWhatIsNotInTheRepository() throws {
        for (path, text) in try Self.texts() {
            for word in ["shared/", "Issue ", "issue 3"] where text.contains(word) {
                let line = text.split(separator: "\n").first { $0.contains(word) } ?? ""
                if word == "Issue ", line.firstMatch(of: #/Issue [0-9]/#) == nil { continue }
                Issue.record("\(path): \(line)")
            }
        }
    }

    /// Whoever hands programs on has to say what is in them.
    @Test func everyPackageIsInTheNotice() throws {
        let package = try String(contentsOf: Self.root.appendingPathComponent("Package.swift"), encoding: .utf8)
        let notice = try String(contentsOf: Self.root.appendingPathComponent("NOTICE"), encoding: .utf8)
        let packages = package.matches(of: #/\.package\(\s*url: "([^"]+)"/#).map { String($0.1) }
        #expect(packages.count >= 5)
        for url in packages { #expect(notice.contains(url), "NOTICE does not name \(url)") }
    }

    /// Where a newcomer is sent, there is something.
    @Test(arguments: [
        "README.md", "CONTRIBUTING.md", "Simulator/README.md", "Scenarios/README.md", "Tests/Fixtures/README.md",
        "Sources/XendDaemon/Documentation.docc/architecture.md",
    ])
    func whatATextNamesIsThere(_ path: String) throws {
        let text = try String(contentsOf: Self.root.appendingPathComponent(path), encoding: .utf8)
        for named in text.matches(of: #/\b(?:Sources|Simulator|Tests|CI|Scenarios)/[A-Za-z0-9+_\/.-]*[A-Za-z0-9+_]/#) {
            let target = Self.root.appendingPathComponent(String(named.0)).path
            #expect(FileManager.default.fileExists(atPath: target), "\(path) names \(named.0)")
        }
        let makefile = try String(contentsOf: Self.root.appendingPathComponent("Makefile"), encoding: .utf8)
        for target in text.matches(of: #/\bmake ([a-z-]+)`/#) {
            #expect(makefile.contains("\n\(target.1):"), "\(path) says make \(target.1)")
        }
    }
}
