import SExpressions
import ScenarioLanguage
import SimulatedHypervisor
import Testing

@testable import Cockpit

/// Whatever the language has can be filled in on a page.
@Suite struct ActFormTests {
    /// A value of each kind that shapes name. What is new in the language needs one here.
    private static let samples = [
        "T": "2s", "D": "web", "PATH": "/tmp/x", "FILE": "/tmp/x", "TEXT": "it's \"so\" (much) $n", "NODE": "data/x",
        "N": "3", "MB": "64", "dom0-memory (MB)": "16",
        "MB/S": "5", "KERNEL": "/boot/k", "REASON": "reboot", "NAME": "beta", "HOST": "alpha", "ERRNO or STATUS": "EIO",
        "STATE": "2",
        "BIT": "7", "BYTES": "40", "P": "0.5", "BEHAVIOUR…": "(boots-in 2s)",
        "(KEY VALUE)…": "(xend-min-restart-time 5)",
        "PERCENT": "20",
    ]

    private static func values(_ form: ActForm, all: Bool) throws -> [String] {
        try form.fields.map { field in
            if field.isFlag { return all ? "1" : "" }
            if field.isOptional, !all { return "" }
            // `times (N)` is a value N.
            let token = field.token.split(separator: "(").last.map { String($0.prefix { $0 != ")" }) } ?? field.token
            let value = samples[field.token] ?? samples[token]
            if form.name == "script", field.isRaw { return "(exits 1)" }
            return try #require(value, "no sample of a \(field.token), of \(form.shape)")
        }
    }

    /// Read as the language reads it.
    private static func read(_ text: String) throws -> MachineAct { try MachineAct.read(text).act }

    @Test("Each form says what the reader of the language reads, with all of its fields and with as few as may be")
    func everyFormIsRead() throws {
        #expect(CockpitForms.machine.count >= 12 && CockpitForms.setup.count >= 11)
        for form in CockpitForms.machine + CockpitForms.setup where form.name != "host" {
            for all in [true, false] {
                let text = form.text(try Self.values(form, all: all), on: "alpha")
                do {
                    _ = try Self.read(text)
                } catch {
                    // What may be left out in the shape alone is the reader's to say.
                    if all { Issue.record("\(form.shape): \(text): \(error)") }
                }
            }
        }
        for form in CockpitForms.guest {
            let act = form.text(try Self.values(form, all: true))
            #expect(throws: Never.self, "\(act)") { try Self.read("(guest (on alpha) web \(act))") }
        }
        for form in CockpitForms.setup where form.name == "host" {
            let text = form.text(try Self.values(form, all: true))
            #expect(try HostSetup(text).memory == 64 || text.contains("memory"))
        }
    }

    @Test("Every point, choice of times and kind of fault can be chosen") func everyFaultIsRead() throws {
        for kind in FaultPoint.Kind.allCases {
            for name in FaultPattern.names(of: kind) {
                let text = "(fault (on alpha) (\(kind.rawValue) \(SExpression.atom(name).quoted)) (error EIO))"
                #expect(throws: Never.self, "\(text)") { try Self.read(text) }
            }
        }
        for form in Vocabulary.actions.flatMap(ActForm.all) {
            let text = "(fault (xenstore write) \(form.text(try Self.values(form, all: true))))"
            #expect(throws: Never.self, "\(text)") { try Self.read(text) }
        }
        for form in Vocabulary.selectors.flatMap(ActForm.all) {
            let text = "(fault (xenstore write) \(form.text(try Self.values(form, all: true))) (drop))"
            #expect(throws: Never.self, "\(text)") { try Self.read(text) }
        }
    }

    @Test("A part whose fields are empty is left out") func emptyParts() throws {
        let prints = try #require(CockpitForms.guest.first { $0.name == "prints" })
        #expect(prints.fields.map(\.token) == ["TEXT", "times (N)"])
        #expect(prints.text(["a b", ""]) == "(prints 'a b')")
        #expect(prints.text(["a", "3"]) == "(prints 'a' (times '3'))")
        #expect(prints.text(["') (crash) ('", ""]).contains("(crash)") == true)
        #expect(try LocatedSExpression.parseAll(prints.text(["') (crash) ('", ""])).count == 1)
    }

    @Test("Each choice of a shape is a form of its own") func choices() {
        let shapes = CockpitForms.machine.map(\.shape)
        #expect(
            shapes.contains("(daemon kill)") && shapes.contains("(clock (back T))") && shapes.contains("(xl destroy D)")
        )
        let files = CockpitForms.setup.filter { $0.name == "file" }.map(\.shape)
        #expect(
            files == [
                "(file PATH (size N))", "(file PATH (text TEXT))", "(file PATH (link PATH))",
                "(file PATH (hard-link PATH))",
            ])
    }
}
