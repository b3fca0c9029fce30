import DomainFiles
import DomainModel
import LibxlForm
import SExpressions
import XendClient

/// One run of `create`: what its command line says, and the files it names.
struct CreateRun {
    let session: XmSession
    private let options: [ParsedArgument]
    private var settings = CreateSettings()
    /// The files that variables come from.
    private var files: [String] = []
    private var path = ".:/etc/xen"
    /// `VAR=VAL` that are no variables of `create`, for the files.
    private var arguments: [(name: String, value: String)] = []
    /// What the command line has set, in its order.
    private var specified: [String] = []

    init(session: XmSession, arguments: [ParsedArgument]) throws(XmFailure) {
        self.session = session
        options = arguments
        for argument in arguments { try take(argument) }
        if files.isEmpty { files = ["xmdefconfig"] }
    }

    private mutating func take(_ argument: ParsedArgument) throws(XmFailure) {
        switch argument {
        case .option("defconfig", let value?): files.append(value)
        case .option("path", let value?): path = value
        case .option(let name, _): settings.specify(option: name)
        case .word(let word):
            guard let equals = word.firstIndex(of: "=") else {
                files.append(word)
                return
            }
            try take(word, String(word[..<equals]), String(word[word.index(after: equals)...]))
        }
    }

    private mutating func take(_ word: String, _ name: String, _ value: String) throws(XmFailure) {
        if session.format.hasSixColumns, let first = value.first, "'\"[".contains(first) { return try takeLine(word) }
        let variable = CreateVariable.all.first { $0.name == name }
        if let variable {
            try XmFailure.reading { () throws(DomainFileFailure) in try settings.specify(variable, value) }
            specified.append(name)
        }
        // What Xen 2.0 did not know was the file's, which may read it.
        if variable.map({ !$0.isOriginal && !session.format.hasSixColumns }) ?? true {
            arguments.append((PythonText.stripped(name), PythonText.stripped(value)))
        }
    }

    /// xl reads `name="web"` and `disk=[ "…" ]` of the command line as lines of the file.
    private mutating func takeLine(_ line: String) throws(XmFailure) {
        do throws(ConfigFileError) {
            let file = try ConfigFile(Array(line.utf8), name: "command line")
            settings.take(file.variables)
            for variable in file.variables { settings.specify(option: variable.name) }
            specified += file.variables.map(\.name)
        } catch {
            throw .error(error.description)
        }
    }

    // MARK: Performing

    func perform() async throws(XmFailure) {
        if options.has("help_config") {
            for file in files { try explainConfiguration(file) }
            return
        }
        if options.value("load") != nil { return try await restore() }
        let expressions = options.values("config")
        for name in expressions {
            for configuration in try configurations(in: name) { try await make(configuration, of: name, settings) }
        }
        guard expressions.isEmpty else { return }
        for file in files {
            var settings = settings
            let configuration = try readConfiguration(file, &settings)
            try await make(.text(configuration.description), of: file, settings)
        }
    }

    /// What it would make domains of.
    func configurations() throws(XmFailure) -> [XendCall.Argument] {
        if options.value("load") != nil { throw .error("a saved domain is no configuration") }
        var found: [XendCall.Argument] = []
        for name in options.values("config") { found += try configurations(in: name) }
        guard found.isEmpty else { return found }
        for file in files {
            var settings = settings
            found.append(.text(try readConfiguration(file, &settings).description))
        }
        return found
    }

    /// An option of the command line, or a variable of the file by its name.
    private func isSet(_ option: String, _ settings: CreateSettings) -> Bool {
        options.has(option) || settings.isTrue(option)
    }

    private func say(_ line: String, _ settings: CreateSettings) {
        if !isSet("quiet", settings) { session.print(line) }
    }

    /// A file with one domain is sent as it is; of several each is sent for itself.
    private func configurations(in name: String) throws(XmFailure) -> [XendCall.Argument] {
        let content = try session.host.readFile(name)
        guard let all = try? SExpression.parseAll(content), all.count > 1 else {
            return [.file(name: name, content: content)]
        }
        return all.map { .text($0.description) }
    }

