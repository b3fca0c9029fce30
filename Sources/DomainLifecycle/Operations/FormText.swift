/// The words of a row's form. What a field may be is known from the row's argument of that name, unless it is said here.
struct FormText: Sendable {
    struct Field: Sendable {
        var name: String
        var title: String
        var kind: OperationForm.Kind?
        var value: String
        var isRequired: Bool

        init(
            _ name: String, _ title: String, _ kind: OperationForm.Kind? = nil, value: String = "",
            isRequired: Bool = true
        ) {
            self.name = name
            self.title = title
            self.kind = kind
            self.value = value
            self.isRequired = isRequired
        }
    }

    var title: String
    var button: String
    var help: String?
    var isDestructive: Bool
    var place: OperationForm.Place
    var fields: [Field]

    init(
        _ title: String, button: String, help: String? = nil, isDestructive: Bool = false,
        place: OperationForm.Place = .thing, _ fields: [Field] = []
    ) {
        self.title = title
        self.button = button
        self.help = help
        self.isDestructive = isDestructive
        self.place = place
        self.fields = fields
    }

    func form(for name: String, _ arguments: [ArgumentDescription]) -> OperationForm {
        let fields = fields.map { field in
            let argument = arguments.first { $0.names.contains(field.name) }
            precondition(argument != nil, "the form of \(name) asks for \(field.name), which is no argument of it")
            return OperationForm.Field(
                name: field.name, title: field.title, kind: field.kind ?? argument?.kind.field ?? .text,
                value: field.value, isRequired: field.isRequired)
        }
        return OperationForm(
            name, title, button: button, help: help, isDestructive: isDestructive, place: place, fields)
    }
}

extension ArgumentKind {
    /// The field that suits it.
    fileprivate var field: OperationForm.Kind {
        switch self {
        case .text, .key, .name, .device: .text
        case .integer(let range), .cpus(let range): .number(range)
        case .flag: .flag
        case .word(let words): .choice(words.map { ($0, $0) })
        case .expression: .area(rows: 3)
        }
    }
}
