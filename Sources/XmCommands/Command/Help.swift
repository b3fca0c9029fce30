// What `xm help` says.

import DomainFiles

/// The help texts, made from the table of commands.
struct Help {
    let commands: [XmCommand]
    let program: String
    let format: XmFormat

    /// All commands by group.
    var overview: String {
        var text = ""
        for group in CommandGroup.allCases {
            let members = commands.filter { $0.group == group }.sorted { $0.name < $1.name }
            if members.isEmpty { continue }
            text += group.heading.isEmpty ? "\n" : "\n\(group.heading)\n\n"
            for command in members { text += Help.line(command.name, command.summary) }
        }
        return text + "\nTry '\(program) help CMD' for help on CMD\n"
    }

    private static func line(_ name: String, _ summary: String) -> String {
        name.padded(to: 14) + " " + summary + "\n"
    }

    /// One command: how it is called, what it does, its options.
    func text(of command: XmCommand) -> String {
        var text = "Usage: \(program) \(command.name)"
        if !command.arguments.isEmpty { text += " " + command.arguments }
        text += "\n\n" + command.details.trimmed + "\n"
        if !command.options.isEmpty {
            text += "\nOptions:\n"
            for option in command.options { text += Help.text(of: option) }
        }
        return text
    }

    private static func text(of option: XmOption) -> String {
        var line = option.short.map { "  -\($0), " } ?? "      "
        line += "--\(option.name)" + (option.value.map { "=\($0)" } ?? "")
        let use = option.use.split(separator: "\n").map { "            \($0)\n" }.joined()
        return line + "\n" + use
    }
}

extension String {
    /// Filled with blanks on the right.
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }

    /// Filled with blanks on the left.
    func aligned(right width: Int) -> String {
        String(repeating: " ", count: max(0, width - count)) + self
    }

    fileprivate var trimmed: String { PythonText.stripped(self) }
}
