/// What xm says of itself, to people and to shells.
enum HelpCommands {
    static let help = XmCommand(
        name: "help", group: .all, arguments: "[CMD]", summary: "Explain the commands.",
        details: "Without CMD lists all commands; with it explains that one.\n"
            + "Commands may be shortened as long as they stay unambiguous.",
        completes: .commands
    ) { session, invocation throws(XmFailure) in
        let help = Help(commands: XmCommand.all, program: session.program, format: session.format)
        guard try invocation.words(0...1).count == 1 else { return session.host.page(help.overview) }
        let word = invocation.arguments[0]
        if let command = XmCommand.lookup(word, in: XmCommand.all, format: session.format) {
            session.host.write(help.text(of: command))
        } else {
            session.print("help: Unknown command: \(word)")
        }
    }

    static let completion = XmCommand(
        name: "completion", group: .all, isOriginal: false, arguments: "bash|zsh|fish",
        summary: "Print a completion script for a shell.",
        details: "Prints a script that lets the shell complete commands, options and names of domains. For bash:\n\n"
            + "  source <(xm completion bash)",
        completes: .words("bash zsh fish")
    ) { session, invocation throws(XmFailure) in
        let shell = try invocation.words(1...1)[0]
        guard let script = Completion(commands: XmCommand.all, program: session.program).script(for: shell) else {
            throw .error("\(invocation.word): there is no script for \"\(shell)\", only for bash, zsh and fish")
        }
        session.host.write(script)
    }
}
