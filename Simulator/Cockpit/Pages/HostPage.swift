import DomainModel
import HypervisorInterface
import SExpressions
import ScenarioLanguage
import SimulatedHypervisor
import XendServer

/// A domain as the machine has it.
struct GuestLine: Sendable {
    var id: DomainID
    var name: String
    var report: DomainReport?
    /// What the guest in it is doing.
    var phase: String?

    /// What Xen would say of it.
    var badge: HTML {
        guard let report else { return Parts.badge("gone", "off") }
        if report.isDying { return Parts.badge("dying", "bad") }
        if let reason = report.shutdownReason {
            return Parts.badge("shut down: \(reason)", reason == .crash ? "bad" : "off")
        }
        return report.isPaused
            ? Parts.badge("paused", "off") : Parts.badge(phase ?? "running", phase == "hung" ? "bad" : "good")
    }

    /// Why its guest can do nothing; nil: it can.
    var silence: String? {
        guard let report, report.shutdownReason == nil, !report.isDying else {
            return "The guest does not run any more."
        }
        return nil
    }
}

/// `/simulator/host/NAME`: one machine, its guests, and what goes wrong on it.
struct HostPage: Sendable {
    let name: String
    let url: String?
    let isOn: Bool
    let state: String
    let coming: String?
    /// Why xend did not start.
    let failure: String?
    let guests: [GuestLine]
    let rules: [FaultRule]
    let struck: [String]
    /// nil: nobody has looked for them.
    let leaks: [String]?
    let points: [(kind: String, names: [String])]
    /// All hosts.
    let others: [String]

    private var path: String { WorldPage.path(of: name) }

    func page() -> Page {
        Page(name, state: isOn ? state : "off", trail: [("Simulator", WorldPage.path)], isPolled: true) {
            p(.class("headline")) {
                Parts.badge(isOn ? "power on" : "power off", isOn ? "good" : "off")
                " xend: "
                WorldPage.daemon(state, coming, url)
            }
            if let failure { div(.class("notice error"), .role("status")) { p { "xend did not start: \(failure)" } } }
            Parts.section("Power and xend", "card wide") { div(.class("forms")) { for form in life { form.view } } }
            h2(.class("apart")) { "Guests" }
            guestList
            div(.class("columns")) {
                Parts.section("What goes wrong here") { faults }
                Parts.section("A further fault") { faultForm }
            }
            Parts.folded("From outside") { div(.class("forms")) { for form in outside { form.view } } }
            Parts.folded("Put on the machine") { div(.class("forms")) { for form in things { form.view } } }
            p(.class("back")) {
                if let leaks {
                    leaks.isEmpty
                        ? "Nothing is left over of domains that are gone."
                        : "Left over: \(leaks.joined(separator: "; "))"
                } else {
                    Parts.link("Look for what is left over of domains that are gone", "?leaks=1")
                }
            }
        }
    }

    // MARK: What is done to it

    private func view(_ form: ActForm, _ title: String, _ refusal: String? = nil, isDestructive: Bool = false)
        -> ActFormView
    {
        let values =
            form.fields.contains { $0.token == "HOST" } ? form.fields.map { $0.token == "HOST" ? name : "" } : []
        return ActFormView(
            action: path, form: form, title: title, verb: title, host: name, values: values, hosts: others,
            isDestructive: isDestructive,
            refusal: refusal)
    }

    /// A person does not choose the host on the page of one.
    private func here(_ form: ActForm, _ title: String, _ refusal: String?) -> ActFormView {
        var view = ActFormView(
            action: path, form: form, title: title, verb: title, host: name, values: [name], hosts: [name],
            isDestructive: true, refusal: refusal)
        view.help = nil
        return view
    }

    private var life: [ActFormView] {
        let isDown = state == "down"
        return CockpitForms.machine.compactMap { form in
            switch form.name {
            case "daemon":
                let word = form.shape.dropFirst("(daemon ".count).dropLast()
                let isStart = word == "start"
                let refusal = isStart == isDown ? nil : isStart ? "xend runs already." : "xend does not run."
                return view(
                    form, "\(word.prefix(1).uppercased())\(word.dropFirst()) xend", refusal,
                    isDestructive: word == "kill")
            case "power-loss": return here(form, "Lose power", isOn ? nil : "The power is off.")
            case "host-reboot":
                return here(form, "Reboot the host", isOn ? nil : "The power is off: starting xend switches it on.")
            default: return nil
            }
        }
    }

