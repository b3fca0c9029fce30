import DomainModel
import HostInterface
import HypervisorInterface
import SExpressions
import SimulatedHost
import SimulatedHypervisor

/// Where a fault strikes, as scenarios write it.
extension FaultPattern {
    /// In `(fault …)`, each beginning with the name of its kind.
    static let shapes = FaultPoint.Kind.allCases.map { "(\($0.rawValue) \(words(of: $0)))" }

    private enum ScriptOperation: String, CaseIterable { case up, down, bind, unbind, start, stop, status }

    private static func words(of kind: FaultPoint.Kind) -> String {
        switch kind {
        case .hypercall: "NAME [ID]"
        case .xenstore: "\(Vocabulary.words(XenStoreRequest.self)) [PATH]"
        case .script: "PATH [\(Vocabulary.words(ScriptOperation.self))]"
        case .backend, .frontend: "\(Vocabulary.words(devices)) [ID]"
        case .disk: "\(Vocabulary.words(FileOperation.self)) [PATH]"
        case .network: "HOST HOST"
        case .listener: "PORT"
        case .step: "TEXT"
        case .guest: "D [REQUEST]"
        }
    }

    private static let devices = DeviceType.split.map(\.rawValue)

    init(_ form: inout FormReader) throws(ScenarioError) {
        guard let kind = FaultPoint.Kind(rawValue: form.name) else {
            preconditionFailure("the vocabulary has a fault point \(form.name) that nothing reads")
        }
        let name: String
        var detail = ""
        switch kind {
        case .hypercall: name = try Self.hypercall(&form)
        case .step: name = try Self.step(&form)
        case .guest: name = try form.word("its name")
        case .xenstore: name = try form.word("the request", XenStoreRequest.self).rawValue
        case .script: name = try form.word("the path")
        case .backend, .frontend: name = try form.word("the kind of device", among: Self.devices)
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
        self.init(kind, name, detail)
    }

    private static func hypercall(_ form: inout FormReader) throws(ScenarioError) -> String {
        let value = form.arguments.first
        let name = FaultPattern(.hypercall, try form.word("its name")).name
        guard !HypercallName.all.contains(name) else { return name }
        throw form.error(
            "there is no hypercall \(name)\(Suggestion.phrase(for: name, among: HypercallName.all)); there are "
                + HypercallName.all.joined(separator: ", "), at: value)
    }

    private static func step(_ form: inout FormReader) throws(ScenarioError) -> String {
        let value = form.arguments.first
        let text = try form.word("its text")
        guard !StepTexts.canBe(text) else { return text }
        throw form.error(
            "no plan has a step \"\(text)\"\(Suggestion.phrase(for: text, among: StepTexts.openings)); steps begin with "
                + StepTexts.openings.joined(separator: ", "), at: value)
    }

    /// What the points of a kind are called, where that is always the same; empty: it is another story's each time.
    public static func names(of kind: FaultPoint.Kind) -> [String] {
        switch kind {
        case .hypercall: HypercallName.all
        case .xenstore: XenStoreRequest.allCases.map(\.rawValue)
        case .script: StandardScript.allCases.map { "/etc/xen/" + $0.rawValue }
        case .backend, .frontend: devices
        case .disk: FileOperation.allCases.map(\.rawValue)
        case .step: StepTexts.openings
        case .network, .listener, .guest: []
        }
    }

    /// `(hypercall create)`
    public var form: String {
        let words = [name, detail].filter { !$0.isEmpty }.map { SExpression.atom($0).description }
        return "(\(([kind.rawValue] + words).joined(separator: " ")))"
    }
}
