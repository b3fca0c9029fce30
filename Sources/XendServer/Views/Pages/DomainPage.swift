import DomainLifecycle
import DomainModel
import SExpressions

/// `/xend/domain/X`: one domain, and everything that can be done to it.
struct DomainPage: Sendable {
    let domain: DomainInformation
    /// The save, restore or migration that is under way.
    let task: TaskInformation?
    /// `host` as the client wrote it, for the console's address.
    let host: String

    private var path: String { Path.domain(domain.name) }
    private var isDomainZero: Bool { domain.id == .zero }

    func page() -> Page {
        Page(domain.name, trail: [Parts.domainsTrail], isLive: true) {
            headline
            if !domain.held.isEmpty { held }
            if domain.isInDoubt {
                Parts.section("In doubt", "card wide") {
                    for form in OperationForms.at(.inDoubt) { form.view(to: path) }
                }
            }
            if !isDomainZero { run }
            if let task { TaskPages.running(task) }
            div(.class("columns")) {
                Parts.section("State") { facts }
                Parts.section("Devices") { devices }
            }
            if !isDomainZero { operations }
            if let config = domain.config {
                Parts.section("Configuration") { pre(.class("sxp")) { config.pretty() } }
            }
        }
    }

    // MARK: What it is

    private var headline: HTML {
        let badge = domain.stateBadge
        return p(.class("headline")) {
            Parts.badge(badge.word, badge.kind)
            " domain \(domain.id) · \(Wording.memory(domain.memory))"
            if let console = domain.console {
                " · "
                a(.href(Path.console(console.port))) { "console \(console.port)" }
            }
        }
    }

    private var held: HTML {
        div(.class("notice warning"), .role("status")) {
            p { "Waiting for:" }
            ul { for reason in domain.held { li { reason } } }
        }
    }

    private var facts: HTML {
        Parts.facts([
            ("Id", .text(domain.id.description)),
            ("UUID", code { domain.uuid.description }),
            ("State", code { domain.state.description }),
            ("Shut down", domain.shutdownReason.map { .text($0.description) }),
            ("Memory", .text(memoryText)),
            ("Virtual cpus", .text(String(domain.vcpus))),
            ("Cpu", domain.cpu.map { .text(String($0)) }),
            ("Cpu time", domain.cpuTime.map { .text(Wording.duration($0)) }),
            ("Up time", domain.upTime.map { .text(Wording.duration($0)) }),
            ("Started", domain.startTime.map { .text(Wording.time($0)) }),
            ("Restarted", domain.restartTime.map { .text(Wording.time($0)) }),
            ("Restart", domain.restartState.map { .text($0.rawValue) }),
            ("Console", domain.console.map(console)),
        ])
    }

    private var memoryText: String {
        let limit = domain.maximumMemory.map { ", limit \(Wording.memory($0))" } ?? ""
        return Wording.memory(domain.memory) + limit
    }

    private func console(_ console: ConsoleInformation) -> HTML {
        let url = "telnet://\(host):\(console.port)"
        return .group([
            Parts.link("port \(console.port)", Path.console(console.port)),
            .text(", \(console.status.rawValue), "), Parts.link(url, url),
        ])
    }

    private var devices: HTML {
        let rows: [[HTML]] = domain.devices.map { device in
            [
                strong { "\(device.type.rawValue) \(device.idx)" },
                code { Self.summary(device) },
                isDomainZero ? .nothing : removal(device),
            ]
        }
        return Parts.list(["Device", "Details", ""], empty: "No devices.", rows)
    }

    /// The device's fields, without those that the line says already.
    private static func summary(_ device: DeviceRecord) -> String {
        device.expression.children().filter { !["idx", "index", device.type.rawValue].contains($0.name ?? "") }
            .map(\.description).joined(separator: " ")
    }

    private func removal(_ device: DeviceRecord) -> HTML {
        form(.action(path), .method("get"), .class("inline")) {
            input(.type("hidden"), .name("type"), .value(device.type.rawValue))
            input(.type("hidden"), .name("idx"), .value(String(device.idx)))
            button(
                .type("submit"), .name("op"), .value("device_destroy"), .class("danger small"),
                .label("Remove \(device.type.rawValue) \(device.idx)…")
            ) { "Remove…" }
        }
    }

    // MARK: What can be done to it

    /// Unpause and pause in one form, as in xend 2.0; and what can stop what is being done.
    private var run: HTML {
        form(.action(path), .method("post"), .class("run")) {
            button(.type("submit"), .name("op"), .value("unpause"), .class(domain.state.isPaused ? "good" : "plain")) {
                "Unpause"
            }
            " "
            button(.type("submit"), .name("op"), .value("pause"), .class("plain")) { "Pause" }
            if domain.operation == "save" || domain.operation == "migrate" {
                " "
                button(.type("submit"), .name("op"), .value("cancel"), .class("plain")) {
                    "Cancel the \(domain.operation ?? "")"
                }
            }
        }
    }

    private var operations: HTML {
        .group([
            Parts.section("Ending and moving", "card wide") {
                div(.class("forms")) {
                    for form in OperationForms.at(.life) { form.view(to: path) }
                }
            },
            Parts.section("Settings", "card wide") {
                div(.class("forms")) {
                    for form in settings { form.view(to: path) }
                    if domain.isDefined { for form in kept { form.view(to: path) } }
                }
            },
        ])
    }

    /// One that runs is not started.
    private var kept: [OperationForm] { OperationForms.at(.kept).filter { $0.operation != "start" } }

    private var settings: [OperationForm] {
        let memory = String(domain.memory.mebibytes)
        let limit = String((domain.maximumMemory ?? domain.memory).mebibytes)
        let values = [
            "memory": limit, "target": memory, "vcpus": String(domain.vcpus), "cpu": String(domain.cpu ?? -1),
            "name": domain.name,
        ]
        let hasVIF = domain.devices.contains { $0.type == .vif }
        return OperationForms.at(.settings).map { $0.with(values) } + OperationForms.at(.devices)
            + (hasVIF ? OperationForms.at(.vifs) : [])
            + (domain.config == nil ? OperationForms.at(.unconfigured) : [])
    }
}
