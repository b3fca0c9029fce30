import DomainLifecycle

/// Asks before something is done that cannot be taken back, and says again what was entered when it was refused.
enum QuestionPage {
    /// - Parameter values: what the form that led here contains.
    static func page(_ form: OperationForm, trail: Trail, values: Form) -> Page {
        let filled = form.filled(with: values)
        // Which of them: what is sent and not shown is named.
        let fixed = filled.fields.compactMap { field in
            if case .fixed = field.kind { field.value } else { nil }
        }.joined(separator: " ")
        let what = fixed.isEmpty ? form.title : "\(form.title): \(fixed) of"
        return Page(fixed.isEmpty ? "\(what): \(trail.title)?" : "\(what) \(trail.title)?", trail: trail.steps) {
            div(.class("card question")) {
                Parts.forms
                filled.view(to: trail.path, asksFirst: false)
                p { a(.href(trail.path)) { "No, leave \(trail.title) as it is" } }
            }
        }
    }
}

/// Asks before something is done to several domains.
struct EachQuestionPage: Sendable {
    let deed: EachDomain.Deed
    /// As they were sent.
    let given: [String]
    let names: [String]

    func page() -> Page {
        Page(title, trail: [Parts.domainsTrail]) {
            div(.class("card question")) {
                if given.isEmpty {
                    p { "No domain is ticked." }
                } else {
                    p { "This cannot be taken back:" }
                    ul { for name in names { li { strong { name } } } }
                    tag("form", [.action(Path.domains), .method("post"), .class("operation")]) {
                        input(.type("hidden"), .name("op"), .value("each"))
                        input(.type("hidden"), .name("sure"), .value("1"))
                        for text in given { input(.type("hidden"), .name("domain"), .value(text)) }
                        button(.type("submit"), .name("do"), .value(deed.operation), .class("danger")) {
                            "\(deed.title) \(names.count == 1 ? names[0] : "these \(names.count)")"
                        }
                    }
                }
                p { a(.href(Path.domains)) { "No, leave everything as it is" } }
            }
        }
    }

    private var title: String {
        let things = names.count == 1 ? names[0] : "\(names.count) domains"
        return "\(deed.title): \(things)?"
    }
}

/// Says what was not done and why, with the form to try again.
enum ErrorPage {
    static func page(
        _ text: String, status: Int, form: OperationForm?, trail: Trail, values: Form
    ) -> Page {
        Page(title(status, form), trail: trail.steps) {
            div(.class("notice error"), .role("alert")) {
                p { text }
            }
            if let form {
                Parts.forms
                div(.class("card")) { form.filled(with: values).view(to: trail.path, asksFirst: false) }
            }
            p(.class("back")) { Parts.link("Back to \(trail.title)", trail.path) }
        }
    }

    private static func title(_ status: Int, _ form: OperationForm?) -> String {
        if let form { return "\(form.title): not done" }
        return switch status {
        case Status.notFound: "Not found"
        case Status.forbidden: "Not allowed"
        case Status.methodNotAllowed, Status.notImplemented, Status.notAcceptable: "No such operation"
        default: "Not done"
        }
    }
}
