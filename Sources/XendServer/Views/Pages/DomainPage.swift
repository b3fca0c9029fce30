import DomainLifecycle
import DomainManagement
import DomainModel
import SExpressions

/// `/xend/domain/X`: one domain, and everything that can be done to it.
struct DomainPage: Sendable {
    let domain: DomainInformation
    /// The save, restore or migration that is under way.
    let task: TaskInformation?
    /// `host` as the client wrote it, for the console's address.
    let host: String
    let offers: Offers
    /// What it did in the last hour, and until when that is told; nil: nobody measures.
    var measures: (series: MeasureSeries, now: Double)?

    private var path: String { Path.domain(domain.name) }
    private var isDomainZero: Bool { domain.id == .zero }

    func page() -> Page {
        Page(domain.name, state: domain.stateBadge.word, trail: [Parts.domainsTrail], isLive: true) {
            headline
            if !domain.held.isEmpty { held }
            if domain.isInDoubt { doubt }
            if !isDomainZero { run }
            if let task { TaskPages.running(task) }
            div(.class("columns")) {
                Parts.section("State") { facts }
                Parts.section("Devices") { devices }
            }
            if let measures {
                MeasurePicture.section(measures.series, now: measures.now, Path.domain(domain.name) + "/measures")
            }
            if !isDomainZero { operations }
            if let config = domain.config {
                Parts.folded("Configuration") { pre(.class("sxp"), .focusable) { config.pretty() } }
            }
        }
    }

    // MARK: What it is

    private var headline: HTML {
        p(.class("headline")) {
            domain.stateBadge.view
            " domain \(domain.id) · \(Wording.memory(domain.memory)) · "
            if let console = domain.console {
                a(.href(Path.console(console.port))) { "console \(console.port)" }
                " · "
            }
            Parts.link("History", Path.history(of: domain.name))
        }
    }

    private var held: HTML {
        div(.class("notice warning"), .role("status")) {
            p { "Waiting for:" }
            ul { for reason in domain.held { li { reason } } }
        }
    }

    private var doubt: HTML {
        Parts.section("In doubt", "card wide") {
            p {
                "It was on its way between two hosts when they lost each other, and it is not known which of them has it. "
                "It stands still here until the other host says so, or somebody decides."
            }
            for form in OperationForms.at(.inDoubt) { view(form) }
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
            ("Kept", domain.isDefined ? .text("defined: also when it does not run") : nil),
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
                DevicesPage.words(device),
                isDomainZero ? .nothing : removal(device),
            ]
        }
        return Parts.list(["Device", "Details", ""], empty: "No devices.", rows)
    }

    private func removal(_ device: DeviceRecord) -> HTML {
        let refusal = offers.refusal(of: "device_destroy")
        let title = "\(device.type.rawValue) \(device.idx)"
        return form(.action(path), .method("get"), .class("inline")) {
            input(.type("hidden"), .name("type"), .value(device.type.rawValue))
            input(.type("hidden"), .name("idx"), .value(String(device.idx)))
            tag(
                "button",
                [
                    .type("submit"), .name("op"), .value("device_destroy"), .class("danger small"),
                    .label("Remove \(title)…"),
                ] + (refusal.map { [.disabled, .title($0)] } ?? [])
            ) { "Remove…" }
        }
    }

    // MARK: What can be done to it

    /// Unpause and pause in one form, as in xend 2.0; and what can stop what is being done.
    private var run: HTML {
        let refusals = ["unpause", "pause"].compactMap { offers.refusal(of: $0) }
        return form(.action(path), .method("post"), .class("run")) {
            button("unpause", "Unpause", domain.state.isPaused ? "good" : "plain")
            " "
            button("pause", "Pause", "plain")
            if domain.operation == "save" || domain.operation == "migrate" {
                " "
                button("cancel", "Cancel the \(domain.operation ?? "")", "plain")
            }
            if let first = refusals.first, refusals.allSatisfy({ $0 == first }) || refusals.count == 1 {
                " "
                span(.class("help reason"), .id("why-run")) { first }
            }
        }
    }

    private func button(_ operation: String, _ title: String, _ kind: String) -> HTML {
        let refusal = offers.refusal(of: operation)
        return tag(
            "button",
            [.type("submit"), .name("op"), .value(operation), .class(refusal == nil ? kind : "plain")]
                + (refusal.map { [.disabled, .title($0)] } ?? [])
        ) { title }
    }

    private func view(_ form: OperationForm) -> HTML {
        form.view(to: path, refusal: offers.refusal(of: form.operation))
    }

    private var operations: HTML {
        .group([
            Parts.section("Ending and moving", "card wide") {
                div(.class("forms")) {
                    for form in OperationForms.at(.life) { view(form) }
                }
            },
            Parts.section("Settings", "card wide") {
                div(.class("forms")) {
                    for form in settings { view(form) }
                    for form in [OperationForms.addDisk, OperationForms.addInterface] {
                        form.view(to: path, refusal: offers.refusal(of: "device_create"))
                    }
                    if domain.isDefined { for form in kept { view(form) } }
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
