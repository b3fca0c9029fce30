// Completion scripts for shells, made from the table of commands.

/// Writes the scripts. What can stand after a command is in the table; names of domains are asked of xend.
struct Completion {
    let commands: [XmCommand]
    let program: String

    /// The script for a shell, nil for one there is none for.
    func script(for shell: String) -> String? {
        switch shell {
        case "bash": bash
        case "zsh": zsh
        case "fish": fish
        default: nil
        }
    }

    private var names: String { commands.map(\.name).sorted().joined(separator: " ") }

    /// Prints the names of domains, one to a line; empty where xend does not run.
    private var listDomains: String { "\(program) list 2>/dev/null | awk 'NR > 1 { print $1 }'" }

    private static func words(_ command: XmCommand) -> String {
        command.options.flatMap { option in
            ["--\(option.name)"] + (option.short.map { ["-\($0)"] } ?? [])
        }.joined(separator: " ")
    }

    // MARK: bash

    private var bash: String {
        var text = """
            # Completion of \(program) for bash: source <(\(program) completion bash)
            _\(program)_domains() { \(listDomains); }
            _\(program)() {
                local word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} words=""
                COMPREPLY=()
                if [ "$COMP_CWORD" -eq 1 ]; then
                    mapfile -t COMPREPLY < <(compgen -W "\(names)" -- "$word")
                    return
                fi
                case $command in

            """
        for command in commands { text += bashCase(command) }
        return text + """
                esac
                mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
            }
            complete -F _\(program) \(program)

            """
    }

    private func bashCase(_ command: XmCommand) -> String {
        let options = Completion.words(command)
        let head = "    \(command.name))"
        switch command.completes {
        case .domains: return "\(head) words=\"\(options) $(_\(program)_domains)\" ;;\n"
        case .words(let words): return "\(head) words=\"\(options) \(words)\" ;;\n"
        case .commands: return "\(head) words=\"\(options) \(names)\" ;;\n"
        case .files:
            return
                "\(head)\n        if [[ $word != -* ]]; then\n"
                + "            mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n            return\n        fi\n"
                + "        words=\"\(options)\" ;;\n"
        case .nothing: return "\(head) words=\"\(options)\" ;;\n"
        }
    }

    // MARK: zsh

    private var zsh: String {
        var text = """
            #compdef \(program)
            # Completion of \(program) for zsh: source <(\(program) completion zsh)
            _\(program)() {
                local -a commands domains options
                if (( CURRENT == 2 )); then
                    commands=(

            """
        for command in commands.sorted(by: { $0.name < $1.name }) {
            text += "            '\(command.name):\(Completion.escaped(command.summary))'\n"
        }
        text += "        )\n        _describe command commands\n        return\n    fi\n    case $words[2] in\n"
        for command in commands { text += zshCase(command) }
        return text + "    esac\n}\ncompdef _\(program) \(program)\n"
    }

    private func zshCase(_ command: XmCommand) -> String {
        let options = Completion.words(command)
        let offer = options.isEmpty ? "" : "compadd -- \(options); "
        switch command.completes {
        case .domains: return "        \(command.name)) \(offer)compadd -- ${(f)\"$(\(listDomains))\"} ;;\n"
        case .words(let words): return "        \(command.name)) \(offer)compadd -- \(words) ;;\n"
        case .commands: return "        \(command.name)) \(offer)compadd -- \(names) ;;\n"
        case .files: return "        \(command.name)) \(offer)_files ;;\n"
        case .nothing: return "        \(command.name)) \(offer.isEmpty ? ": " : offer);;\n"
        }
    }

    private static func escaped(_ text: String) -> String {
        text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
    }

    // MARK: fish

    private var fish: String {
        var text =
            "# Completion of \(program) for fish: \(program) completion fish | source\ncomplete -c \(program) -f\n"
        for command in commands {
            let summary = Completion.escaped(command.summary)
            text += "complete -c \(program) -n __fish_use_subcommand -a \(command.name) -d '\(summary)'\n"
            let condition = "-n '__fish_seen_subcommand_from \(command.name)'"
            for option in command.options {
                let short = option.short.map { " -s \($0)" } ?? ""
                let use = Completion.escaped(option.use.split(separator: "\n").first.map(String.init) ?? "")
                text +=
                    "complete -c \(program) \(condition)\(short) -l \(option.name)"
                    + (option.value == nil ? "" : " -r") + " -d '\(use)'\n"
            }
            switch command.completes {
            case .domains: text += "complete -c \(program) \(condition) -a \"(\(fishDomains))\"\n"
            case .files: text += "complete -c \(program) \(condition) -F\n"
            case .words(let words): text += "complete -c \(program) \(condition) -a '\(words)'\n"
            case .commands: text += "complete -c \(program) \(condition) -a '\(names)'\n"
            case .nothing: break
            }
        }
        return text
    }

    private var fishDomains: String { "\(program) list 2>/dev/null | awk 'NR > 1 { print \\$1 }'" }
}
