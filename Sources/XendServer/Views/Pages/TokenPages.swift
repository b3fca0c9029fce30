import AccessControl

/// `/xend/token` and `/xend/token/ID`
enum TokenPages {
    static func list(_ tokens: [(token: Token, isExpired: Bool)]) -> Page {
        Page("Tokens") {
            p(.class("help")) {
                "Whoever shows a token may do what its role may, until it expires or is revoked. "
                "It is shown as a header: Authorization: Bearer TOKEN."
            }
            Parts.list(
                ["Token", "Name", "Role", "Expires", "By", "State"], empty: "There are no tokens.",
                tokens.map { kept in
                    [
                        strong { Parts.link(kept.token.id, Path.token(kept.token.id)) }, .text(kept.token.name),
                        .text(kept.token.role.rawValue), .text(Wording.time(kept.token.expires.seconds)),
                        .text(kept.token.creator), state(kept.isExpired),
                    ]
                })
            Parts.forms
            div(.class("columns")) {
                div(.class("card")) { OperationForms.createToken.view(to: Path.tokens) }
                div(.class("card")) { OperationForms.makeLink.view(to: Path.login) }
            }
        }
    }

    static func one(_ kept: (token: Token, isExpired: Bool)) -> Page {
        Page("Token \(kept.token.id)", trail: [("Tokens", Path.tokens)]) {
            div(.class("card")) {
                Parts.facts([
                    ("Name", kept.token.name.isEmpty ? nil : .text(kept.token.name)),
                    ("Role", .text(kept.token.role.rawValue)),
                    ("Created", .text(Wording.time(kept.token.created.seconds))),
                    ("Expires", .text(Wording.time(kept.token.expires.seconds))),
                    ("By", .text(kept.token.creator)), ("State", state(kept.isExpired)),
                ])
                Parts.forms
                OperationForms.revokeToken.view(to: Path.token(kept.token.id))
            }
        }
    }

    private static func state(_ isExpired: Bool) -> HTML {
        Parts.badge(isExpired ? "expired" : "valid", isExpired ? "bad" : "good")
    }
}