    private func readConfiguration(_ file: String, _ settings: inout CreateSettings) throws(XmFailure) -> SExpression {
        let config = try load(file, &settings)
        for line in config.printed { session.host.writeError(line + "\n") }
        settings.take(config.variables)
        var configuration = DomainConfiguration(
            settings: settings, isLater: session.format.hasSixColumns,
            currentDirectory: session.host.currentDirectory, randomByte: session.host.randomByte)
        let expression = try XmFailure.reading { () throws(DomainFileFailure) in
            try DomainConfiguration.judgeTypes(of: config.variables, own: config.read)
            let expression = try configuration.expression(standardName: FilePathText.baseName(file))
            try configuration.judge(specified + config.variables.map(\.name), own: config.read)
            return expression
        }
        configuration.judgeUnread(arguments.map(\.name).filter { !config.read.contains($0) })
        for warning in configuration.warnings { session.warn(warning) }
        return expression
    }

    private func load(
        _ file: String, _ settings: inout CreateSettings, onlyDeclarations: Bool = false
    ) throws(XmFailure) -> ConfigFile {
        let found = try locate(file)
        say(session.format == .xl ? "Parsing config from \(found)" : "Using config file \"\(found)\".", settings)
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
    private func locate(_ file: String) throws(XmFailure) -> String {
        let directories = path.split(separator: ":").map(String.init)
        let candidates = [file] + directories.map { FilePathText.joined($0, file) }
        guard let found = candidates.first(where: session.host.fileExists) else {
            throw .error("Cannot open config file \"\(file)\"")
        }
        return found
    }

    private func explainConfiguration(_ file: String) throws(XmFailure) {
        var settings = settings
        let config = try load(file, &settings, onlyDeclarations: true)
        if config.declared.isEmpty { return session.print("\(file) asks for no variables of its own.") }
        session.print("\nConfiguration variables for \(file):\n")
        for variable in config.declared { session.print(variable.name.padded(to: 12) + " " + variable.use) }
    }

    // MARK: Results

    private func make(
        _ configuration: XendCall.Argument, of file: String, _ settings: CreateSettings
    ) async throws(XmFailure) {
        if isSet("dryrun", settings) { return try print(configuration, of: file) }
        let domain = try await session.ask { (client) async throws(XendError) in
            try await client.domainCreate(config: configuration)
        }
        try await start(domain, isPaused: true, settings)
    }

    private func restore() async throws(XmFailure) {
        let file = session.absolute(options.value("load") ?? "")
        let domain = try await session.withProgress("restore", of: nil) { (client) async throws(XendError) in
            try await client.domainRestore(file: file)
        }
        // It can be running already.
        try await start(domain, isPaused: domain.state?.contains("p") ?? true, settings)
    }

    private func print(_ configuration: XendCall.Argument, of file: String) throws(XmFailure) {
        let content: [UInt8]
        switch configuration {
        case .text(let text): content = SXPText.bytes(of: text)
        case .file(_, let bytes): content = bytes
        }
        let value: SExpression
        do throws(SXPError) {
            value = try SExpression.parseFirst(content)
        } catch {
            throw .error(error.describe(file: file))
        }
        judge(value)
        session.host.write(session.format == .xl ? LibxlConfiguration.json(of: value).text() + "\n" : value.pretty())
    }

    /// Tells what xend would say of it, as far as that does not depend on its machine.
    private func judge(_ value: SExpression) {
        do throws(ConfigurationError) {
            let config = try DomainConfig(value)
            if let refusal = config.refusal { throw refusal }
            for warning in config.warnings { session.warn(warning) }
            if let refusal = config.bootLoader?.refusal { session.warn(refusal) }
        } catch {
            session.warn("xend would refuse this: \(error)")
        }
    }

    private func start(
        _ domain: DomainInformation, isPaused: Bool, _ settings: CreateSettings
    ) async throws(XmFailure) {
        guard let name = domain.name else { throw .error("xend created a domain and did not tell its name") }
        if isPaused, !isSet("paused", settings) { try await session.order(.domainUnpause(name)) }
        if session.format != .xl {
            say("Started domain \(name)" + (domain.console?.port.map { ", console on port \($0)" } ?? ""), settings)
        }
        guard isSet("console_autoconnect", settings), let port = domain.console?.port else { return }
        try await session.attachConsole(port)
    }
}
