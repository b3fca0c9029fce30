import DomainLifecycle

/// Asks before something is done that cannot be taken back, and says again what was entered when it was refused.
enum QuestionPage {
    /// - Parameter values: what the form that led here contains.
    static func page(_ form: OperationForm, trail: Trail, values: Form) -> Page {
        Page("\(form.title): \(trail.title)?", trail: trail.steps) {
            div(.class("card question")) {
                form.filled(with: values).view(to: trail.path, asksFirst: false)
                p { a(.href(trail.path)) { "No, leave \(trail.title) as it is" } }
            }
        }
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
