import Glibc
import SExpressions
import ScenarioLanguage
import SimulatedHost
import XendTesting

/// The machine under our feet: domain 0 of a real Xen that exists for tests alone, as the lab's. Sets up what a scenario says,
/// makes guests act, and looks for what is left over. All of it with the programs that every domain 0 has.
final class RealMachine: StoryMachine {
    /// Where back-ends' loop devices get their files, and what scripts were called with is written down.
    static let directory = "/run/xend-scenario"
    private static let scripts = "/etc/xen"
    private static let secretPath = "/etc/xen/pool-secret"

    private let image: GuestImage
    /// MiB that were free before the first domain.
    let freeBefore: Int
    var ownLoops: Set<String> = []
    /// What was made for the story, or named in it, and was not there before.
    var ownBridges: [String] = []
    var ownPaths: [String] = []
    /// What the story has let go wrong.
    var faultCount = 0
    var takenPorts: [PortHolder] = []
    /// Of another program too, as soon as the daemon has let go of them.
    var wantedPorts: [UInt16] = []
    /// nil: no call of the story's fails.
    var failingCalls: FailingCalls?
    var isWithoutDrivers = false
    var heldFrontends: Set<String> = []
    var hasLinkFaults = false
    /// Of the story's hosts, in a story of several.
    private(set) var addresses: [String: String] = [:]
    /// What the calendar has been set by.
    var clockOffset = Duration.zero
    /// MiB that Xen keeps about a domain besides its memory.
    private var overhead = 0

    init(guestImage: String) throws(ScenarioFailure) {
        image = try GuestImage(path: guestImage)
        freeBefore = try Self.freeMemory()
    }

    /// MiB.
    private static func freeMemory() throws(ScenarioFailure) -> Int {
        let line = try Command.must("xl", "info", "free_memory").lines.last ?? ""
        guard let number = Int(line) else { throw ScenarioFailure("xl info says no free memory: \(line)") }
        return number
    }

    // MARK: Setup

    func prepare(_ scenario: Scenario, _ place: StoryPlace) throws(ScenarioFailure) {
        let setup = scenario.setup
        let fitness = RealFitness(scenario, freeMemory: freeBefore)
        ownPaths = fitness.paths.union(fitness.kernels).filter { access($0, F_OK) != 0 }
        overhead = fitness.overhead
        addresses = place.addresses
        try name(place.host)
        try addUsers()
        try makeDirectory(Self.directory)
        if fitness.hasFailingCalls { failingCalls = try FailingCalls() }
        try configure(setup, place)
        try addBridge("xen-br0")
        for path in fitness.kernels { try write(path, image.patched(Behaviour.ofDefaultGuest)) }
        for path in fitness.ramdisks { try write(path, Array("no ramdisk that anybody looks into\n".utf8)) }
        for path in fitness.blockDevices.sorted() { try addBlockDevice(path, size: 1 << 30) }
        for item in setup.items where item.host == nil || item.host == place.host { try change(item) }
        for script in StandardScript.allCases { try listen(to: script.rawValue) }
    }

    /// Writes xend's configuration, and what several hosts have to know of each other.
    private func configure(_ setup: ScenarioSetup, _ place: StoryPlace) throws(ScenarioFailure) {
        var config: [SExpression] = []
        for host in setup.hosts where host.name == place.host {
            for entry in host.config { config.append(try entry.expand([:])) }
        }
        if !place.addresses.isEmpty { try write("/etc/hosts", Array(place.names.utf8)) }
        if setup.hosts.count > 1, setup.poolIsShared, !config.contains(where: { $0.name == "xend-pool-secret-file" }) {
            config.append(.element("xend-pool-secret-file", Self.secretPath))
            try write(Self.secretPath, Array("\(ScenarioWorld.defaultPoolSecret)\n".utf8))
            chmod(Self.secretPath, 0o600)
        }
        try write("/etc/xen/xend-config.sxp", SXPText.bytes(of: config.map { "\($0)\n" }.joined()))
    }

