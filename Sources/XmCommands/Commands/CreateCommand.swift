import DomainFiles
import SExpressions
import XendClient

/// create: from a configuration file and the command line to a running domain.
enum CreateCommand {
    static let createOptions = [
        CommonOption.help,
        XmOption("help_config", nil, "Explain the variables that the configuration file asks for."),
        XmOption("quiet", "q", "Say nothing."),
        XmOption(
            "path", nil, value: "PATH",
            "Where configuration files are looked for: directories with : between.\nDefault .:/etc/xen"),
        XmOption(
            "defconfig", "f", value: "FILE", "The configuration file; a bare word is the same.\nDefault xmdefconfig"),
        XmOption("config", "F", value: "FILE", "Configurations in SXP, sent as they are. May be repeated."),
        XmOption("load", "L", value: "FILE", "A saved domain to restore instead."),
        XmOption("dryrun", "n", "Print the configuration in SXP and do nothing."),
        XmOption("paused", "p", "Leave the domain paused."),
        XmOption("console_autoconnect", "c", "Open the console afterwards."),
    ]

    /// What xl accepts besides, and has no meaning here: nothing stays behind to wait for the domain.
    static let xlCreateOptions =
        createOptions.map { option in
            // xl's -F is something else.
            option.name == "config" ? XmOption("config", nil, value: option.value, option.use) : option
        } + [
            XmOption("foreground", "F", "Accepted and without effect."),
            XmOption("ignore-global-affinity-masks", nil, "Accepted and without effect."),
            XmOption("wait", "e", "Accepted and without effect."),
            XmOption("vncviewer", "V", "Accepted and without effect."),
            XmOption("vncviewer-autopass", "A", "Accepted and without effect."),
            XmOption("debug", "d", "Accepted and without effect."),
        ]

    private static let laterCreateOptions =
        createOptions
        + xlCreateOptions.filter { option in
            ["wait", "vncviewer", "vncviewer-autopass", "debug"].contains(option.name)
        } + [
            XmOption("skipdtd", "s", "Accepted and without effect."),
            XmOption("xmldryrun", "x", "Not supported: use dryrun."),
        ]

    static let create = XmCommand(
        name: "create", group: .domain, arguments: "[options] [FILE...] [VAR=VAL...]", summary: "Create domains.",
        details: createDetails, options: createOptions, completes: .files
    ) { session, invocation throws(XmFailure) in
        let options =
            session.format == .xl ? xlCreateOptions : session.format == .later ? laterCreateOptions : createOptions
        let run = try CreateRun(session: session, arguments: invocation.parsed(options))
        try await run.perform()
    }

    private static let createDetails =
        """
        Creates a domain of each file and lets it run. What it is to be like is said by variables, which a configuration
        file sets and VAR=VAL on the command line overrides. VAR=VAL with any other name defines a variable
        that the file can use. The file looks like Python and is read as data: xmdomain.cfg(5) tells what it
        may contain.

        Variables:

        """
        + CreateVariable.all.map { variable in
            let use = variable.use.split(separator: "\n").map { "            \($0)\n" }.joined()
            return "  \(variable.name)=\(variable.value)\n\(use)            Default \(variable.standard)\n"
        }.joined()
}
