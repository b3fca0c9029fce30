import ArgumentParser
import Glibc
import SExpressions
import XendClient
import XendDaemon

/// `xend token`: what whoever shows it may do, asked of the daemon that runs.
struct TokenCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Make, list and revoke tokens, for programs and for other hosts.",
        subcommands: [Create.self, List.self, Revoke.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make a token and print it, this once.")

        @Option(name: .long, help: "What it allows: viewer, operator or administrator.")
        var role: String

        @Option(name: .long, help: "How long it is good for: 90m, 12h, 30d, 4w.")
        var expires: String

        @Option(name: .long, help: "What it is for.")
        var name = ""

        func run() async throws {
            let reply = try await RunningDaemon().perform(
                .post(
                    "token", operation: "create",
                    arguments: [("role", .text(role)), ("expires", .text(expires)), ("name", .text(name))]))
            Terminal.say(reply.childText("secret") ?? reply.description)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the tokens.")

        func run() async throws {
            let reply = try await RunningDaemon().perform(.get("token"))
            for token in reply.children() {
                let fields = ["id", "role", "state", "expires", "by", "name"].map { token.childText($0) ?? "" }
                Terminal.say(fields.joined(separator: "\t"))
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make a token worthless.")

        @Argument(help: "Its id or its name.")
        var token: String

        func run() async throws {
            _ = try await RunningDaemon().perform(.post("token", token, operation: "revoke"))
        }
    }
}

/// `xend login`: a link that signs somebody in with a browser.
struct Login: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login", abstract: "Print a link that signs a browser in, once, within five minutes.")

    @Option(name: .long, help: "What it allows: viewer, operator or administrator.")
    var role = "administrator"

    @Option(name: .long, help: "Who signs in, for the audit.")
    var name = ""

    func run() async throws {
        let daemon = RunningDaemon()
        let reply = try await daemon.perform(
            .post("login", operation: "link", arguments: [("role", .text(role)), ("name", .text(name))]))
        // The daemon was asked over its socket, the browser comes to its port.
        let link = (reply.childText("secret") ?? "").split(separator: "?").last ?? ""
        Terminal.say("http://localhost:\(try await daemon.port())/xend/login?\(link)")
    }
}
