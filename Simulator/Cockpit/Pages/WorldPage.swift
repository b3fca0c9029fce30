import DomainModel
import HostInterface
import SExpressions
import SimulatedHypervisor
import XendServer

/// `/simulator`: time, hosts, the links between them, and what has been done so far.
struct WorldPage: Sendable {
    struct Line: Sendable {
        var name: String
        var url: String?
        var isOn: Bool
        var state: String
        var coming: String?
        var failure: String?
        var boots: Int
        /// Seconds since 1970, as its calendar has it.
        var wall: Double
        var free: MemorySize
        var domains: Int
        var rules: [FaultRule]
        var cpus: Int
    }

    let time: Instant
    let isVirtual: Bool
    let pace: Double
    let hosts: [Line]
    /// What is under way, each as a phrase.
    let open: [String]
    let count: Int
    let newest: [(time: Instant, text: String, isRefused: Bool)]

    static let path = "/simulator"
    static func path(of host: String) -> String { "/simulator/host/\(host)" }

    private var paceText: String {
        if isVirtual { return "stands still but for what is asked" }
        return pace == 0 ? "paused" : pace == 1 ? "as outside" : "\(number(pace)) times as fast"
    }

    private func number(_ value: Double) -> String { value == value.rounded() ? String(Int(value)) : String(value) }

    func page() -> Page {
        Page("Simulator", state: paceText, isPolled: true) {
            p(.class("help")) {
                "The world around xend: whatever is done here happens behind xend's back. "
                "It can be written down as well: xend-scenario(5)."
            }
            div(.class("columns")) {
                Parts.section("Time") { timeView }
                Parts.section("What is under way") { openView }
            }
            h2(.class("apart")) { "Hosts" }
            hostList
            if hosts.count > 1 { links }
            div(.class("columns")) {
                Parts.section("What has been done so far") { storyView }
                Parts.section("More") { more }
            }
        }
    }

    // MARK: Time

    private var timeView: HTML {
        .group([
            p(.class("clock")) {
                strong { Wording.duration(Double(time.nanoseconds) / 1e9) }
                " since the world began · "
                Parts.badge(paceText, pace == 0 && !isVirtual ? "off" : "good")
            },
            isVirtual ? .nothing : paces,
            ActFormView(action: Self.path, shape: "(jump T)", title: "Jump", verb: "Jump", values: ["1m"]).view,
            ActFormView(action: Self.path, shape: "(settle)", title: "Until nothing is under way", verb: "Settle").view,
        ])
    }

    private var paces: HTML {
        tag("form", [.class("run"), .action(Self.path), .method("post"), .label("How fast time goes")]) {
            input(.type("hidden"), .name("op"), .value("act"))
            input(.type("hidden"), .name("shape"), .value("(pace N)"))
            for (value, title) in [(0.0, "Pause"), (1, "1×"), (10, "10×"), (100, "100×")] {
                tag(
                    "button",
                    [.type("submit"), .name("value0"), .value(number(value)), .class(value == 1 ? "plain" : "plain")]
                        + (value == pace ? [.disabled, .title("It goes like that")] : [])
                ) { title }
            }
        }
    }

    private var openView: HTML {
        guard !open.isEmpty else { return p(.class("empty")) { "Nothing: all is quiet." } }
        return .group([
            ul(.class("story busy")) { for text in open.prefix(20) { li { text } } },
            open.count > 20 ? p(.class("help")) { "and \(open.count - 20) more" } : .nothing,
        ])
    }

    // MARK: Hosts

    private var hostList: HTML {
        Parts.list(
            ["Host", "Power", "xend", "Domains", "Free", "Boots", "Calendar", "Faults"], empty: "", isCompact: true,
            hosts.map { host in
                [
                    strong { Parts.link(host.name, Self.path(of: host.name)) },
                    Parts.badge(host.isOn ? "on" : "off", host.isOn ? "good" : "off"),
                    Self.daemon(host.state, host.coming, host.url),
                    .text(String(host.domains)), .text(Wording.memory(host.free)), .text(String(host.boots)),
                    .text(Wording.time(host.wall)), .text(host.rules.isEmpty ? "–" : String(host.rules.count)),
                ]
            })
    }

    static func daemon(_ state: String, _ coming: String?, _ url: String?) -> HTML {
        let kind = coming != nil || state == "starting" || state == "stopping" ? "busy" : state == "up" ? "good" : "bad"
        return .group([
            Parts.badge(coming ?? state, kind),
            state == "up" && url != nil
                ? .group([.text(" "), Parts.link("its pages", (url ?? "") + "/xend")]) : .nothing,
        ])
    }

