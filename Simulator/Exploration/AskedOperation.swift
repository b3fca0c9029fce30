import ScenarioLanguage

/// The operation that a step is, if it is one request: what an oracle can compare the answer with.
struct AskedOperation {
    /// The form's name; of a (request …) its op.
    var name: String
    /// The domain's; empty where there is none yet.
    var domain: String
    private var fields: [(name: String, value: String)] = []

    init?(_ step: ScenarioStep) {
        guard case .request(let request) = step.action, let word = step.source.name else { return nil }
        if case .form(let fields) = request.body {
            self.fields = fields.compactMap { field in
                guard let name = field.name.literal, let value = field.value.literal else { return nil }
                return (name, value)
            }
        }
        if request.isOperation {
            guard let domain = request.domain?.literal else {
                guard word == "restore" else { return nil }
                (name, domain) = (word, "")
                return
            }
            (name, self.domain) = (word, domain)
            return
        }
        // Of the others those on a domain that the stories of exploration ask for.
        let path = "/xend/domain/"
        guard case .text(let template)? = request.path.first, request.path.count == 1, let text = template.literal,
            text.hasPrefix(path),
            let op = fields.first(where: { $0.name == "op" })?.value
        else { return nil }
        (name, domain) = (op, String(text.dropFirst(path.count)))
    }

    /// All that a step asks, whatever others it is made of.
    static func all(in step: ScenarioStep) -> [AskedOperation] {
        switch step.action {
        case .parallel(let steps), .repeat(_, let steps): steps.flatMap(all)
        case .background(_, let inner), .when(_, let inner): all(in: inner)
        case .request, .console, .debug, .expect, .settle, .wait, .finish, .machine, .advance:
            AskedOperation(step).map { [$0] } ?? []
        }
    }

    func field(_ name: String) -> String? { fields.first { $0.name == name }?.value }
}
