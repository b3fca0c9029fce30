// What a subcommand is.

import DomainFiles
import SExpressions
import XendClient

/// Groups of subcommands in the help, in the order in which it shows them.
enum CommandGroup: String, CaseIterable, Sendable {
    case all, console, domain, host, scheduler, vbd, vif, absent

    /// The heading of the group.
    var heading: String {
        switch self {
        case .all: ""
        case .console: "Consoles of domains:"
        case .domain: "Domains:"
        case .host: "The machine (node) that Xen runs on:"
        case .scheduler: "Shares of the cpus:"
        case .vbd: "Virtual block devices:"
        case .vif: "Virtual network interfaces:"
        case .absent: "Not supported:"
        }
    }
}

/// One subcommand: all that the help, the completion scripts and the run need.
struct XmCommand: Sendable {
    typealias Run = @Sendable (XmSession, Invocation) async throws(XmFailure) -> Void

    var name: String
    var group: CommandGroup
    /// Whether Xen 2.0 had it. Only these take part in abbreviations of the original form.
    var isOriginal = true
    /// What follows the name: `[options] DOM`.
    var arguments: String
    /// One line for the list of commands.
    var summary: String
    /// The rest of its help.
    var details: String
    var options: [XmOption] = []
    var order = OptionParser.Order.mixed
    /// What a word of it is, for completion.
    var completes = CompletionKind.nothing
    var run: Run
}

/// What stands in place of a command's words.
enum CompletionKind: Sendable {
    case nothing, domains, files, commands
    /// One of these.
    case words(String)
}

/// How a subcommand was called.
struct Invocation: Sendable {
    /// The name as typed, which messages repeat: an abbreviation stays one.
    var word: String
    var arguments: [String]
}

/// One run of xm.
struct XmSession: Sendable {
    var client: XendClient
    var host: any XmHost
    var format: XmFormat
    /// `xm` or `xl`.
    var program: String

    /// Asks the daemon, turning its errors into ours.
    func ask<Answer>(
        _ call: (XendClient) async throws(XendError) -> Answer
    ) async throws(XmFailure) -> Answer {
        do throws(XendError) {
            return try await call(client)
        } catch {
            throw XmFailure(error)
        }
    }

    /// Makes a call whose result is of no interest.
    func order(_ call: XendCall) async throws(XmFailure) {
        _ = try await ask { (client) async throws(XendError) in try await client.perform(call) }
    }

    /// Joins the user's terminal to the console at a port of xend's host.
    func attachConsole(_ port: Int) async throws(XmFailure) {
        let ticket: String? =
            client.hasCredentials
            ? try await ask { (client) async throws(XendError) in try await client.consoleTicket("\(port)") } : nil
        try await host.attachConsole(host: client.address.host, port: port, ticket: ticket)
    }

    /// Tells of something that was asked for and is without effect.
    func warn(_ text: String) { host.writeError("Warning: \(text)\n") }

    /// Writes lines to standard output, which may be many.
    func page(_ lines: [String]) { host.page(lines.map { $0 + "\n" }.joined()) }

    /// Colours, where there are any.
    var paint: Paint { Paint(isOn: host.showsColours) }

    /// Writes one line to standard output.
    func print(_ line: String) { host.write(line + "\n") }
}

extension XmSession {
    /// Does the same to several things, such as domains: a failure is told at once and keeps none of the others from its turn.
    func each(_ words: [String], _ body: (String) async throws(XmFailure) -> Void) async throws(XmFailure) {
        guard words.count > 1 else {
            if let word = words.first { try await body(word) }
            return
        }
        var failed = false
        for word in words {
            do throws(XmFailure) {
                try await body(word)
            } catch {
                guard case .error(let text) = error else { throw error }
                host.writeError("Error: \(text)\n")
                failed = true
            }
        }
        if failed { throw .exit(1) }
    }
}

extension Invocation {
    /// Options and words by the rules of a command.
    func parsed(_ options: [XmOption], _ order: OptionParser.Order = .mixed) throws(XmFailure) -> [ParsedArgument] {
        try OptionParser(options: options, order: order).parse(arguments)
    }

    /// The words, of which there must be so many.
    func words(_ count: ClosedRange<Int>) throws(XmFailure) -> [String] {
        guard count.contains(arguments.count) else { throw .error("\(word): Invalid argument(s)") }
        return arguments
    }

    /// The one word of a command that can also print JSON, and whether it shall.
    func onlyWord() throws(XmFailure) -> (word: String, isJSON: Bool) {
        let parsed = try parsed([CommonOption.json])
        guard parsed.words.count == 1 else { throw .error("\(word): Invalid argument(s)") }
        return (parsed.words[0], parsed.has("json"))
    }

    /// A number among the words.
    static func number(_ text: String) throws(XmFailure) -> Int {
        guard let number = PythonText.integer(text) else { throw .error("invalid literal for int(): \(text)") }
        return number
    }
}
