import Glibc
import HostInterface
import LinuxHost
import Testing

@Suite("Starting and stopping the daemon", .timeLimit(.minutes(1))) struct DaemonProcessTests {
    let directory = TemporaryDirectory()
    var daemon: DaemonProcess { DaemonProcess(root: directory.root) }
    var pidFile: PidFile { PidFile(root: directory.root) }

    func text(_ path: String) async -> String? {
        let bytes = try? await LinuxFiles(root: directory.root).read(path, limit: 4096)
        return bytes.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("one process at a time is xend, and its file says which") func holding() async throws {
        #expect(pidFile.runningProcess() == nil)
        let holding = try pidFile.take()
        #expect(await text("/var/run/xend.pid") == "\(getpid())")
        #expect(pidFile.runningProcess()?.pid == getpid())
        #expect(daemon.isRunning)
        #expect(await daemon.start(program: "/bin/false", arguments: []) == .alreadyRunning)
        holding.release()
        #expect(pidFile.runningProcess() == nil)
        #expect(await text("/var/run/xend.pid") == nil)
    }

    @Test("its file is everyone's to read and its own to write") func mode() throws {
        let before = umask(0)
        defer { umask(before) }
        let holding = try pidFile.take()
        var status = stat()
        #expect(stat(directory.path + "/var/run/xend.pid", &status) == 0)
        #expect(status.st_mode & 0o7777 == 0o644)
        holding.release()
    }

    @Test("its lock is the kernel's: another process sees it, until it is given up") func lock() async throws {
        func locked() async throws -> Bool {
            let attempt = "flock -n \(directory.path)/var/run/xend.pid true"
            return try await !LinuxScripts().run(
                ScriptCall(path: "/bin/sh", arguments: ["-c", attempt])
            ).succeeded
        }
        let holding = try pidFile.take()
        #expect(try await locked())
        #expect(throws: FileError.self) { try pidFile.take() }
        holding.release()
        #expect(pidFile.runningProcess() == nil)
    }

    @Test("a file that a dead daemon left behind is removed, whoever has its pid now") func stale() async throws {
        for left in ["\(getpid())", "999999999", "", "nonsense", "-1", "1"] {
            directory.put("/var/run/xend.pid", left)
            #expect(pidFile.runningProcess() == nil)
            #expect(await text("/var/run/xend.pid") == nil)
        }
        directory.put("/var/run/xend.pid", "1")
        let holding = try pidFile.take()
        #expect(await text("/var/run/xend.pid") == "\(getpid())")
        holding.release()
    }

    @Test("of many that start at once one wins") func race() async {
        let pidFile = pidFile
        let winners = await withTaskGroup(of: PidFile.Holding?.self) { group in
            for _ in 0..<16 { group.addTask { try? pidFile.take() } }
            return await group.reduce(into: []) { $0 += $1.map { [$0] } ?? [] }
        }
        #expect(winners.count == 1)
    }

    @Test("start waits until the daemon is ready, or tells why it is not")
    func starting() async throws {
        let silent = "xend ended before it was ready; see /var/log/xend-debug.log"
        let table: [(String, DaemonProcess.StartOutcome)] = [
            ("printf ready >&$XEND_READY_FD", .started),
            ("printf 'port 8000 is in use' >&3", .failed("port 8000 is in use")),
            ("echo oops >&2; exit 3", .failed(silent)),
            ("exec sleep 20", .stillStarting),
        ]
        for (body, expected) in table {
            directory.put("/daemon", "#!/bin/sh\n\(body)\n", executable: true)
            let outcome = await daemon.start(
                program: directory.path + "/daemon", arguments: [],
                timeout: expected == .stillStarting ? .zero : .seconds(30))
            #expect(outcome == expected, "\(body)")
        }
        #expect(await text("/var/log/xend-debug.log") == "oops\n")
        let missing = await daemon.start(program: "/no/such/program", arguments: [])
        #expect(missing == .failed("cannot start xend: No such file or directory"))
    }

    @Test("the daemon has a session of its own, no terminal, and the three usual descriptors")
    func detached() async throws {
        let body = """
            #!/bin/sh
            ps -o sid= -p $$ | tr -d ' ' | grep -qx $$ && echo session
            ps -o tty= -p $$
            pwd; echo "$1"; ls /proc/self/fd | tr '\\n' ' '
            printf ready >&3
            """
        directory.put("/daemon", body, executable: true)
        #expect(await daemon.start(program: directory.path + "/daemon", arguments: ["a b"]) == .started)
        #expect(await text("/var/log/xend-debug.log") == "session\n?\n/\na b\n0 1 2 3 4 ")
    }

    @Test("stop asks the daemon to end and waits for it") func stopping() async throws {
        #expect(await daemon.stop() == .notRunning)
        // A daemon as far as the pid file goes: flock(1) holds the lock, the shell writes its pid.
        let body = """
            #!/bin/sh
            exec 9<>"$1"
            flock 9
            trap 'rm -f "$1"; exit 0' TERM
            printf %s $$ >&9
            printf ready >&3; exec 3>&-
            while :; do sleep 0.02; done
            """
        directory.put("/daemon", body, executable: true)
        directory.put("/var/run/xend.pid", "")
        let pid = directory.path + "/var/run/xend.pid"
        #expect(await daemon.start(program: directory.path + "/daemon", arguments: [pid]) == .started)
        #expect(daemon.isRunning)
        #expect(await daemon.stop() == .stopped)
        #expect(!daemon.isRunning)
    }
}
