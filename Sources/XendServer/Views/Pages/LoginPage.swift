import AccessControl
import DomainLifecycle

/// `/xend/login`
struct LoginPage: Sendable {
    let caller: Caller
    /// What the link has that led here.
    let link: String?
    /// Whether users of the machine sign in by their passwords.
    let hasPasswords: Bool

    /// For browsers that do not go on by themselves.
    static func sentOn(_ text: String, to path: String) -> Page {
        Page("Sign in") { p { a(.href(path)) { text } } }
    }

    func page() -> Page {
        Page("Sign in") {
            div(.class("card")) {
                Parts.forms
                p { "You are \(caller.description), \(caller.role.map(\.rawValue) ?? "without a role")." }
                if let link {
                    OperationForms.signIn.filled(with: Form([.init("link", Array(link.utf8))]))
                        .view(to: Path.login)
                } else if case .session = caller.credential {
                    OperationForms.signOut.view(to: Path.login)
                } else {
                    if hasPasswords { OperationForms.signInByPassword.view(to: Path.login) }
                    p(.class("help")) {
                        "On the machine itself, "
                        code { "xend login" }
                        " prints a link that signs you in, once."
                    }
                }
            }
        }
    }
}
