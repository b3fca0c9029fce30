import DomainFiles
import DomainLifecycle
import DomainModel

/// `/xend/new`: what a domain is to be like, field by field; and the other ways to one.
struct MakingPage: Sendable {
    let draft: DomainDraft
    let problems: DomainDraft.Problems
    let way: MakingResource.Way
    let known: MakingResource.Known
    /// Why whoever looks may not make anything.
    let refusal: String?

    func page() -> Page {
        Page(problems.isEmpty ? "New domain" : "New domain: not yet", trail: [Parts.domainsTrail]) {
            if !problems.isEmpty { faults }
            others
            tag("form", [.action(Path.making), .method("post"), .class("making")]) {
                // What Enter does in any of the fields.
                button(
                    .type("submit"), .name("op"), .value("show"), .class("unseen"), .init("tabindex", "-1"),
                    .init("aria-hidden", "true")
                ) { "Show" }
                div(.class("columns")) {
                    Parts.section("Domain") { basics }
                    Parts.section("Kernel") { kernel }
                }
                devices(.disk, draft.disks)
                devices(.interface, draft.interfaces)
                Parts.section("Other settings", "card wide") { rest }
                Parts.section("What is to become of it", "card wide") {
                    Self.ways(way)
                    Self.submit(refusal) {
                        button(.type("submit"), .name("op"), .value("show"), .class("good")) { "Show what it makes" }
                        " "
                        button(.type("submit"), .name("op"), .value("make"), .class("plain")) { "Make it at once" }
                    }
                }
                tag("datalist", [.id("kernels")]) { for kernel in known.kernels { option(.value(kernel)) } }
                tag("datalist", [.id("bridges")]) { for bridge in known.bridges { option(.value(bridge)) } }
            }
        }
    }

    private var faults: HTML {
        div(.class("notice error"), .role("alert")) {
            p { "Nothing has been made yet:" }
            ul {
                for (place, text) in problems.sorted(by: { $0.key < $1.key }) {
                    li { Parts.link(text, "#\(Self.id(place))") }
                }
            }
        }
    }

    static func ways(_ way: MakingResource.Way) -> HTML {
        fieldset {
            tag("legend", []) { "When it is made" }
            for choice in MakingResource.Way.allCases {
                label {
                    tag(
                        "input",
                        [.type("radio"), .name("way"), .value(choice.rawValue)] + (choice == way ? [.checked] : [])
                    ) {}
                    " \(choice.title)"
                }
                br()
            }
        }
    }

    static func submit(_ refusal: String?, @HTMLBuilder _ buttons: () -> HTML) -> HTML {
        guard let refusal else { return p(.class("run")) { buttons() } }
        return .group([
            p(.class("help reason"), .id("why-make")) { refusal },
            tag("button", [.type("submit"), .name("op"), .value("make"), .disabled, .described(by: "why-make")]) {
                "Make it"
            },
        ])
    }

    // MARK: - Other ways

    private var others: HTML {
        tag("section", [.label("Other ways")]) {
            div(.class("columns")) {
                div(.class("card")) {
                    tag("form", [.action(Path.making), .method("get"), .class("operation")]) {
                        h2 { "Like another one" }
                        p(.class("field")) {
                            label(.for("template")) { "Domain" }
                            tag("select", [.id("template"), .name("template")]) {
                                for each in known.configurations { option(.value(each.name)) { each.name } }
                            }
                        }
                        tag(
                            "button",
                            [.type("submit"), .class("plain")] + (known.configurations.isEmpty ? [.disabled] : [])
                        ) { "Fill in the fields" }
                    }
                    p { Parts.link("Restore a saved domain", Path.saved) }
                }
                div(.class("card")) { upload }
            }
        }
    }

    private var upload: HTML {
        tag(
            "form",
            [.action(Path.making), .method("post"), .class("operation"), .encoding("multipart/form-data")]
        ) {
            h2 { "From a file" }
            p(.class("field")) {
                label(.for("file")) { "Configuration in SXP, or a file of xm or xl" }
                tag("input", [.type("file"), .id("file"), .name("config"), .required]) {}
                span(.class("help")) { "Nothing in it is executed. Its paths are this node's." }
            }
            fieldset {
                tag("legend", []) { "If it is no SXP it was written for" }
                for dialect in DomainFile.Dialect.allCases {
                    label {
                        tag(
                            "input",
                            [.type("radio"), .name("dialect"), .value(dialect.rawValue)]
                                + (dialect == .later ? [.checked] : [])
                        ) {}
                        dialect == .later ? " xl, or xm of Xen 3" : " xm of Xen 2.0"
                    }
                    " "
                }
            }
            tag(
                "button",
                [.type("submit"), .name("op"), .value("read"), .class("plain")]
                    + (refusal.map { [.disabled, .title($0)] } ?? [])
            ) { "Fill in the fields" }
        }
    }

    // MARK: - Fields

    private var basics: HTML {
        .group([
            text("name", "Name", required: true),
            div(.class("pair")) {
                text("memory", "Memory in MB", numeric: true, required: true)
                text("maxmem", "May grow to, in MB", numeric: true)
            },
            div(.class("pair")) {
                text("vcpus", "Virtual cpus", numeric: true)
                text("cpus", "On the node's cpus, as in 0-3,^1")
            },
            div(.class("pair")) {
                text("cpu_weight", "Weight; 1 is an even share")
                text("cpu_cap", "At most, in % of a cpu", numeric: true)
            },
            choice("restart", "Started again by itself", Self.restarts, draft.texts["restart"] ?? ""),
        ])
    }

