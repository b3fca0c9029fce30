import DomainModel
import HypervisorInterface
import SimulatedHypervisor
import Testing
import XendDaemon

@testable import ScenarioLanguage
@testable import ScenarioRunner

/// What manual pages list is what the code has: nothing less, and nothing more.
///
/// Of the other pages their own modules know: operations (XendServerTests), subcommands and variables (XmCommandsTests).
@Suite struct PageListTests {
    private static func page(_ path: String) throws -> String {
        String(decoding: try ScenarioFiles.read("\(ManualTests.root)/\(path)"), as: UTF8.self)
    }

    /// The lines of a page from the first that begins with `start` up to the next that begins with one of `ends`.
    private static func lines(_ path: String, from start: String, to ends: String...) throws -> [Substring] {
        let lines = try page(path).split(separator: "\n")
        let first = try #require(lines.firstIndex { $0.hasPrefix(start) }, "\(path) has no \(start)")
        return Array(lines[(first + 1)...].prefix { line in !ends.contains(where: line.hasPrefix) })
    }

    private static let language = "Simulator/xend-scenario/man/xend-scenario.5"

    /// The forms that head an entry of a list in a section or subsection.
    private static func heads(_ section: String) throws -> [String] {
        // A section has all of its subsections.
        let end = section.hasPrefix(".Sh") ? ".Sh " : ".Ss "
        return try lines(language, from: section, to: ".Sh ", end).filter { $0.hasPrefix(".It Li ") }.flatMap { line in
            line.split(separator: "\"").filter { $0.hasPrefix("(") }.map(String.init)
        }
    }

    private static func name(_ head: String) -> String {
        String(head.dropFirst().prefix { $0 != " " && $0 != ")" })
    }

    @Test(arguments: [
        (".Sh SETUP", Vocabulary.setup), (".Ss Behaviours", Vocabulary.behaviours),
        (".Sh STEPS", Vocabulary.steps), (".Ss Points", Vocabulary.points), (".Ss Which", Vocabulary.selectors),
        (".Ss Actions", Vocabulary.actions), (".Sh CHECKS", Vocabulary.checks),
    ]) func `xend-scenario(5) lists the forms of a place, each once`(_ section: String, _ forms: [Vocabulary.Form])
        throws
    {
        var names = try Self.heads(section).map(Self.name)
        if section == ".Sh SETUP" { names.removeAll { Set(Vocabulary.behaviours.names).contains($0) } }
        #expect(Set(names).count == names.count && Set(names).isSubset(of: forms.names), "\(names)")
        // One that stands above all others is in a sentence.
        let page = try Self.page(Self.language)
        for name in forms.names where !names.contains(name) { #expect(page.contains("\n.Li \"(\(name) "), "\(name)") }
    }

    @Test func `xend-scenario(5) has what stands in points and actions word for word`() throws {
        #expect(Set(try Self.heads(".Ss Points")) == Set(Vocabulary.points.map(\.shape)))
        #expect(Set(try Self.heads(".Ss Actions")) == Set(Vocabulary.actions.map(\.shape)))
        #expect(Set(try Self.heads(".Ss Which")) == Set(Vocabulary.selectors.map(\.shape)))
    }

    @Test func `xend-scenario(5) has every part of a form`() throws {
        let page = try Self.page(Self.language)
        for form in Vocabulary.guestActs + Vocabulary.streamActs + Vocabulary.requestParts + Vocabulary.scriptParts
            + Vocabulary.hostParts
        {
            #expect(page.contains("(\(form.name) ") || page.contains("(\(form.name))"), "\(form.name)")
        }
        for act in LifeAct.DaemonAct.allCases { #expect(page.contains(" \(act.rawValue)"), "\(act)") }
    }

    @Test func `xend-scenario(5) lists the hypercalls`() throws {
        let entry = try Self.lines(Self.language, from: ".It Li \"(hypercall ", to: ".It")
        let names = entry.filter { $0.hasPrefix(".Sy") }.flatMap { line in
            line.split(whereSeparator: { $0 == " " || $0 == "," || $0 == "." }).dropFirst().map(String.init)
        }
        #expect(names.sorted() == HypercallName.all.sorted())
    }

    @Test func `xend-config.sxp(5) lists the keys`() throws {
        let entries = try Self.page("Sources/xend/man/xend-config.sxp.5").split(separator: "\n").filter {
            $0.hasPrefix(".It Ic ")
        }
        let words = entries.flatMap { $0.split(whereSeparator: { " ,".contains($0) }).map(String.init) }
        let keys = words.filter { ![".It", "Ic", "Ns", "Ar", "TYPE", "block-"].contains($0) }
        #expect(keys.sorted() == XendConfiguration.Key.allCases.map(\.rawValue).sorted())
    }

    @Test func `pages have every kind of device and every restart mode`() throws {
        let http = try Self.page("Sources/xend/man/xend-http.7")
        let words = Set(http.split(whereSeparator: { !$0.isLetter }))
        for type in DeviceType.allCases { #expect(words.contains(type.rawValue[...]), "\(type)") }
        let file = try Self.page("Sources/xm/man/xmdomain.cfg.5")
        for mode in RestartMode.allCases { #expect(file.contains(mode.rawValue), "\(mode)") }
    }
}
