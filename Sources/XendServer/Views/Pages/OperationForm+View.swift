import DomainLifecycle

/// How a form for one operation is shown: on its resource's page, on a page of its own that asks first, and again with what was
/// entered when the operation was refused.
extension OperationForm {
    /// The form with what somebody has entered. Files cannot be put back into a form.
    func filled(with form: Form) -> OperationForm {
        var copy = self
        for index in copy.fields.indices {
            guard let value = form.values(copy.fields[index].name).first(where: { !$0.value.isEmpty }) else { continue }
            copy.fields[index].value = value.text
        }
        return copy
    }
}

// MARK: - View

extension OperationForm {
    /// - Parameters:
    ///   - path: where it is sent.
    ///   - asksFirst: a destructive one leads to the page that asks, and changes nothing yet.
    ///   - refusal: why it would be refused now; it is shown then, and cannot be sent.
    func view(to path: String, asksFirst: Bool = true, refusal: String? = nil) -> HTML {
        let leadsToQuestion = isDestructive && asksFirst
        let hasFile = fields.contains(where: \.isFile)
        var attributes: [HTML.Attribute] = [
            .class(refusal == nil ? "operation" : "operation off"), .action(path),
            .method(leadsToQuestion ? "get" : "post"),
        ]
        if hasFile { attributes.append(.encoding("multipart/form-data")) }
        return tag("form", attributes) {
            h3 { title }
            if let refusal {
                p(.class("help reason"), .id("why-\(operation)")) { refusal }
                button(
                    .type("submit"), .name("op"), .value(operation), .disabled, .described(by: "why-\(operation)")
                ) { verb }
            } else {
                if let help { p(.class("help")) { help } }
                for field in fields { view(field) }
                submit(leadsToQuestion)
            }
        }
    }

    private func submit(_ leadsToQuestion: Bool) -> HTML {
        button(.type("submit"), .name("op"), .value(operation), .class(isDestructive ? "danger" : "plain")) {
            leadsToQuestion ? "\(verb)…" : verb
        }
    }

    private func view(_ field: Field) -> HTML {
        // The forms for a text and for a file have the same operation and the same name.
        let id = "\(operation)-\(field.name)" + (field.isFile ? "-file" : "")
        switch field.kind {
        case .fixed:
            return input(.type("hidden"), .name(field.name), .value(field.value))
        case .choice(let choices):
            return choice(field, choices)
        case .flag:
            let checked = field.value.isEmpty || field.value == "0" ? [] : [HTML.Attribute.checked]
            return p(.class("field")) {
                label {
                    tag("input", [.type("checkbox"), .name(field.name), .value("1")] + checked) {}
                    " \(field.title)"
                }
            }
        case .text, .password, .number, .area, .file:
            return p(.class("field")) {
                label(.for(id)) { field.title }
                control(field, id)
                if let help = field.help { span(.class("help")) { help } }
            }
        }
    }

    private func control(_ field: Field, _ id: String) -> HTML {
        let required = field.isRequired ? [HTML.Attribute.required] : []
        let common: [HTML.Attribute] = [.id(id), .name(field.name)] + required
        switch field.kind {
        case .number(let range):
            return tag(
                "input",
                common + [
                    .type("number"), .minimum(range.lowerBound), .maximum(range.upperBound), .value(field.value),
                ]
            ) {}
        case .area(let rows):
            // HTML drops one line break after the start tag.
            return tag("textarea", common + [.rows(rows), .columns(60), .noSpellcheck]) { "\n" + field.value }
        case .file:
            return tag("input", common + [.type("file")]) {}
        case .password:
            // What was entered never comes back.
            return tag("input", common + [.type("password")]) {}
        case .text, .choice, .flag, .fixed:
            return tag("input", common + [.type("text"), .value(field.value), .noSpellcheck]) {}
        }
    }

    private func choice(_ field: Field, _ choices: [(value: String, title: String)]) -> HTML {
        let chosen = choices.contains { $0.value == field.value } ? field.value : choices.first?.value
        return fieldset {
            tag("legend", []) { field.title }
            for choice in choices {
                let checked = choice.value == chosen ? [HTML.Attribute.checked] : []
                label {
                    tag("input", [.type("radio"), .name(field.name), .value(choice.value)] + checked) {}
                    " \(choice.title)"
                }
                " "
            }
        }
    }
}