    private static let restarts =
        [(value: "", title: "as usual: when it reboots")]
        + RestartMode.allCases.map { (value: $0.rawValue, title: "\($0.rawValue): \($0.meaning)") }

    private var kernel: HTML {
        .group([
            choice(
                "builder", "Kind of guest",
                [("linux", "linux: paravirtual"), ("pvh", "pvh: with the processor's help")], draft.builder),
            text("kernel", "Kernel, a file of this node", list: "kernels"),
            text("ramdisk", "Ramdisk"), text("root", "Root device, as in /dev/xvda1 ro"),
            text("args", "Other arguments"),
        ])
    }

    private var rest: HTML {
        p(.class("field")) {
            label(.for("other")) { "In SXP, whatever has no field: (on_crash preserve) (console 9700)" }
            tag(
                "textarea",
                [
                    .id("other"), .name("other"), .rows(max(2, min(12, draft.other.split(separator: "\n").count + 1))),
                    .columns(60), .noSpellcheck,
                ] + described("other")
            ) { "\n" + draft.other }
            fault("other")
        }
    }

    // MARK: - Devices

    private func devices(_ kind: DraftDevice.Kind, _ list: [DraftDevice]) -> HTML {
        Parts.section(kind == .disk ? "Disks" : "Network interfaces", "card wide") {
            if list.isEmpty { p(.class("help")) { kind == .disk ? "It has no disk." : "It has no network interface." } }
            for (place, device) in list.enumerated() { row(device, place) }
            button(.type("submit"), .name("op"), .value(kind.rawValue), .class("plain small")) {
                kind == .disk ? "Another disk" : "Another interface"
            }
        }
    }

    private func row(_ device: DraftDevice, _ place: Int) -> HTML {
        let title = device.kind == .disk ? "Disk \(place + 1)" : "Interface \(place + 1)"
        return tag("fieldset", [.class("device")]) {
            tag("legend", []) { title }
            for field in device.kind.fields { control(device, field, place) }
            tag(
                "button",
                [
                    .type("submit"), .name("op"), .value("drop"), .class("plain small"), .label("Remove \(title)"),
                    .init("formaction", "\(Path.making)?device=\(device.kind.rawValue)+\(place)"),
                ]
            ) { "Remove" }
        }
    }

    private func control(_ device: DraftDevice, _ field: String, _ place: Int) -> HTML {
        let parameter = device.kind.parameter(field)
        let key = "\(parameter) \(place)"
        let value = device.texts[field] ?? ""
        if field == "mode" {
            let choices = [("r", "read only"), ("w", "read and write"), ("w!", "read and write, also if in use")]
            return choice(parameter, "Access", choices, value.isEmpty ? "r" : value, key: key)
        }
        let list = field == "bridge" ? "bridges" : nil
        return line(parameter, Self.titles[field] ?? field, value, key: key, list: list)
    }

    private static let titles = [
        "uname": "What it is: phy:DEVICE, file:PATH", "dev": "In the guest, as in xvda",
        "bridge": "Bridge; empty: xend's own",
        "mac": "Address; empty: a new one", "ip": "IP addresses it may use; empty: any",
        "script": "Script; empty: xend's own",
    ]

    // MARK: - Controls

    private static func id(_ key: String) -> String { String(key.map { $0 == " " ? "-" : $0 }) }

    private func text(
        _ name: String, _ title: String, numeric: Bool = false, required: Bool = false, list: String? = nil
    ) -> HTML {
        line(name, title, draft.texts[name] ?? "", key: name, list: list, numeric: numeric, required: required)
    }

    private func line(
        _ name: String, _ title: String, _ value: String, key: String, list: String? = nil, numeric: Bool = false,
        required: Bool = false
    ) -> HTML {
        var attributes: [HTML.Attribute] = [
            .type("text"), .id(Self.id(key)), .name(name), .value(value), .noSpellcheck,
        ]
        if let list { attributes.append(.init("list", list)) }
        if numeric { attributes.append(.init("inputmode", "numeric")) }
        if required { attributes.append(.init("aria-required", "true")) }
        return p(.class("field")) {
            label(.for(Self.id(key))) { title }
            tag("input", attributes + described(key)) {}
            fault(key)
        }
    }

    private func choice(
        _ name: String, _ title: String, _ choices: [(value: String, title: String)], _ value: String,
        key: String? = nil
    ) -> HTML {
        let key = key ?? name
        return p(.class("field")) {
            label(.for(Self.id(key))) { title }
            tag("select", [.id(Self.id(key)), .name(name)] + described(key)) {
                for choice in choices {
                    tag("option", [.value(choice.value)] + (choice.value == value ? [.selected] : [])) { choice.title }
                }
                if !choices.contains(where: { $0.value == value }) {
                    option(.value(value), .selected) { value }
                }
            }
            fault(key)
        }
    }

    private func described(_ key: String) -> [HTML.Attribute] {
        problems[key] == nil ? [] : [.described(by: "why-\(Self.id(key))"), .init("aria-invalid", "true")]
    }

    private func fault(_ key: String) -> HTML {
        guard let text = problems[key] else { return .nothing }
        return span(.class("fault"), .id("why-\(Self.id(key))")) { text }
    }
}