    func change(_ item: SetupItem) throws(ScenarioFailure) {
        switch item.kind {
        case .kernel(let path, let behaviours): try write(path, image.patched(Behaviour.lines(behaviours)))
        case .file(let path, .text(let text)) where text.hasPrefix("#!"): try addProgram(path, text)
        case .file(let path, .text(let text)): try write(path, SXPText.bytes(of: text))
        case .file(let path, .size(let size)):
            try makeDirectory(directory(of: path))
            try Command.must("truncate", "-s", "\(size)", path)
        case .file(let path, .link(let target)):
            try makeDirectory(directory(of: path))
            try Command.must("ln", "-sf", target, path)
        case .file(let path, .hardLink(let other)):
            try makeDirectory(directory(of: path))
            try Command.must("ln", "-f", other, path)
        case .blockDevice(let path, let size): try addBlockDevice(path, size: size)
        case .bridge(let name): try addBridge(name)
        case .script(let path, let behaviour): try addScript(path, behaviour)
        case .missing(let path): unlink(path)
        // Whether the story is fit for a real machine was asked before.
        case .receiver, .binding: break
        }
    }

    /// Calls the machine what the story calls it.
    private func name(_ host: String) throws(ScenarioFailure) {
        guard sethostname(host, host.utf8.count) == 0 else {
            throw ScenarioFailure("the machine cannot be called \(host): \(String(cString: strerror(errno)))")
        }
    }

    /// Those whom every simulated host has.
    private func addUsers() throws(ScenarioFailure) {
        var (users, groups) = (try file("/etc/passwd") ?? "", try file("/etc/group") ?? "")
        for user in SimulatedAccounts.all {
            guard let name = user.name, !users.contains("\n\(name):"), !users.hasPrefix("\(name):") else { continue }
            users += "\(name):x:\(user.uid):\(user.uid)::/:/bin/false\n"
            for (place, group) in user.groups.enumerated() {
                groups += "\(group):x:\(place == 0 ? user.uid : 2000 + user.uid):\(name)\n"
            }
        }
        try write("/etc/passwd", Array(users.utf8))
        try write("/etc/group", Array(groups.utf8))
        for path in ["/etc/passwd", "/etc/group"] { chmod(path, 0o644) }
    }

    private func addBridge(_ name: String) throws(ScenarioFailure) {
        if try Command.run("ip", "link", "show", "dev", name).succeeded { return }
        try Command.must("ip", "link", "add", "name", name, "type", "bridge")
        ownBridges.append(name)
        try Command.must("ip", "link", "set", "dev", name, "up")
    }

    private func addBlockDevice(_ path: String, size: UInt64) throws(ScenarioFailure) {
        let file = "\(Self.directory)/disk\(ownLoops.count)"
        try Command.must("truncate", "-s", "\(size)", file)
        guard let loop = try Command.must("losetup", "-f", "--show", file).lines.first else {
            throw ScenarioFailure("losetup named no device")
        }
        ownLoops.insert(loop)
        ownPaths.append(path)
        var status = stat()
        guard stat(loop, &status) == 0 else { throw ScenarioFailure("\(loop) is not there") }
        try makeDirectory(directory(of: path))
        unlink(path)
        guard mknod(path, S_IFBLK | 0o600, status.st_rdev) == 0 else {
            throw ScenarioFailure("cannot make \(path): \(String(cString: strerror(errno)))")
        }
    }

    /// Puts something in front of a script that writes down what it is called with.
    private func listen(to name: String) throws(ScenarioFailure) {
        let path = "\(Self.scripts)/\(name)"
        let real = "\(path).real"
        guard access(real, F_OK) != 0, access(path, F_OK) == 0 else { return }
        guard rename(path, real) == 0 else { throw ScenarioFailure("cannot move \(path)") }
        try write(path, wrapper(of: name, real: real, body: "exec $real \"$@\""))
        chmod(path, 0o755)
    }

