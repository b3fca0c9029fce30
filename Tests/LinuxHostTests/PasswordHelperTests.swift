import Glibc
import HostInterface
import Testing

@testable import LinuxHost

/// PAM is asked by another process, which may do anything and is never waited for for long.
@Suite(.timeLimit(.minutes(1))) struct PasswordHelperTests {
    /// A helper that is a script.
    private static func helper(_ text: String, limit: Duration = .seconds(10)) throws -> (
        PasswordHelper, TemporaryDirectory
    ) {
        let directory = TemporaryDirectory()
        let path = directory.path + "/helper"
        let file = try #require(fopen(path, "w"))
        fputs("#!/bin/sh\n\(text)\n", file)
        fclose(file)
        chmod(path, 0o755)
        return (PasswordHelper(program: path, limit: limit), directory)
    }

    @Test func `it is told service, user and password, and its exit status counts`() async throws {
        let (helper, directory) = try Self.helper(
            "[ \"$1\" = check-password ] && [ \"$(tr '\\0' , <&3)\" = 'xend,alice,pass word,' ] || exit 1")
        #expect(await helper.judge("pass word", of: "alice", by: "xend") == .accepted)
        #expect(await helper.judge("Pass word", of: "alice", by: "xend") == .refused)
        _ = directory
    }

    @Test func `what it does else is no answer`() async throws {
        for text in ["exit 2", "exit 77", "kill -SEGV $$", "echo no PAM >&2; exit 2"] {
            let (helper, directory) = try Self.helper(text)
            guard case .unavailable = await helper.judge("x", of: "alice", by: "xend") else {
                return #expect(Bool(false), "\(text)")
            }
            _ = directory
        }
        guard case .unavailable = await PasswordHelper(program: "/nowhere").judge("x", of: "alice", by: "xend") else {
            return #expect(Bool(false))
        }
    }

    @Test func `one that hangs is killed, and with it what it has started`() async throws {
        let (helper, directory) = try Self.helper(
            "trap '' TERM; sleep 1000 & echo $! >$(dirname $0)/pid; wait; sleep 1000", limit: .milliseconds(500))
        let verdict = await helper.judge("x", of: "alice", by: "xend")
        #expect(verdict == .unavailable("PAM did not answer in time"))
        let bytes = try #require(try? Blocking.read(directory.path + "/pid", limit: 100))
        let pid = try #require(pid_t(String(decoding: bytes, as: UTF8.self).split(separator: "\n").first ?? ""))
        while ProcessStatus(pid: pid).map({ !$0.isZombie }) == true { try await Task.sleep(for: .milliseconds(10)) }
    }

    @Test func `what cannot be told is refused at once, and too many are`() async throws {
        let (helper, directory) = try Self.helper("sleep 1")
        for (user, password) in [("", "x"), ("a\0b", "x"), ("a", "x\0y"), ("a", String(repeating: "x", count: 5000))] {
            #expect(await helper.judge(password, of: user, by: "xend") == .refused)
        }
        let verdicts = await withTaskGroup(of: PasswordVerdict.self) { group in
            for _ in 0..<10 { group.addTask { await helper.judge("x", of: "a", by: "xend") } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(verdicts.count { $0 == .accepted } == PasswordHelper.maximum)
        _ = directory
    }
}
