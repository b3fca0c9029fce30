import XendServer

/// A form of the language, to be filled in on a page.
struct ActFormView: Sendable {
    let action: String
    let form: ActForm?
    let title: String
    let verb: String
    var help: String?
    /// Where it happens.
    var host: String?
    /// Whose guest does it.
    var domain: String?
    /// What its fields have at first.
    var values: [String] = []
    /// Hosts, for those fields that name one.
    var hosts: [String] = []
    var isDestructive = false
    /// Why it cannot be done now.
    var refusal: String?

    init(
        action: String, form: ActForm?, title: String, verb: String, help: String? = nil, host: String? = nil,
        domain: String? = nil,
        values: [String] = [], hosts: [String] = [], isDestructive: Bool = false, refusal: String? = nil
    ) {
        self.action = action
        self.form = form
        self.title = title
        self.verb = verb
        self.help = help
        self.host = host
        self.domain = domain
        self.values = values
        self.hosts = hosts
        self.isDestructive = isDestructive
        self.refusal = refusal
    }

    /// - Parameter shape: of one of the forms.
    init(
        action: String, shape: String, title: String, verb: String, help: String? = nil, host: String? = nil,
        values: [String] = [],
        hosts: [String] = [], isDestructive: Bool = false, refusal: String? = nil
    ) {
        self.init(
            action: action, form: CockpitForms.form(shape), title: title, verb: verb, help: help, host: host,
            values: values, hosts: hosts,
            isDestructive: isDestructive, refusal: refusal)
    }

    /// What people read instead of the language's words.
    private static let tokens = [
        "T": "Time, as 500ms, 2s, 1m", "D": "Domain", "PATH": "Path", "FILE": "Path", "TEXT": "Text",
        "NODE": "Node of xenstore", "N": "How many",
        "MB": "MB", "MB/S": "MB a second", "KERNEL": "Kernel",
        "REASON": "Reason: poweroff, reboot, suspend, crash, halt or a number", "NAME": "Name",
        "HOST": "Host",
    ]

    /// What stands there at first.
    private static let usual = ["REASON": "poweroff", "KERNEL": "/boot/vmlinuz"]

    var view: HTML {
        guard let form else { return .nothing }
        return tag("form", [.class(refusal == nil ? "operation" : "operation off"), .action(action), .method("post")]) {
            h3 { title }
            hidden("op", "act")
            hidden("shape", form.shape)
            if let host { hidden("host", host) }
            if let domain { hidden("domain", domain) }
            if let refusal {
                p(.class("help reason"), .id(identity("why"))) { refusal }
                button(.type("submit"), .disabled, .described(by: identity("why"))) { verb }
            } else {
                if let help { p(.class("help")) { help } }
                for number in form.fields.indices { field(form.fields[number], number) }
                button(.type("submit"), .class(isDestructive ? "danger" : "plain")) { verb }
            }
        }
    }

    private func hidden(_ name: String, _ value: String) -> HTML { input(.type("hidden"), .name(name), .value(value)) }

    /// An id of its own on the page.
    private func identity(_ suffix: String) -> String {
        "act" + (form?.shape ?? "").map { $0.isASCII && ($0.isLetter || $0.isNumber) ? String($0) : "-" }.joined()
            + suffix
    }

    private func field(_ field: ActForm.Field, _ number: Int) -> HTML {
        let (id, name) = (identity("\(number)"), "value\(number)")
        let value = number < values.count ? values[number] : Self.usual[field.token] ?? ""
        if field.token == "HOST", hosts.count == 1 { return hidden(name, hosts[0]) }
        if field.isFlag {
            return p(.class("field")) {
                label {
                    input(.type("checkbox"), .name(name), .value("1"))
                    " \(field.token)"
                }
            }
        }
        return p(.class("field")) {
            label(.for(id)) { Self.tokens[field.token] ?? field.token }
            if field.token == "HOST", !hosts.isEmpty {
                tag("select", [.id(id), .name(name)]) {
                    for host in hosts { tag("option", [.value(host)] + (host == value ? [.selected] : [])) { host } }
                }
            } else {
                tag(
                    "input",
                    [.id(id), .name(name), .type("text"), .value(value), .noSpellcheck]
                        + (field.isOptional ? [] : [.required])
                ) {}
            }
            if field.isRaw { span(.class("help")) { "As in xend-scenario(5)." } }
        }
    }
}
