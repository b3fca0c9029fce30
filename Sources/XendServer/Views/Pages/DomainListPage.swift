import DomainLifecycle
import DomainManagement
import DomainModel

/// `/xend/domain`: everything that runs here at a glance, and the ways to make more.
struct DomainListPage: Sendable {
    let domains: [DomainInformation]
    /// Those that do not run.
    let defined: [DefinedDomain]
    /// nil if the machine did not say.
    let node: NodeInformation?

    func page() -> Page {
        Page("Domains", isLive: true) {
            if let node {
                Parts.notices(node.notices)
                capacity(node)
            }
            table
            if !defined.isEmpty { Parts.section("Defined, and not running") { keptTable } }
            div(.class("columns")) {
                div(.class("card")) { for form in OperationForms.at(.making) { form.view(to: Path.domains) } }
                div(.class("card")) {
                    OperationForms.createFromFile.view(to: Path.domains)
                    for form in OperationForms.at(.bringing) { form.view(to: Path.domains) }
                }
            }
        }
    }

    private func capacity(_ node: NodeInformation) -> HTML {
        let total = node.report.totalMemory
        let free = node.report.freeMemory
        let used = total - free
        let percent = Wording.percent(used.pages, of: total.pages)
        let text = "\(Wording.memory(used)) of \(Wording.memory(total)) given out, \(Wording.memory(free)) free"
        return div(.class("capacity")) {
            Parts.bar(percent, label: text)
            p {
                strong { domains.count == 1 ? "1 domain" : "\(domains.count) domains" }
                " · \(text)"
            }
        }
    }

    private var table: HTML {
        let largest = domains.map(\.memory.pages).max() ?? 0
        return Parts.list(
            ["Name", "Id", "State", "Memory", "Cpus", "Cpu time", "Up time", "Console"],
            empty: "No domains.", isCompact: true,
            domains.map { row($0, largest) })
    }

    private var keptTable: HTML {
        Parts.list(
            ["Name", "State", "Memory", "With the machine", ""], empty: "None.",
            defined.map { domain in
                [
                    strong { Parts.link(domain.name, Path.domain(domain.name)) }, .text(domain.word),
                    .text(Wording.memory(domain.config.memory)), .text(Wording.policy(domain.config.autostart)),
                    form(.action(Path.domain(domain.name)), .method("post"), .class("inline")) {
                        button(
                            .type("submit"), .name("op"), .value("start"), .class("good small"),
                            .label("Start \(domain.name)")
                        ) { "Start" }
                    },
                ]
            })
    }

    private func row(_ domain: DomainInformation, _ largest: UInt64) -> [HTML] {
        let badge = domain.stateBadge
        let share = Wording.percent(domain.memory.pages, of: largest)
        return [
            strong { Parts.link(domain.name, Path.domain(domain.name)) },
            .text(domain.id.description),
            .group([
                Parts.badge(badge.word, badge.kind), .text(" "), code(.class("letters")) { domain.state.description },
            ]),
            .group([
                span(.class("quantity")) { Wording.memory(domain.memory) },
                Parts.bar(share, label: "\(share) % of the largest domain"),
            ]),
            .text(String(domain.vcpus)),
            .text(domain.cpuTime.map(Wording.duration) ?? "–"),
            .text(domain.upTime.map { Wording.duration($0) } ?? "–"),
            domain.console.map { Parts.link(String($0.port), Path.console($0.port)) } ?? .text("–"),
        ]
    }
}
