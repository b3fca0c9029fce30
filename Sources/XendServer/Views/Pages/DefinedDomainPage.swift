import DomainLifecycle
import DomainModel
import SExpressions

/// `/xend/domain/X` of a domain that is defined and does not run.
struct DefinedDomainPage: Sendable {
    let domain: DefinedDomain
    let offers: Offers

    private var path: String { Path.domain(domain.name) }

    func page() -> Page {
        Page(domain.name, state: domain.word, trail: [Parts.domainsTrail], isLive: true) {
            p(.class("headline")) {
                Parts.badge(domain.word, "off")
                " defined · \(Wording.memory(domain.config.memory)) · "
                Parts.link("History", Path.history(of: domain.name))
            }
            if !domain.held.isEmpty {
                div(.class("notice warning"), .role("status")) {
                    p { "It could not be started:" }
                    ul { for reason in domain.held { li { reason } } }
                }
            }
            Parts.section("State") {
                Parts.facts([
                    ("UUID", code { domain.uuid.description }),
                    ("Memory", .text(Wording.memory(domain.config.memory))),
                    ("Virtual cpus", .text(String(domain.config.vcpus))),
                    ("With the machine", .text(Wording.policy(domain.config.autostart))),
                    ("Suspended in", domain.definition.suspendedIn.map { .text($0) }),
                ])
            }
            Parts.section("What can be done", "card wide") {
                div(.class("forms")) {
                    for form in OperationForms.at(.kept) {
                        form.view(to: path, refusal: offers.refusal(of: form.operation))
                    }
                }
            }
            Parts.folded("Configuration") { pre(.class("sxp"), .focusable) { domain.config.source.pretty() } }
        }
    }
}

extension Wording {
    /// What becomes of a domain with its machine.
    static func policy(_ policy: AutostartPolicy) -> String {
        let start =
            switch policy.atBoot {
            case .ignore: "not started"
            case .start: "started as number \(policy.order)" + (policy.delay > 0 ? ", then \(policy.delay) s" : "")
            }
        return switch policy.atShutdown {
        case .ignore: start
        case .shutdown: "\(start); shut down"
        case .suspend: "\(start); suspended"
        }
    }
}