    /// A script of the story's own, at any path.
    private func addScript(_ path: String, _ behaviour: ScriptBehaviour) throws(ScenarioFailure) {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        var body = ""
        var real = "/bin/true"
        if let like = behaviour.like {
            real = "\(Self.scripts)/\(like)"
            body += "[ ! -e $real.real ] || real=$real.real\n$real \"$@\" || exit $?\n"
        }
        if let time = behaviour.takes { body += "sleep \(time / .milliseconds(1) / 1000)\n" }
        body +=
            "printf %s '\(behaviour.prints.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''"))'\n"
        body += "exit \(behaviour.exits)"
        try write(path, wrapper(of: name, real: real, body: body))
        chmod(path, 0o755)
    }

    /// A text that says what runs it is a program, which writes down what it is called with.
    private func addProgram(_ path: String, _ text: String) throws(ScenarioFailure) {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let body = text.drop { $0 != "\n" }
        try write(path, wrapper(of: name, real: "/bin/true", body: String(body)))
        chmod(path, 0o755)
    }

    func calls(of name: String) -> String { "\(Self.directory)/calls-\(name)" }

    // MARK: The daemon

    func daemon(_ act: LifeAct.DaemonAct) throws(ScenarioFailure) {
        switch act {
        case .start: try startDaemon("start")
        case .stop:
            try Command.must("xend", "stop")
            try takePorts()
        case .restart where wantedPorts.isEmpty: try startDaemon("restart")
        case .restart:
            try daemon(.stop)
            try daemon(.start)
        case .kill:
            guard try endDaemon(SIGKILL) else { throw ScenarioFailure("no daemon runs") }
            try takePorts()
        }
    }

    private func startDaemon(_ word: String) throws(ScenarioFailure) {
        guard let failingCalls else {
            try Command.must("xend", word)
            return
        }
        try failingCalls.preloaded { () throws(ScenarioFailure) in try Command.must("xend", word) }
    }

    /// Returns when it has gone; whether one ran.
    func endDaemon(_ signal: Int32) throws(ScenarioFailure) -> Bool {
        guard let pid = pid_t(try file("/var/run/xend.pid") ?? ""), kill(pid, signal) == 0 else { return false }
        // Gone is gone when nobody waits for it any more. It may go while it is looked at.
        while let status = try? file("/proc/\(pid)/stat"), !status.contains(") Z ") { usleep(10_000) }
        return true
    }

    // MARK: The other toolstack

    func xl(_ act: XLAct) throws(ScenarioFailure) {
        switch act {
        case .create(let domain, let mebibytes, let kernel):
            let config = "\(Self.directory)/\(domain).cfg"
            try write(config, SXPText.bytes(of: "name = '\(domain)'\nmemory = \(mebibytes)\nkernel = '\(kernel)'\n"))
            try Command.must("xl", "create", "-q", config)
        case .destroy(let domain): try Command.must("xl", "destroy", domain)
        }
    }

    // MARK: Guests

    func guest(_ act: GuestAct, domain: String) throws(ScenarioFailure) {
        let id = Int(domain) == nil ? try self.id(of: domain) : domain
        try Command.must("xenstore-write", "/local/domain/\(id)/control/guest", act.word)
    }

    private func id(of name: String) throws(ScenarioFailure) -> String {
        for id in try Command.must("xenstore-list", "/local/domain").lines where id != "0" {
            if try Command.run("xenstore-read", "/local/domain/\(id)/name").lines.first == name { return id }
        }
        throw ScenarioFailure("there is no domain \(name)")
    }

    // MARK: Files

    func file(_ path: String) throws(ScenarioFailure) -> String? {
        guard access(path, F_OK) == 0 else { return nil }
        do {
            return SXPText.string(decoding: try ScenarioFiles.read(path, limit: 16 << 20))
        } catch {
            throw ScenarioFailure("\(error)")
        }
    }

    func write(_ path: String, _ bytes: [UInt8]) throws(ScenarioFailure) {
        try makeDirectory(directory(of: path))
        // What is there may be in use: a new file, not new contents.
        unlink(path)
        do {
            try ScenarioFiles.write(path, bytes)
        } catch {
            throw ScenarioFailure("\(error)")
        }
    }

    /// Turns the bits of the middle third around, as on the simulated host. A save file is long, and the machine is slow: by many bytes
    /// at once.
    func corrupt(_ path: String) throws(ScenarioFailure) {
        let file = open(path, O_RDWR | O_CLOEXEC)
        guard file >= 0 else { throw ScenarioFailure("\(path) cannot be opened: \(String(cString: strerror(errno)))") }
        defer { close(file) }
        let size = Int(lseek(file, 0, SEEK_END))
        let (start, end) = (size / 3, max(size / 3 + 1, size * 2 / 3))
        var bytes = [SIMD64<UInt8>](repeating: SIMD64(repeating: 0), count: (end - start + 63) / 64)
        let isWritten = bytes.withUnsafeMutableBytes { buffer in
            _ = pread(file, buffer.baseAddress, end - start, off_t(start))
            let pieces = buffer.bindMemory(to: SIMD64<UInt8>.self)
            for index in pieces.indices { pieces[index] = ~pieces[index] }
            return pwrite(file, buffer.baseAddress, end - start, off_t(start)) == end - start
        }
        guard isWritten else { throw ScenarioFailure("\(path) cannot be damaged: \(String(cString: strerror(errno)))") }
    }

    private func directory(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "/"
    }

    /// With those above it. By no program: it is done often, and on an emulated machine the start of one is slow.
    private func makeDirectory(_ path: String) throws(ScenarioFailure) {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/\(part)"
            guard mkdir(made, 0o755) == 0 || errno == EEXIST else {
                throw ScenarioFailure("cannot make \(made): \(String(cString: strerror(errno)))")
            }
        }
    }

    func scriptCalls(_ path: String) throws(ScenarioFailure) -> [[String]] {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let text = try file(calls(of: name)) ?? ""
        return text.split(separator: "\n").map {
            $0.split(separator: "\u{1F}", omittingEmptySubsequences: false).map(String.init)
        }
    }

    // MARK: Looking

    /// What Xen keeps about a domain comes on top of its memory on a real machine, and is left out of account.
    func memoryGone() throws(ScenarioFailure) -> Int {
        let domains = try self.domains().filter { $0.id != "0" }
        let given = domains.reduce(0) { $0 + $1.memory }
        let gone = freeBefore - (try Self.freeMemory())
        let isExplained = (given...(given + overhead * domains.count + 1)).contains(gone)
        return isExplained ? given : gone
    }

    func connect(_ port: UInt16, from origin: String?, alias: String) throws(ScenarioFailure) -> any ByteStream {
        try RealOrigin(origin).connect(to: "localhost", port: port, alias: alias)
    }

    /// As `xl list` shows them: without what has ended and is still held, whose name is gone.
    func domains() throws(ScenarioFailure) -> [(id: String, memory: Int, state: String)] {
        try Command.must("xl", "list").lines.dropFirst().compactMap { line in
            let words = line.split(separator: " ")
            guard words.count >= 6, let memory = Int(words[words.count - 4]) else { return nil }
            return (String(words[words.count - 5]), memory, String(words[words.count - 2]))
        }
    }

    func runs(_ domain: String) throws(ScenarioFailure) -> String {
        guard let id = try? self.id(of: domain), let state = try domains().first(where: { $0.id == id })?.state else {
            return "there is no domain \(domain)"
        }
        if state.contains("p") { return "it is paused" }
        if state.contains("s") || state.contains("c") { return "it has shut down" }
        return "running"
    }

}
