// The program: from its arguments to its exit status.

import HostInterface
import SExpressions
import XendClient

/// Runs `xm` with the arguments, environment and machine it is given.
public struct Xm: Sendable {
    private let session: XmSession
    private let commands: [XmCommand]

    /// An xm that asks this daemon, and reads and prints through this host.
    public init(client: XendClient, host: any XmHost, format: XmFormat) {
        var client = client
        client.onWarning = { host.writeError("Warning: \($0)\n") }
        session = XmSession(client: client, host: host, format: format, program: format == .xl ? "xl" : "xm")
        commands = XmCommand.all
    }

    /// Runs one subcommand.
    /// - Parameter arguments: without the name of the program.
    /// - Returns: the exit status.
    public func run(_ arguments: [String]) async -> Int32 {
        do throws(XmFailure) {
            try await perform(arguments)
            return 0
        } catch {
            return report(error)
        }
    }

    private func perform(_ arguments: [String]) async throws(XmFailure) {
        let help = Help(commands: commands, program: session.program, format: session.format)
        let arguments = arguments.drop(while: Xm.isGlobalOption)
        guard let word = arguments.first else { return session.host.write(help.overview) }
        let wantsHelp = arguments.contains { $0 == "-h" || $0 == "--help" }
        if word == "--version" { return session.host.write("\(XendVersion.current)\n") }
        if wantsHelp && word.hasPrefix("-") { return session.host.write(help.overview) }
        guard let command = lookup(word) else {
            let names = commands.filter { $0.group != .absent }.map(\.name)
            let hint = Suggestion.phrase(for: word, among: names)
            throw .error("Unknown command: \(word)\(hint)\nTry '\(session.program) help' for more information.")
        }
        let invocation = Invocation(word: word, arguments: Array(arguments.dropFirst()))
        if wantsHelp { return session.host.write(help.text(of: command)) }
        try await command.run(session, invocation)
    }

    /// xl's own options stand before the command: how much it says, how it is laid out. There is nothing here that they could change.
    private static func isGlobalOption(_ argument: String) -> Bool {
        argument.wholeMatch(of: #/-[vftTN]+/#) != nil
    }

    /// The command of that name, or the only one that begins so.
    func lookup(_ word: String) -> XmCommand? { XmCommand.lookup(word, in: commands, format: session.format) }

    private func report(_ failure: XmFailure) -> Int32 {
        switch failure {
        case .error(let text):
            session.host.writeError("Error: \(text)\n")
            return 1
        case .unreachable(let text):
            session.host.writeError("\(text)\nError: Error connecting to xend, is xend running?\n")
            return 1
        case .exit(let status): return status
        }
    }
}

extension XmCommand {
    /// An exact name wins. In the original form an abbreviation means a command of Xen 2.0 wherever it can, so that
    /// what was unambiguous then still is.
    static func lookup(_ word: String, in commands: [XmCommand], format: XmFormat) -> XmCommand? {
        if let exact = commands.first(where: { $0.name == word }) { return exact }
        let candidates = commands.filter { $0.name.hasPrefix(word) }
        let original = candidates.filter(\.isOriginal)
        let eligible = format == .original && !original.isEmpty ? original : candidates
        return eligible.count == 1 ? eligible.first : nil
    }
}
