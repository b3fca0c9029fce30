import HostInterface
import HypervisorInterface
import SExpressions
import SimulatedHypervisor

/// Reads what goes wrong, where and which time.
struct FaultReader {
    /// The name of what is read, for errors.
    let file: String

    /// `(fault POINT [SELECTOR] ACTION)`
    func fault(_ form: inout FormReader) throws(ScenarioError) -> FaultRule {
        let point = try self.point(try form.next("the point"))
        var selector = FaultRule.Selector.always
        if form.arguments.count > 1 { selector = try self.selector(try form.next("which time")) }
        return FaultRule(point, selector, try faultAction(try form.next("what goes wrong")))
    }

    private func point(_ value: LocatedSExpression) throws(ScenarioError) -> FaultPattern {
        enum Device: String, CaseIterable { case vif, vbd }
        enum ScriptOperation: String, CaseIterable { case up, down, bind, unbind, start, stop, status }
        var form = try FormReader(value, "fault point", Vocabulary.points, file: file)
        guard let kind = FaultPoint.Kind(rawValue: form.name) else {
            preconditionFailure("the vocabulary has a fault point \(form.name) that nothing reads")
        }
        let name: String
        var detail = ""
        switch kind {
        case .hypercall: name = try hypercall(&form)
        case .step: name = try step(&form)
        case .guest: name = try form.word("its name")
        case .xenstore: name = try form.word("the request", XenStoreRequest.self).rawValue
        case .script: name = try form.word("the path")
        case .backend, .frontend: name = try form.word("the kind of device", Device.self).rawValue
        case .disk: name = try form.word("the operation", FileOperation.self).rawValue
        case .network:
            name = try form.word("the sending host")
            detail = try form.word("the receiving host")
        case .listener: name = String(try form.number("the port", 1...65535))
        }
        if !form.arguments.isEmpty {
            switch kind {
            case .hypercall, .backend, .frontend: detail = String(try form.number("the domain's id", 0...32_752))
            case .xenstore, .disk: detail = try form.word("the path")
            case .script: detail = try form.word("the operation", ScriptOperation.self).rawValue
            case .guest: detail = try form.word("the request")
            case .network, .listener, .step: break
            }
        }
        try form.end()
        return FaultPattern(kind, name, detail)
    }

    private func hypercall(_ form: inout FormReader) throws(ScenarioError) -> String {
        let value = form.arguments.first
        let name = FaultPattern(.hypercall, try form.word("its name")).name
        guard !HypercallName.all.contains(name) else { return name }
        throw form.error(
            "there is no hypercall \(name)\(Suggestion.phrase(for: name, among: HypercallName.all)); there are "
                + HypercallName.all.joined(separator: ", "), at: value)
    }

    private func step(_ form: inout FormReader) throws(ScenarioError) -> String {
        let value = form.arguments.first
        let text = try form.word("its text")
        guard !StepTexts.canBe(text) else { return text }
        throw form.error(
            "no plan has a step \"\(text)\"\(Suggestion.phrase(for: text, among: StepTexts.openings)); steps begin with "
                + StepTexts.openings.joined(separator: ", "), at: value)
    }

    private func selector(_ value: LocatedSExpression) throws(ScenarioError) -> FaultRule.Selector {
        var form = try FormReader(value, "choice of times", Vocabulary.selectors, file: file)
        let selector: FaultRule.Selector
        switch form.name {
        case "nth": selector = .nth(try form.number("which one", 1...1_000_000))
        case "every": selector = .every(try form.number("every how many", 1...1_000_000))
        case "after": selector = .after(try form.time("the time"))
        default:
            let argument = try form.next("the probability")
            guard let chance = argument.atom.flatMap(Double.init), (0...1).contains(chance) else {
                throw form.error("the probability must be a number from 0 to 1, not \(argument.value)", at: argument)
            }
            selector = .probability(chance)
        }
        try form.end()
        return selector
    }

    private func faultAction(_ value: LocatedSExpression) throws(ScenarioError) -> FaultAction {
        var form = try FormReader(value, "kind of fault", Vocabulary.actions, file: file)
        let action: FaultAction
        switch form.name {
        case "error": action = .error(try errno(&form))
        case "delay": action = .delay(try form.time("the time"))
        case "hang": action = .hang
        case "drop": action = .drop
        case "stuck": action = .stuck(try xenbusState(&form))
        case "torn": action = .torn(try form.number("the bytes that arrive", 0...1 << 30))
        case "cut-after": action = .cutAfter(try form.number("the bytes that arrive", 0...Int.max))
        case "cancel": action = .cancel
        case "kill-daemon": action = .killDaemon(after: try isAfter(&form))
        case "power-loss": action = .powerLoss(after: try isAfter(&form))
        default: preconditionFailure("nobody reads the kind of fault \(form.name), which the vocabulary has")
        }
        try form.end()
        return action
    }

    /// Whether it happens when the thing has just been done, instead of just before.
    private func isAfter(_ form: inout FormReader) throws(ScenarioError) -> Bool {
        enum Moment: String, CaseIterable { case before, after }
        guard !form.arguments.isEmpty else { return false }
        return try form.word("the moment", Moment.self) == .after
    }

    /// `ENOMEM` and the like in any case, or a script's status.
    private func errno(_ form: inout FormReader) throws(ScenarioError) -> String {
        let value = form.arguments.first
        let word = try form.word("the errno or status").uppercased()
        if let status = Int(word), (1...255).contains(status) { return word }
        guard ErrnoName.all.contains(word) else {
            throw form.error(
                "\(word) is no errno\(Suggestion.phrase(for: word, among: ErrnoName.all)); allowed: "
                    + ErrnoName.all.joined(separator: ", ") + ", or a script's status from 1 to 255", at: value)
        }
        return word
    }

    /// A state of xenbus by number or by name.
    private func xenbusState(_ form: inout FormReader) throws(ScenarioError) -> Int {
        let names = ["Unknown", "Initialising", "InitWait", "Initialised", "Connected", "Closing", "Closed"]
        let value = form.arguments.first
        let word = try form.word("the xenbus state")
        if let number = Int(word), (0...8).contains(number) { return number }
        if let index = names.firstIndex(where: { $0.lowercased() == word.lowercased() }) { return index }
        throw form.error(
            "\(word) is no xenbus state\(Suggestion.phrase(for: word, among: names)); allowed: 1 to 6, or "
                + names.dropFirst().joined(separator: ", "), at: value)
    }
}
