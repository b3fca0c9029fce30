/// Asks before something is done that cannot be taken back, and says again what was entered when it was refused.
enum QuestionPage {
    /// - Parameter values: what the form that led here contains.
    static func page(_ form: OperationForm, thing: String, path: String, values: Form) -> Page {
        Page("\(form.title): \(thing)?", trail: [(thing, path)]) {
            div(.class("card question")) {
                form.filled(with: values).view(to: path, asksFirst: false)
                p { a(.href(path)) { "No, leave \(thing) as it is" } }
            }
        }
    }
}

/// Says what was not done and why, with the form to try again.
enum ErrorPage {
    static func page(
        _ text: String, status: Int, form: OperationForm?, thing: String, path: String, values: Form
    ) -> Page {
        Page(title(status, form), trail: path == Path.root ? [] : [(thing, path)]) {
            div(.class("notice error"), .role("alert")) {
                p { text }
            }
            if let form {
                div(.class("card")) { form.filled(with: values).view(to: path, asksFirst: false) }
            }
            p { Parts.link("Back to \(thing)", path) }
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