    private static let lives: Set<String> = ["daemon", "power-loss", "host-reboot"]

    private var outside: [ActFormView] {
        CockpitForms.machine.filter { !Self.lives.contains($0.name) }.map { view($0, Self.title($0)) }
    }

    private var things: [ActFormView] {
        CockpitForms.setup.filter { $0.name != "host" }.map { view($0, Self.title($0)) }
    }

    /// The words of its shape: `clock forward`, `xl create`, `file text`.
    private static func title(_ form: ActForm) -> String {
        let words = form.shape.split(whereSeparator: { " ()[]".contains($0) }).filter {
            $0.allSatisfy { $0.isLowercase || $0 == "-" }
        }
        return words.joined(separator: " ")
    }

    // MARK: Guests

    private var guestList: HTML {
        Parts.list(
            ["Domain", "Id", "State", "Memory"], empty: isOn ? "No domain is here." : "The power is off.",
            isCompact: true,
            guests.prefix(200).map { guest in
                [
                    strong { Parts.link(guest.name, GuestPage.path(name, guest.id)) }, .text(guest.id.description),
                    guest.badge,
                    .text(guest.report.map { Wording.memory($0.memory) } ?? "–"),
                ]
            })
    }

    // MARK: Faults

    private var faults: HTML {
        .group([
            rules.isEmpty
                ? p(.class("empty")) { "Nothing: it behaves." }
                : ul(.class("story")) { for rule in rules.prefix(50) { li { Self.rule(rule, name, path) } } },
            ActFormView(
                action: path, shape: "(heal)", title: "Heal", verb: "Heal everything",
                help: "On all hosts and links; what hangs goes on.",
                refusal: rules.isEmpty ? "Nothing is wrong here." : nil
            ).view,
            struck.isEmpty ? .nothing : h3 { "What has struck, the newest first" },
            struck.isEmpty ? .nothing : ul(.class("story")) { for text in struck { li { text } } },
        ])
    }

    /// A fault, and what ends it.
    static func rule(_ rule: FaultRule, _ host: String, _ path: String) -> HTML {
        tag("form", [.class("run inline"), .action(path), .method("post")]) {
            code { rule.form(on: host) }
            for (name, value) in [("host", host), ("point", rule.pattern.form)] {
                input(.type("hidden"), .name(name), .value(value))
            }
            button(
                .type("submit"), .name("op"), .value("heal"), .class("small"), .label("Heal \(rule.pattern.form)")
            ) { "Heal" }
        }
    }

    private var faultForm: HTML {
        tag("form", [.class("operation"), .action(path), .method("post")]) {
            input(.type("hidden"), .name("op"), .value("fault"))
            input(.type("hidden"), .name("host"), .value(name))
            choice("point", "Where") {
                for (kind, names) in points where !names.isEmpty {
                    tag("optgroup", [.init("label", kind)]) {
                        for name in names {
                            option(.value("\(kind) \(name)")) { "\(kind) \(name.filter { $0 != "'" })" }
                        }
                    }
                }
            }
            text("detail", "Only there: a path, a domain's id, a script's operation", "may stay empty")
            choice("when", "When") {
                option(.value("")) { "always" }
                for form in Vocabulary.selectors { option(.value(form.name)) { form.shape } }
            }
            text("times", "N, T or P of that", "as 2, 10s, 0.5")
            choice("action", "What happens") {
                for form in Vocabulary.actions { option(.value(form.name)) { form.shape } }
            }
            text("value", "Its value, if it has one", "as EIO, 2s, InitWait, 7")
            button(.type("submit"), .class("danger")) { "Let it go wrong" }
        }
    }

    private func choice(_ name: String, _ title: String, @HTMLBuilder _ options: () -> HTML) -> HTML {
        p(.class("field")) {
            label(.for("fault-\(name)")) { title }
            tag("select", [.id("fault-\(name)"), .name(name)], options)
        }
    }

    private func text(_ name: String, _ title: String, _ example: String) -> HTML {
        p(.class("field")) {
            label(.for("fault-\(name)")) { title }
            tag("input", [.type("text"), .id("fault-\(name)"), .name(name), .placeholder(example), .noSpellcheck]) {}
        }
    }
}
