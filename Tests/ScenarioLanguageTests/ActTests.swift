import SimulatedHypervisor
import Testing

@testable import ScenarioLanguage

/// Acts have one form of text: what is printed is read as the same act.
@Suite struct ActTests {
    static let forms = [
        "(guest (on beta) web (shutdown reboot) (dirties 5 (of 64)) (prints 'a b'))", "(heal)",
        #"(guest (on beta) web (writes data/x '\x1b\xff' (times 9) (nodes 3) (every 2s)) (removes data) (watches 7) (transactions 8))"#,
        #"(guest (on beta) web (prints '\x00' (times 5)) (shutdown 255))"#,
        "(fault (on beta) (network alpha beta) (nth 2) (cut-after 100))",
        "(fault (on beta) (disk mkdir) (error EIO))", "(xl (on beta) create web 64 /boot/k)",
        "(xl (on beta) destroy web)", "(clock (on beta) (back 10s))", "(clock (on beta) (forward 1h))",
        "(copy /srv/x alpha beta)", "(write (on beta) /srv/x '$literal')", "(corrupt (on beta) /srv/x)",
        "(daemon (on beta) restart)", "(power-loss beta)", "(host-reboot beta)",
    ]

    @Test(arguments: forms) func `an act is printed as it is read`(_ form: String) throws {
        let (act, host) = try MachineAct.read(form)
        let printed = act.form(on: host ?? "beta")
        let again = try MachineAct.read(printed)
        #expect(again.act.form(on: again.host ?? "beta") == printed)
        #expect(printed.replacing("\"", with: "'") == form)
    }

    @Test func `every act of the vocabulary is among them`() {
        for form in Vocabulary.acts {
            #expect(Self.forms.contains { $0.hasPrefix("(\(form.name) ") || $0 == "(\(form.name))" }, "\(form.name)")
        }
    }

    @Test func `hosts are called what the reader calls them`() throws {
        let (act, _) = try MachineAct.read("(fault (network alpha beta) (drop))")
        #expect(act.form(on: "alpha") { $0 + "2" }.contains("(network alpha2 beta2)"))
    }
}
