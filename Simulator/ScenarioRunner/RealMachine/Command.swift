import Glibc
import ScenarioLanguage

/// A program of the machine that the runner is on, run to its end.
package struct Command {
    /// 0…255; 128 and more for signals.
    package var status: Int32
    /// What it wrote, to both outputs.
    var output: String

    package var succeeded: Bool { status == 0 }
    /// Its lines, without empty ones.
    package var lines: [String] { output.split(separator: "\n").map(String.init) }

    /// What is read of a program; a listing is never longer.
    private static let outputLimit = 4 << 20

    /// - Throws: when it cannot be started.
    package static func run(_ words: String...) throws(ScenarioFailure) -> Command { try run(list: words) }

    private static func run(list words: [String]) throws(ScenarioFailure) -> Command {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw ScenarioFailure("no pipe: \(String(cString: strerror(errno)))") }
        _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO)
        posix_spawn_file_actions_addclose(&actions, ends[1])
        var arguments = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var pid = pid_t()
        let result = posix_spawnp(&pid, words[0], &actions, nil, &arguments, environ)
        close(ends[1])
        defer { close(ends[0]) }
        guard result == 0 else { throw ScenarioFailure("cannot run \(words[0]): \(String(cString: strerror(result)))") }
        let output = read(ends[0])
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        let isExit = status & 0x7F == 0
        return Command(status: isExit ? status >> 8 & 0xFF : 128 + status & 0x7F, output: output)
    }

    /// Runs a program that has to succeed.
    @discardableResult
    package static func must(_ words: String...) throws(ScenarioFailure) -> Command {
        let command = try run(list: words)
        guard command.succeeded else {
            throw ScenarioFailure("\(words.joined(separator: " ")) failed (\(command.status)): \(command.output)")
        }
        return command
    }

    private static func read(_ descriptor: Int32) -> String {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < outputLimit {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += piece.prefix(count)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
