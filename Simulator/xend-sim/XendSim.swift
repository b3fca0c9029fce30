import ArgumentParser
import Glibc
import HostInterface
import LinuxHost
import ScenarioLanguage

/// xend on a simulated machine, in the foreground, for people and programs that have no Xen.
@main
struct XendSim: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "xend-sim",
        abstract: "Run xend on a simulated machine.",
        discussion: """
            When it is ready it prints "listening on http://ADDRESS:PORT/xend" and "taking migrations on port PORT", and \
            nothing else on standard output. SIGTERM, SIGINT and SIGHUP stop it; a second one ends it at once. With the process the machine ends too, as a power cut would end it.

            Configuration, database, log and save files are real, under --root. Kernels, block devices and bridges are the \
            simulated machine's; /simulator shows and changes it.
            """, version: XendVersion.current)

    @Option(help: ArgumentHelp("Prefix of every absolute path that is read or written.", valueName: "dir"))
    var root = "xend-sim.root"

    @Option(help: ArgumentHelp("xend-config.sxp; under the root if it is an absolute path.", valueName: "file"))
    var config: String?

    @Option(help: "HTTP port; 0 = any free one, and every other port that is not configured is chosen freely too.")
    var port: UInt16?

    @Option(help: ArgumentHelp("Memory of the machine.", valueName: "MB"))
    var memory = 4096

    @Option(name: .customLong("dom0-memory"), help: ArgumentHelp("What Domain-0 holds of it.", valueName: "MB"))
    var domainZeroMemory = 128

    @Option(help: "Processors of the machine.")
    var cpus = 2

    @Option(help: "Name of the machine.")
    var host = "alpha"

    enum Store: String, ExpressibleByArgument, CaseIterable { case memory, disk }
    @Option(help: "Where the database is kept.")
    var store = Store.disk

    enum TimeMode: String, ExpressibleByArgument, CaseIterable { case real, virtual }
    @Option(help: "virtual: time stands still but for requests under way, and moves when /simulator says so.")
    var time = TimeMode.real

    @Flag(help: "The machine takes no time to do what it is asked, so that xend itself can be measured.")
    var instant = false

    @Option(help: ArgumentHelp("Seconds before a domain may be restarted again; 0 = none.", valueName: "S"))
    var minRestartTime: Double?

    @Option(help: "The machine's chance; another one in each run unless given.")
    var seed: UInt64?

    @Option(
        help: ArgumentHelp(
            "File with a secret; processes with the same one migrate domains to each other. Made if it is not there.",
            valueName: "file"))
    var pool: String?

    func validate() throws {
        guard (64...16_777_216).contains(memory) else {
            throw ValidationError("--memory must be from 64 to 16777216 MB")
        }
        guard (16..<memory).contains(domainZeroMemory) else {
            throw ValidationError("--dom0-memory must be from 16 MB to less than --memory")
        }
        guard (1...4096).contains(cpus) else { throw ValidationError("--cpus must be from 1 to 4096") }
        guard !host.isEmpty, host.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) })
        else {
            throw ValidationError("--host must consist of letters, digits, - _ .")
        }
        if let minRestartTime, !(0...86_400).contains(minRestartTime) {
            throw ValidationError("--min-restart-time must be from 0 to 86400 seconds")
        }
    }

    func run() throws {
        LargeBlocks.areGivenBack()
        let descriptors = OpenFileLimit.raise().map { DescriptorShares(limit: $0, hasTerminals: false) }
        let holding = try takeRoot()
        defer { holding.release() }
        var setup = HostSetup(name: host)
        setup.memory = memory
        setup.domainZeroMemory = domainZeroMemory
        setup.cpus = cpus
        let simulation = Simulation(
            options: .init(
                root: root, config: config, port: port, keepsDatabase: store == .disk, isVirtual: time == .virtual,
                isInstant: instant, minimumRestartSeconds: minRestartTime,
                seed: seed ?? UInt64.random(in: 0...UInt64.max), poolSecret: try pool.map(poolSecret),
                descriptors: descriptors),
            first: setup)
        guard try simulation.run() else { throw ExitCode.failure }
    }
}

extension XendSim {
    /// What the file says; whoever comes first makes it.
    private func poolSecret(in path: String) throws -> [UInt8] {
        do {
            return try RealFiles.makeOnce(path, Simulation.newSecret())
        } catch {
            Output.complain("cannot start: --pool \(error)")
            throw ExitCode.failure
        }
    }

    /// A root has one xend: two would destroy each other's database.
    private func takeRoot() throws -> PidFile.Holding {
        let file = PidFile(root: HostRoot(files: root))
        do {
            return try file.take()
        } catch {
            let owner = file.runningProcess().map { "process \($0.pid) uses \(root) already" }
            Output.complain("cannot start: \(error.reason == .exists ? owner ?? "\(error)" : "\(error)")")
            throw ExitCode.failure
        }
    }
}

/// Text on the two standard outputs.
enum Output {
    static func line(_ text: String) { StandardStream.output.write(text + "\n") }
    static func complain(_ text: String) { StandardStream.error.write("xend-sim: \(text)\n") }
}
