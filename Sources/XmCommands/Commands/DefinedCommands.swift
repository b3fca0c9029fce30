import SExpressions
import XendClient

/// new, keep, delete, start, suspend, resume and autostart: domains that are defined.
enum DefinedCommands {
    static let new = XmCommand(
        name: "new", group: .domain, isOriginal: false, arguments: "[options] FILE... [VAR=VAL...]",
        summary: "Define domains.",
        details: """
            Keeps the domain that create would make of a configuration file: it is there also when it does not run, and
            when the machine has been rebooted. One of that name that is defined already gets the new configuration.
            """,
        options: CreateCommand.createOptions, completes: .files
    ) { session, invocation throws(XmFailure) in
        let run = try CreateRun(session: session, arguments: invocation.parsed(CreateCommand.createOptions))
        for configuration in try run.configurations() { try await session.order(.domainDefine(config: configuration)) }
    }

    static let keep = one(
        "keep", "Define a domain as it runs.", "Keeps domain DOM as it is, also when it does not run."
    ) {
        .domainKeep($0)
    }

    private static let deleteOptions = [
        CommonOption.help, XmOption("memory", "m", "Drop its memory, if it is suspended."),
    ]

    static let delete = XmCommand(
        name: "delete", group: .domain, isOriginal: false, arguments: "[-m] DOM", summary: "Undefine a domain.",
        details: "Keeps domain DOM no longer. If it runs it runs on.",
        options: deleteOptions, completes: .domains
    ) { session, invocation throws(XmFailure) in
        let arguments = try invocation.parsed(deleteOptions)
        guard arguments.words.count == 1 else { throw .error("delete: Invalid argument(s)") }
        let memory = arguments.has("memory") ? "drop" : "keep"
        try await session.order(.domainUndefine(arguments.words[0], memory: memory))
    }

    static let start = starting(
        "start", "Start a domain that is defined.",
        "Builds domain DOM and lets it run; one that was suspended goes on.")
    static let resume = starting(
        "resume", "Let a suspended domain go on.", "Lets domain DOM go on where suspend has stopped it.")

    static let suspend = one(
        "suspend", "Suspend a domain that is defined.",
        "Keeps the memory of domain DOM and ends it here; resume or start lets it go on, also after a reboot of the machine."
    ) { .domainSuspend($0) }

    private static let autostartOptions = [
        CommonOption.help,
        XmOption("order", "o", value: "N", "Its place: those with lower numbers are started first."),
        XmOption("delay", "d", value: "S", "Seconds from its start to that of the next."),
        XmOption(
            "stop", "s", value: "WORD", "When the machine goes down: ignore (it ends with it), shutdown or suspend."),
    ]

    static let autostart = XmCommand(
        name: "autostart", group: .domain, isOriginal: false, arguments: "[options] DOM [on|off]",
        summary: "Start a domain with the machine.",
        details: "Says what becomes of domain DOM, which is defined, when the machine starts and when it goes down.",
        options: autostartOptions, completes: .domains
    ) { session, invocation throws(XmFailure) in
        let arguments = try invocation.parsed(autostartOptions)
        let words = arguments.words
        guard (1...2).contains(words.count), words.count == 1 || ["on", "off"].contains(words[1]) else {
            throw .error("autostart: Invalid argument(s)")
        }
        var fields = ["order", "delay", "stop"].compactMap { name in
            arguments.value(name).map { (name: name, value: $0) }
        }
        if words.count == 2 { fields.append((name: "on", value: words[1] == "on" ? "1" : "0")) }
        try await session.order(.domainAutostart(words[0], fields))
    }

    private static func starting(_ name: String, _ summary: String, _ details: String) -> XmCommand {
        let options = [CommonOption.help, XmOption("paused", "p", "Leave the domain paused.")]
        return XmCommand(
            name: name, group: .domain, isOriginal: false, arguments: "[-p] DOM", summary: summary, details: details,
            options: options, completes: .domains
        ) { session, invocation throws(XmFailure) in
            let arguments = try invocation.parsed(options)
            guard arguments.words.count == 1 else { throw .error("\(name): Invalid argument(s)") }
            try await session.order(
                .domainStart(arguments.words[0], paused: arguments.has("paused") ? "1" : "0"))
        }
    }

    private static func one(
        _ name: String, _ summary: String, _ details: String, _ call: @escaping @Sendable (String) -> XendCall
    ) -> XmCommand {
        XmCommand(
            name: name, group: .domain, isOriginal: false, arguments: "DOM", summary: summary, details: details,
            completes: .domains
        ) { session, invocation throws(XmFailure) in
            let words = try invocation.words(1...1)
            try await session.order(call(words[0]))
        }
    }
}
