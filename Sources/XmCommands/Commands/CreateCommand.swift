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
        XmOption("config", "F", value: "FILE", "A configuration in SXP, sent as it is."),
        XmOption("load", "L", value: "FILE", "A saved domain to restore instead."),
        XmOption("dryrun", "n", "Print the configuration in SXP and do nothing."),
        XmOption("paused", "p", "Leave the domain paused."),
        XmOption("console_autoconnect", "c", "Open the console afterwards."),
    ]

    /// What xl accepts besides, and has no meaning here: nothing stays behind to wait for the domain.
    static let xlCreateOptions =
        createOptions + [
            XmOption("wait", "e", "Accepted and without effect."),
            XmOption("vncviewer", "V", "Accepted and without effect."),
            XmOption("vncviewer-autopass", "A", "Accepted and without effect."),
            XmOption("debug", "d", "Accepted and without effect."),
        ]

    static let create = XmCommand(
        name: "create", group: .domain, arguments: "[options] [FILE] [VAR=VAL...]", summary: "Create a domain.",
        details: createDetails, options: createOptions, completes: .files
    ) { session, invocation throws(XmFailure) in
        let options = session.format.hasSixColumns ? xlCreateOptions : createOptions
        var run = try CreateRun(session: session, arguments: invocation.parsed(options))
        try await run.perform()
    }

    private static let createDetails =
        """
        Creates a domain and lets it run. What it is to be like is said by variables, which a configuration
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

/// One run of `create`.
private struct CreateRun {
    let session: XmSession
    private let options: [ParsedArgument]
    private var settings = CreateSettings()
    /// The file that variables come from, unless an option names another source.
    private var file = "xmdefconfig"
    private var path = ".:/etc/xen"
    /// `VAR=VAL` that are no variables of `create`, for the file.
    private var arguments: [(name: String, value: String)] = []

    init(session: XmSession, arguments: [ParsedArgument]) throws(XmFailure) {
        self.session = session
        options = arguments
        for argument in arguments { try take(argument) }
    }

    private mutating func take(_ argument: ParsedArgument) throws(XmFailure) {
        switch argument {
        case .option("defconfig", let value?): file = value
        case .option("path", let value?): path = value
        case .option(let name, _): settings.specify(option: name)
        case .word(let word):
            guard let equals = word.firstIndex(of: "=") else {
                file = word
                return
            }
            let (name, value) = (String(word[..<equals]), String(word[word.index(after: equals)...]))
            if session.format.hasSixColumns, let first = value.first, "'\"[".contains(first) {
                try takeLine(word)
            } else if let variable = CreateVariable.all.first(where: { $0.name == name }), isKnown(variable) {
                try settings.specify(variable, value)
            } else {
                self.arguments.append((PythonText.stripped(name), PythonText.stripped(value)))
            }
        }
    }

    /// xl reads `name="web"` and `disk=[ "…" ]` of the command line as lines of the file.
    private mutating func takeLine(_ line: String) throws(XmFailure) {
        do throws(ConfigFileError) {
            let file = try ConfigFile(Array(line.utf8), name: "command line")
            settings.take(file.variables, booleans: true)
            for variable in file.variables { settings.specify(option: variable.name) }
        } catch {
            throw .error(error.description)
        }
    }

    /// Variables that came later are known in both forms: the original would have handed them to the file.
    private func isKnown(_ variable: CreateVariable) -> Bool { variable.isOriginal || session.format.hasSixColumns }

    // MARK: Performing

    mutating func perform() async throws(XmFailure) {
        if options.has("help_config") { return try explainConfiguration() }
        let configuration: XendCall.Argument?
        if options.value("load") != nil {
            configuration = nil
        } else if let sxp = options.value("config") {
            configuration = .file(name: sxp, content: try session.host.readFile(sxp))
        } else {
            configuration = .text(try readConfiguration().description)
        }
        if isSet("dryrun"), let configuration { return try print(configuration) }
        try await create(configuration)
    }

    /// An option of the command line, or a variable of the file by its name.
    private func isSet(_ option: String) -> Bool { options.has(option) || settings.isTrue(option) }

    private func say(_ line: String) {
        if !isSet("quiet") { session.print(line) }
    }

    private mutating func readConfiguration() throws(XmFailure) -> SExpression {
        let config = try load(onlyDeclarations: false)
        settings.take(config.variables, booleans: session.format.hasSixColumns)
        let configuration = DomainConfiguration(
            settings: settings, format: session.format, currentDirectory: session.host.currentDirectory,
            randomByte: session.host.randomByte)
        return try configuration.expression(standardName: FilePathText.baseName(file))
    }

    private func load(onlyDeclarations: Bool) throws(XmFailure) -> ConfigFile {
        let found = try locate()
        say(session.format == .xl ? "Parsing config from \(found)" : "Using config file \"\(found)\".")
        let options = ConfigFile.Options(
            arguments: arguments, looseIndentation: session.format.hasSixColumns, onlyDeclarations: onlyDeclarations)
        do throws(ConfigFileError) {
            return try ConfigFile(try readAll(found), name: found, options: options)
        } catch {
            throw .error(error.description)
        }
    }

    /// An unreadable file is reported like one that cannot be understood.
    private func readAll(_ path: String) throws(ConfigFileError) -> [UInt8] {
        do throws(XmFailure) {
            return try session.host.readFile(path)
        } catch {
            let text = if case .error(let text) = error { text } else { "it cannot be read" }
            throw ConfigFileError(file: path, position: SourcePosition(line: 1, column: 1), text: text)
        }
    }

    /// As it is named, then along the path.
    private func locate() throws(XmFailure) -> String {
        let directories = path.split(separator: ":").map(String.init)
        let candidates = [file] + directories.map { FilePathText.joined($0, file) }
        guard let found = candidates.first(where: session.host.fileExists) else {
            throw .error("Cannot open config file \"\(file)\"")
        }
        return found
    }

    private func explainConfiguration() throws(XmFailure) {
        let config = try load(onlyDeclarations: true)
        if config.declared.isEmpty { return session.print("\(file) asks for no variables of its own.") }
        session.print("\nConfiguration variables for \(file):\n")
        for variable in config.declared { session.print(variable.name.padded(to: 12) + " " + variable.use) }
    }

    // MARK: Results

    private func print(_ configuration: XendCall.Argument) throws(XmFailure) {
        let content: [UInt8]
        switch configuration {
        case .text(let text): content = SXPText.bytes(of: text)
        case .file(_, let bytes): content = bytes
        }
        do throws(SXPError) {
            let value = try SExpression.parseFirst(content)
            session.host.write(
                session.format == .xl ? LongList.xl(configuration: value).text() + "\n" : value.pretty())
        } catch {
            throw .error(error.describe(file: options.value("config") ?? file))
        }
    }

    private func create(_ configuration: XendCall.Argument?) async throws(XmFailure) {
        let domain: DomainInformation
        if let configuration {
            domain = try await session.ask { (client) async throws(XendError) in
                try await client.domainCreate(config: configuration)
            }
        } else {
            let file = session.absolute(options.value("load") ?? "")
            domain = try await session.withProgress("restore", of: nil) { (client) async throws(XendError) in
                try await client.domainRestore(file: file)
            }
        }
        guard let name = domain.name else { throw .error("xend created a domain and did not tell its name") }
        // Only a restored one can be running already.
        let isPaused = configuration != nil || domain.state?.contains("p") ?? true
        if isPaused, !isSet("paused") { try await session.order(.domainUnpause(name)) }
        if session.format != .xl {
            say("Started domain \(name)" + (domain.console?.port.map { ", console on port \($0)" } ?? ""))
        }
        guard isSet("console_autoconnect"), let port = domain.console?.port else { return }
        try await session.host.attachConsole(host: session.client.address.host, port: port)
    }
}
