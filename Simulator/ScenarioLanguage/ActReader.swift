import SExpressions
import SimulatedHypervisor

/// Reads what is done to a machine from outside: the forms of `Vocabulary.acts`.
struct ActReader {
    /// The name of what is read, for errors.
    let file: String

    /// A form of `Vocabulary.acts`; nil when it is none of them.
    func act(_ form: inout FormReader) throws(ScenarioError) -> MachineAct? {
        switch form.name {
        case "guest":
            let domain = try form.template("the domain")
            return .guest(domain: domain, try GuestReader(file: file).acts(&form))
        case "fault": return .fault(try FaultReader(file: file).fault(&form))
        case "heal": return .heal
        case "daemon": return .life(.daemon(try form.word("what happens to the daemon", LifeAct.DaemonAct.self)))
        case "power-loss": return .life(.powerLoss(host: try form.word("the host")))
        case "host-reboot": return .life(.hostReboot(host: try form.word("the host")))
        case "xl": return .xl(try xl(&form))
        case "clock": return .clock(try clockJump(&form))
        case "copy":
            let path = try form.template("the path")
            let from = try form.word("the host it is on")
            return .copy(path: path, from: from, to: try form.word("the host it goes to"))
        case "write":
            let path = try form.template("the path")
            return .write(path: path, text: try form.value("the text"))
        case "corrupt": return .corrupt(path: try form.template("the path"))
        default: return nil
        }
    }

    private func xl(_ form: inout FormReader) throws(ScenarioError) -> XLAct {
        enum Verb: String, CaseIterable { case create, destroy }
        let verb = try form.word("what xl does", Verb.self)
        let domain = try form.word("the domain")
        guard verb == .create else { return .destroy(domain: domain) }
        let mebibytes = try form.number("the megabytes", 1...1_048_576)
        return .create(domain: domain, mebibytes: mebibytes, kernel: try form.word("the kernel"))
    }

    private func clockJump(_ form: inout FormReader) throws(ScenarioError) -> Duration {
        let allowed = [
            Vocabulary.Form(name: "forward", shape: "(forward T)"), Vocabulary.Form(name: "back", shape: "(back T)"),
        ]
        var part = try FormReader(try form.next("the jump"), "part of clock", allowed, file: file)
        let time = try part.time("the time")
        try part.end()
        return part.name == "back" ? .zero - time : time
    }
}
