import DomainLifecycle

/// The forms of every resource, by the path in the route table. Names of fields are those of xend 2.0's pages where it
/// had them (reference/http-api.md §6.6).
enum OperationForms {
    /// The form for an operation at a resource, by any of its names, if it has one.
    static func form(at path: String, for operation: String) -> OperationForm? {
        let row = OperationRule.all.first { $0.otherNames.contains(operation) }
        return all[path]?.first { $0.operation == row?.name ?? operation }
    }

    static let all: [String: [OperationForm]] = [
        "/xend/node": of(.node), "/xend/node/dmesg": [clearMessages], "/xend/domain": of(.domains),
        "/xend/domain/:domain": of(.domain) + [cancelWork, addInterface, addDisk], "/xend/console/:port": [disconnect],
        "/xend/event": [injectText], "/xend/vnet": [createNetwork], "/xend/vnet/:id": [deleteNetwork],
        "/xend/task/:id": [cancelTask], "/xend/token": [createToken], "/xend/token/:id": [revokeToken],
        "/xend/login": [signIn, signInByPassword, signOut, makeLink],
    ]

    // MARK: Of the table of operations

    private static func of(_ target: OperationRule.Target) -> [OperationForm] {
        OperationRule.all(of: target).compactMap(\.form)
    }

    private static let byPlace = Dictionary(grouping: OperationRule.all.compactMap(\.form), by: \.place)

    /// Those that stand at a place of a page, in the order of the table.
    static func at(_ place: OperationForm.Place) -> [OperationForm] { byPlace[place] ?? [] }

    // MARK: Domains

    /// The other way to send what makes a domain.
    static let createFromFile = OperationForm(
        "create", "Create from a file", button: "Create",
        help: "A file with the configuration of a domain in SXP.",
        [.init(name: "config", title: "Configuration file", kind: .file)])

    static let cancelWork = OperationForm(
        "cancel", "Cancel", button: "Cancel", help: "The domain runs on here as if nothing had been asked.")

    // MARK: Devices out of fields

    static let addInterface = OperationForm(
        "vif_create", "Add a network interface", button: "Add", help: "What is left empty is as xend is configured.",
        [
            .init(name: "bridge", title: "Bridge", kind: .text, isRequired: false),
            .init(name: "mac", title: "Address", kind: .text, help: "Empty: a new one.", isRequired: false),
            .init(name: "ip", title: "IP addresses it may use", kind: .text, isRequired: false),
        ])
    static let addDisk = OperationForm(
        "vbd_create", "Add a disk", button: "Add",
        [
            .init(name: "uname", title: "What it is: phy:DEVICE, file:PATH", kind: .text),
            .init(name: "dev", title: "In the guest, as in xvdb", kind: .text),
            .init(
                name: "mode", title: "Access", kind: .choice([("r", "read only"), ("w", "read and write")])),
        ])

    // MARK: The node

    static let clearMessages = OperationForm(
        "clear", "Clear", button: "Clear", help: "Empties Xen's message ring for everybody.", isDestructive: true)

    // MARK: Consoles, events, virtual networks, tasks

    static let disconnect = OperationForm(
        "disconnect", "Disconnect", button: "Disconnect", help: "Closes the client's connection; listening goes on.")
    static let injectText = OperationForm(
        "inject", "Inject from text", button: "Inject",
        [.init(name: "event", title: "Event", kind: .area(rows: 3), value: "(my.event (note 'hello'))")])
    static let injectFile = OperationForm(
        "inject", "Inject from a file", button: "Inject", [.init(name: "event", title: "File", kind: .file)])
    static let createNetwork = OperationForm(
        "create", "Create from text", button: "Create",
        [.init(name: "config", title: "Configuration", kind: .area(rows: 3), value: "(vnet (id 5))")])
    static let createNetworkFromFile = OperationForm(
        "create", "Create from a file", button: "Create",
        [.init(name: "config", title: "Configuration file", kind: .file)])
    static let deleteNetwork = OperationForm(
        "delete", "Delete", button: "Delete", help: "Domains on it lose their connection.", isDestructive: true)
    static let cancelTask = OperationForm(
        "cancel", "Cancel", button: "Cancel", help: "The domain stays as it was.")

    // MARK: Signing in

    static let signIn = OperationForm(
        "login", "Sign in", button: "Sign in", help: "The link is used up then.",
        [.init(name: "link", title: "Link", kind: .fixed)])
    static let signInByPassword = OperationForm(
        "password", "Sign in", button: "Sign in", help: "As a user of this machine.",
        [
            .init(name: "user", title: "User", kind: .text),
            .init(name: "password", title: "Password", kind: .password),
        ])
    static let signOut = OperationForm("logout", "Sign out", button: "Sign out")
    static let makeLink = OperationForm(
        "link", "A link that signs somebody in", button: "Make a link",
        help: "It works once, within five minutes, and is shown once.",
        [
            .init(
                name: "role", title: "Role", kind: .choice(Role.allCases.map { ($0.rawValue, $0.rawValue) })),
            .init(name: "name", title: "Who", kind: .text, isRequired: false),
        ])

    // MARK: Tokens

    static let createToken = OperationForm(
        "create", "Create a token", button: "Create", help: "It is shown once; xend keeps a digest of it.",
        [
            .init(
                name: "role", title: "Role", kind: .choice(Role.allCases.map { ($0.rawValue, $0.rawValue) })),
            .init(name: "expires", title: "Good for, such as 12h or 30d", kind: .text, value: "30d"),
            .init(name: "name", title: "What it is for", kind: .text, isRequired: false),
        ])
    static let revokeToken = OperationForm(
        "revoke", "Revoke", button: "Revoke", help: "Whoever shows it may do nothing any more.", isDestructive: true)
}