    // MARK: Links

    private var links: HTML {
        let names = hosts.map(\.name)
        let pairs = names.flatMap { a in names.filter { $0 != a }.map { (a, $0) } }
        return .group([
            h2(.class("apart")) { "Links" },
            Parts.list(
                ["From", "To", "How it is", "Make it otherwise"], empty: "",
                pairs.prefix(60).map { from, to in
                    let rules =
                        hosts.first { $0.name == from }?.rules.filter {
                            $0.pattern.kind == .network && $0.pattern.name == from && $0.pattern.detail == to
                        } ?? []
                    let how = rules.map(\.action.form).joined(separator: ", ")
                    return [
                        .text(from), .text(to), Parts.badge(how.isEmpty ? "whole" : how, how.isEmpty ? "good" : "bad"),
                        linkForm(from, to, isWhole: how.isEmpty),
                    ]
                }),
            p(.class("help")) { "One direction each. What is cut or slowed stays so until it is mended." },
        ])
    }

    private func linkForm(_ from: String, _ to: String, isWhole: Bool) -> HTML {
        div(.class("run")) {
            if !isWhole { mending(from, to) }
            for (title, action, value) in [
                ("Cut", "drop", ""), ("Slow", "delay", "200ms"), ("Break off", "error", "ECONNRESET"),
            ] {
                tag("form", [.class("inline"), .action(Self.path), .method("post")]) {
                    for (name, value) in [
                        ("op", "fault"), ("host", from), ("point", "network \(from) \(to)"), ("action", action),
                        ("value", value),
                    ] { input(.type("hidden"), .name(name), .value(value)) }
                    button(.type("submit"), .class("small"), .label("\(title): \(from) to \(to)")) { title }
                }
            }
        }
    }

    private func mending(_ from: String, _ to: String) -> HTML {
        tag("form", [.class("inline"), .action(Self.path), .method("post")]) {
            for (name, value) in [("op", "heal"), ("host", from), ("point", "(network \(from) \(to))")] {
                input(.type("hidden"), .name(name), .value(value))
            }
            button(.type("submit"), .class("small"), .label("Mend: \(from) to \(to)")) { "Mend" }
        }
    }

    // MARK: So far

    private var storyView: HTML {
        .group([
            p {
                "\(count) step\(count == 1 ? "" : "s"). "
                if count > 0 { Parts.link("Download as a scenario", "/simulator/scenario") }
            },
            p(.class("help")) {
                "xend-scenario run shows the same again, and holds its end against what is so now. "
                "What is typed at consoles is not in it."
            },
            ul(.class("story")) {
                for step in newest {
                    li(.class(step.isRefused ? "entry bad" : "entry")) {
                        tag("time", []) { "\(step.time.clock) s" }
                        " "
                        code { String(step.text.prefix(300)) }
                        if step.isRefused { strong { ": refused" } }
                    }
                }
            },
        ])
    }

    private var more: HTML {
        .group([
            ActFormView(
                action: Self.path, shape: "(heal)", title: "Heal everything", verb: "Heal",
                help: "Every machine and link behaves again; what hangs goes on."
            ).view,
            tag("details", [.key("more-host")]) {
                tag("summary", []) { "A further host" }
                for form in CockpitForms.setup where form.name == "host" {
                    ActFormView(action: Self.path, form: form, title: "Host", verb: "Add").view
                }
            },
            tag("details", [.key("more-forms")]) {
                tag("summary", []) { "In the scenario language" }
                tag("form", [.class("operation"), .action(Self.path), .method("post")]) {
                    p(.class("field")) {
                        label(.for("forms")) { "Forms, one after the other" }
                        tag(
                            "textarea",
                            [.id("forms"), .name("forms"), .rows(4), .columns(60), .noSpellcheck, .required]
                        ) {}
                    }
                    button(.type("submit"), .name("op"), .value("do"), .class("plain")) { "Do it" }
                }
            },
            tag("details", [.key("more-reset")]) {
                tag("summary", []) { "Begin anew" }
                ActFormView(
                    action: Self.path, shape: "(reset)", title: "A machine as at the beginning", verb: "Begin anew",
                    help: "All domains, faults and further hosts are gone.", isDestructive: true
                ).view
            },
        ])
    }
}
