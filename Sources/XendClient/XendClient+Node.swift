// The physical machine, consoles and events.

import SExpressions

extension XendClient {
    /// `xend_node()`: facts of the node.
    public func node() async throws(XendError) -> NodeInformation {
        NodeInformation(try await perform(.node()).expression("the node"))
    }

    /// `xend_node_shutdown()`: shuts the node down.
    public func nodeShutdown() async throws(XendError) { try await order(.nodeShutdown()) }

    /// `xend_node_reboot()`: reboots the node.
    public func nodeReboot() async throws(XendError) { try await order(.nodeReboot()) }

    /// Has xend read its configuration again.
    /// - Returns: `(reloaded (changed KEY...) (later KEY...))`.
    public func nodeReload() async throws(XendError) -> SExpression {
        try await perform(.nodeReload()).expression("what was read again")
    }

    /// `POST /node notify()`: sets the URL that is told of events; an empty one stops that.
    public func nodeNotify(url: String) async throws(XendError) { try await order(.nodeNotify(url: url)) }

    /// `xend_node_dmesg()`: Xen's boot messages.
    public func nodeDmesg() async throws(XendError) -> String { try await text(.nodeDmesg()) }

    /// Empties the ring of Xen's messages.
    public func nodeDmesgClear() async throws(XendError) { try await order(.nodeDmesgClear()) }

    /// `xend_node_log()`: xend's log.
    public func nodeLog() async throws(XendError) -> String { try await text(.nodeLog()) }

    /// `xend_consoles()`: the TCP ports of all consoles.
    public func consoles() async throws(XendError) -> [String] {
        try await names(.consoles(), "the list of consoles")
    }

    /// `xend_console(id)`: one console, by its TCP port.
    public func console(_ port: String) async throws(XendError) -> ConsoleInformation {
        ConsoleInformation(try await perform(.console(port)).expression("the console"))
    }

    /// `xend_console_disconnect(id)`: closes the connection of whoever is attached.
    public func consoleDisconnect(_ port: String) async throws(XendError) { try await order(.consoleDisconnect(port)) }

    /// `xend_console_ticket(id)`: what joins whoever shows it first on the console's port, once, within 30 s.
    public func consoleTicket(_ port: String) async throws(XendError) -> String {
        let answer = try await perform(.consoleTicket(port)).expression("the ticket")
        guard let secret = answer.childText("secret") else {
            throw .unreadable("xend answered no ticket for the console at port \(port)")
        }
        return secret
    }

    /// `xend_event_inject(sxpr)`: publishes an event.
    public func eventInject(_ event: SExpression) async throws(XendError) {
        try await order(.eventInject(.expression(event)))
    }
}

extension XendCall {
    /// Asks about the machine.
    public static func node() -> XendCall { .get("node") }
    /// Shuts the machine down. Its domains are not asked.
    public static func nodeShutdown() -> XendCall { .post("node", operation: "shutdown") }
    /// Reboots the machine. Its domains are not asked.
    public static func nodeReboot() -> XendCall { .post("node", operation: "reboot") }
    /// Shuts down or suspends the defined domains, as each of them says.
    ///
    /// - Parameter timeout: seconds that guests which are asked may take.
    public static func nodeStopDomains(timeout: String) -> XendCall {
        .post("node", operation: "stop_domains", arguments: [("timeout", .text(timeout))], patience: .transfer)
    }
    /// Has xend read its configuration again, and what it names.
    public static func nodeReload() -> XendCall { .post("node", operation: "reload") }
    /// Has every event posted to an http url from now on; an empty one ends that.
    public static func nodeNotify(url: String) -> XendCall {
        .post("node", operation: "notify", arguments: [("url", .text(url))])
    }
    /// Asks for Xen's messages.
    public static func nodeDmesg() -> XendCall { .get("node", "dmesg") }
    /// Empties the ring of Xen's messages.
    public static func nodeDmesgClear() -> XendCall { .post("node", "dmesg", operation: "clear") }
    /// Asks for xend's log.
    public static func nodeLog() -> XendCall { .get("node", "log") }
    /// Asks for the TCP ports of all consoles.
    public static func consoles() -> XendCall { .get("console") }
    /// Asks about the console on a TCP port.
    public static func console(_ port: String) -> XendCall { .get("console", port) }
    /// Disconnects whoever is connected to the console on a TCP port.
    public static func consoleDisconnect(_ port: String) -> XendCall {
        .post("console", port, operation: "disconnect")
    }
    /// Asks for a ticket of the console on a TCP port.
    public static func consoleTicket(_ port: String) -> XendCall { .post("console", port, operation: "ticket") }
    /// Saves, restores and migrations with their progress, ended ones too.
    public static func tasks() -> XendCall { .get("task", arguments: [("detail", .text("1"))]) }
    /// Publishes an s-expression as an event, under the name that it begins with.
    public static func eventInject(_ event: Argument) -> XendCall {
        .post("event", operation: "inject", arguments: [("event", event)])
    }
    /// The slice of the round robin scheduler.
    public static func nodeRoundRobinSlice(_ slice: String) -> XendCall {
        .post("node", operation: "cpu_rrobin_slice_set", arguments: [("slice", .text(slice))])
    }
    /// The context switch allowance of the borrowed virtual time scheduler.
    public static func nodeBVTSlice(_ allowance: String) -> XendCall {
        .post("node", operation: "cpu_bvt_slice_set", arguments: [("ctx_allow", .text(allowance))])
    }
}
