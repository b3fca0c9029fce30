import XendClient

/// Commands that do one thing to one domain.
enum DomainCommands {
    static let pause = simple(
        "pause", "Stop a domain from running.", "Takes the cpus away from domain DOM until it is unpaused."
    ) {
        .domainPause($0)
    }

    static let unpause = simple("unpause", "Let a paused domain run.", "Gives domain DOM the cpus back.") {
        .domainUnpause($0)
    }

    /// Commands whose words are domains.
    private static func simple(
        _ name: String, _ summary: String, _ details: String, _ call: @escaping @Sendable (String) -> XendCall
    ) -> XmCommand {
        XmCommand(
            name: name, group: .domain, arguments: "DOM...", summary: summary, details: details, completes: .domains
        ) { session, invocation throws(XmFailure) in
            let domains = try invocation.parsed([]).words
            guard !domains.isEmpty else { throw .error("\(invocation.word): Missing domain") }
            try await session.each(domains) { (domain) throws(XmFailure) in try await session.order(call(domain)) }
        }
    }

    static let destroyOptions = [CommonOption.help, XmOption("reboot", "R", "Build the domain again afterwards.")]

    private static let laterDestroyOptions = destroyOptions + [XmOption("force", "f", "Accepted and without effect.")]

    static let destroy = XmCommand(
        name: "destroy", group: .domain, arguments: "[options] DOM...", summary: "End domains at once.",
        details: "Ends domain DOM without asking it, as if its power were cut. With -R it is built again.",
        options: destroyOptions, completes: .domains
    ) { session, invocation throws(XmFailure) in
        let parsed = try invocation.parsed(session.format.hasSixColumns ? laterDestroyOptions : destroyOptions)
        guard !parsed.words.isEmpty else { throw .error("Missing domain") }
        let reason = parsed.has("reboot") ? "reboot" : "halt"
        try await session.each(parsed.words) { (domain) throws(XmFailure) in
            try await session.order(.domainDestroy(domain, reason: reason))
        }
    }

    static let rename = pair("rename", "DOM NEW", "Give a domain another name.", "Gives domain DOM the name NEW.") {
        .domainRename($0, name: $1)
    }

    static let resolve = pair(
        "resolve", "DOM keep|drop", "Decide about a copy that waits for another machine.",
        "A migration that was cut off in its last moment leaves a copy of domain DOM that waits for word from the\n"
            + "other machine. If that will never answer, keep lets this copy run, and drop ends it."
    ) {
        .domainResolve($0, decision: $1)
    }

    static let sysrq = pair(
        "sysrq", "DOM LETTER", "Press SysRq and a key in a domain.",
        "Presses SysRq and LETTER on the keyboard of domain DOM. What a key does, its kernel says:\n"
            + "to Linux s is to write to its disks, b to reboot at once, c to crash."
    ) {
        .domainSysRq($0, key: $1)
    }

    /// Commands that came after Xen 2.0 and have a domain and one more word.
    private static func pair(
        _ name: String, _ arguments: String, _ summary: String, _ details: String,
        _ call: @escaping @Sendable (String, String) -> XendCall
    ) -> XmCommand {
        XmCommand(
            name: name, group: .domain, isOriginal: false, arguments: arguments, summary: summary, details: details,
            completes: .domains
        ) { session, invocation throws(XmFailure) in
            let words = try invocation.words(2...2)
            try await session.order(call(words[0], words[1]))
        }
    }

    static let reset = later(
        simple("reset", "End a domain and build it again.", "Ends domain DOM as destroy does and builds it again.") {
            .domainDestroy($0, reason: "reboot")
        })

    static let trigger = XmCommand(
        name: "trigger", group: .domain, isOriginal: false, arguments: "DOM power|reset",
        summary: "Press a button of a domain.",
        details: "power asks domain DOM to power off, reset to reboot; other buttons a paravirtual domain has not.",
        completes: .domains
    ) { session, invocation throws(XmFailure) in
        let words = try invocation.words(2...3)
        if words.count == 3 {
            throw .error("\(invocation.word): there is no vcpu to choose: the button is the domain's")
        }
        switch words[1] {
        case "power": try await session.order(.domainShutdown(words[0], reason: "poweroff"))
        case "reset": try await session.order(.domainShutdown(words[0], reason: "reboot"))
        case let button: throw .error("\(invocation.word): \"\(button)\" is not supported: use power or reset")
        }
    }

    static let buttonPress: XmCommand = {
        var command = trigger
        command.name = "button-press"
        command.summary = "As trigger, in the words of xl."
        return command
    }()

    // MARK: Memory and cpus

    static let maxmem = number("maxmem", "DOM MB", "Limit the memory of a domain.", maxmemDetails) {
        .domainMaxmemSet($0, memory: String($1))
    }

    static let balloon = number("balloon", "DOM MB", "Ask a domain to change its memory.", balloonDetails) {
        .domainMemTargetSet($0, target: String($1))
    }

    static let memMax = later(
        number("mem-max", "DOM MB", "Limit the memory of a domain.", maxmemDetails, megabytes: true) {
            .domainMaxmemSet($0, memory: String($1))
        })

    static let memSet = later(
        number("mem-set", "DOM MB", "Ask a domain to change its memory.", balloonDetails, megabytes: true) {
            .domainMemTargetSet($0, target: String($1))
        })

    static let virtualCPUSet = later(
        number(
            "vcpu-set", "DOM NUM", "Set how many virtual cpus a domain uses.",
            "Asks domain DOM to use NUM of its virtual cpus: at most as many as it was made with."
        ) {
            .domainVCPUsSet($0, vcpus: String($1))
        })

    static let pinCPU = number("pincpu", "DOM CPU", "Pin a domain to a cpu.", "Lets domain DOM run on cpu CPU only.") {
        .domainPinCPU($0, cpu: String($1))
    }

    private static let maxmemDetails = "Lets domain DOM have at most MB megabytes."
    private static let balloonDetails =
        "Asks domain DOM to shrink or grow to MB megabytes. The domain's own driver does it, in its time."

    private static func number(
        _ name: String, _ arguments: String, _ summary: String, _ details: String, megabytes: Bool = false,
        _ call: @escaping @Sendable (String, Int) -> XendCall
    ) -> XmCommand {
        XmCommand(
            name: name, group: .domain, arguments: arguments, summary: summary, details: details, completes: .domains
        ) { session, invocation throws(XmFailure) in
            let words = try invocation.words(2...2)
            let number = megabytes ? try megabyteCount(words[1]) : try Invocation.number(words[1])
            try await session.order(call(words[0], number))
        }
    }

    /// Megabytes, or with a letter (`512m`, `2g`) as the later tools take them.
    private static func megabyteCount(_ text: String) throws(XmFailure) -> Int {
        let factors: [Character: (Int, Int)] = ["k": (1, 1024), "m": (1, 1), "g": (1024, 1), "t": (1024 * 1024, 1)]
        var digits = text.lowercased()
        if digits.last == "b" { digits.removeLast() }
        guard let letter = digits.last, let factor = factors[letter] else { return try Invocation.number(text) }
        let number = try Invocation.number(String(digits.dropLast()))
        let (product, overflow) = number.multipliedReportingOverflow(by: factor.0)
        if overflow { throw .error("\(text) is too much memory") }
        return product / factor.1
    }

    /// The same command, marked as one that came after Xen 2.0.
    static func later(_ command: XmCommand) -> XmCommand {
        var command = command
        command.isOriginal = false
        return command
    }
}
